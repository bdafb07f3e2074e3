"""A silence as it is typed: on a running and a stopped monitor, with an end, and what it held is told when it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from daemon.test_run import World, config, run, stop, until, world  # noqa: F401 - fixtures
from test_correct_command import stopped, tocsin  # noqa: F401 - a fixture


def test_a_silence_is_added_listed_and_ended(
    stopped: Path,  # noqa: F811
) -> None:
    store = ("--store", stopped / "s.db")
    done = tocsin("silence", "add", "country=ML,NE", "rule=deadly", "--for", "2h", "--comment", "drill", *store)
    assert done.returncode == 0, done.stderr
    id_ = done.stdout.partition(":")[0]
    assert "country ML or NE, rule deadly is silenced until 2026-03-02T11:00:00+00:00" in done.stdout
    (row,) = map(json.loads, tocsin("silence", "list", *store).stdout.splitlines())
    assert (row["id"], row["state"], row["set_by"], row["comment"]) == (id_, "in force", "operator", "drill")
    assert tocsin("silence", "expire", id_, *store).stdout == f"{id_} is over\n"
    assert tocsin("silence", "list", *store).stdout == ""
    (row,) = map(json.loads, tocsin("silence", "list", "--all", *store).stdout.splitlines())
    assert row["state"] == "ended"
    again = tocsin("silence", "expire", id_, *store)
    assert (again.returncode, f"{id_} is over since" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["country=ML", "--comment", "x"], "when does it end? give --for DURATION or --until T"),
        (["country=ML", "--for", "2h"], "why? say it with --comment TEXT"),
        (["contry=ML", "--for", "2h", "--comment", "x"], 'did you mean "country"?'),
        (["rule=dedly", "--for", "2h", "--comment", "x"], "undefined rule 'dedly'; did you mean \"deadly\"?"),
        (["country", "--for", "2h", "--comment", "x"], "is no FACT=VALUE"),
        (["country=ML", "--for", "soon", "--comment", "x"], "--for: 'soon' is no duration"),
        (["country=ML", "--until", "monday", "--comment", "x"], "--until: 'monday' is no ISO 8601 time"),
        (["country=ML", "--until", "2026-03-01", "--comment", "x"], "it would be over already"),
    ],
)
def test_a_silence_that_is_not_right_is_refused_with_what_to_do(
    stopped: Path,  # noqa: F811
    arguments: list[str],
    says: str,
) -> None:
    done = tocsin("silence", "add", *arguments, "--store", stopped / "s.db")
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_one_that_nobody_knows_or_that_stands_in_the_config_is_not_ended(
    stopped: Path,  # noqa: F811
) -> None:
    done = tocsin("silence", "expire", "si_nothing", "--store", stopped / "s.db")
    assert (done.returncode, "`tocsin silence list --all` shows them" in done.stderr) == (1, True)


def test_a_running_monitor_takes_it_up_and_tells_at_its_end_what_still_stands(
    world: World,  # noqa: F811
    config: Path,  # noqa: F811
) -> None:
    process = run(config)
    try:
        assert until(lambda: world.polls >= 1)
        done = tocsin("silence", "add", "country=ML", "--for", "1h", "--comment", "drill", "-c", config)
        assert done.returncode == 0, done.stderr
        world.publish("one", "Gunmen attacked a village near Gao in Mali, killing seven people")
        assert until(lambda: len(tocsin("alerts", "-c", config, "--format", "jsonl").stdout.splitlines()) == 1)
        (row,) = map(json.loads, tocsin("silence", "list", "-c", config).stdout.splitlines())
        assert (row["state"], row["holds"], row["kept_quiet"], world.arrived) == ("ending", 1, 1, [])
        ended = tocsin("silence", "expire", row["id"], "-c", config)
        assert "told hook: al_" in ended.stdout, ended.stderr
        assert until(lambda: len(world.arrived) == 1)
    finally:
        stop(process)
    assert world.arrived[0]["kind"] == "alert"
