"""The config: a wrong one is refused whole with the place of every mistake; a right one says what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.cli.check import check
from alerts.config import Config, ConfigError, load
from alerts.config.types import Band, Secret

HERE = Path(__file__).resolve().parent
BAD = sorted((HERE / "bad").glob("*.yml"))
SECRETS = {
    "SLACK_WEBHOOK_URL": "https://hooks.example.org/services/T0/B0/verysecretpath",
    "WEBHOOK_SECRET": "whsec_dGhpcyBpcyBubyBzZWNyZXQgYXQgYWxsLCBpdCBpcyBhIHRlc3Q=",
}
GOOD = HERE / "good.yml"
MINIMAL = 'rules:\n  - {id: toll, when: "attack.*", measure: killed, severity: {warning: 5}}\n'


def problems_of(path: Path, environ: dict[str, str] | None = None) -> str:
    """Every problem a line, with paths from this folder."""
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    lines = [f"{Path(p.file).relative_to(HERE)}:{p.line}:{p.col}: {p.message}" for p in caught.value.problems]
    return "".join(f"{line}\n" for line in lines).replace(f"{HERE / 'bad'}/", "")


def loaded(tmp_path: Path, text: str, **environ: str) -> Config:
    path = tmp_path / "tocsin.yml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


# --- wrong configs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_mistake_is_told_with_its_line_and_column(path: Path) -> None:
    assert problems_of(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


def test_six_mistakes_in_one_config_are_told_in_one_go() -> None:
    told = problems_of(HERE / "six_mistakes.yml")
    assert told == (HERE / "six_mistakes.expected").read_text(encoding="utf-8")
    assert len(told.splitlines()) == 6


def test_each_mistake_has_its_expectation_beside_it() -> None:
    expectations = {path.stem for path in (HERE / "bad").glob("*.expected")}
    assert expectations == {path.stem for path in BAD}


def test_a_missing_config_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yml:1:1: cannot be read: No such file"):
        load(tmp_path / "none.yml", {})


def test_a_config_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes(b"rules:\n  - {id: toll, title: 'caf\xe9'}\n")
    with pytest.raises(ConfigError, match=r"latin\.yml:2:1: not UTF-8"):
        load(path, {})


def test_deeply_nested_yaml_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nested too deeply"):
        loaded(tmp_path, "rules: " + "[" * 5000 + "]" * 5000)


@pytest.mark.parametrize(
    "line",
    [
        'desk: {slack_webhook:"https://hooks.example.org/verysecretpath"}',
        "desk: {webhook: https://example.org/in, secret: *verysecretpath}",
        'desk: {webhook: "https://example.org/in", secret: "verysecretpath"}',
        'desk: {slack_webhook: "ftp://example.org/verysecretpath"}',
        'desk: {slack_webhook: "${URL}"}',
    ],
)
def test_a_mistake_round_a_secret_does_not_show_it(tmp_path: Path, line: str) -> None:
    text = f'{MINIMAL}destinations:\n  {line}\nroutes:\n  - {{to: "https://hooks.example.org/verysecretpath"}}\n'
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text, URL="https//no-colon/verysecretpath")
    assert "secretpath" not in str(caught.value)


# --- a good config ------------------------------------------------------------------------------------------------


def test_a_good_config_says_what_it_says() -> None:
    config = load(GOOD, SECRETS)
    toll, people, pull_out = config.rules
    assert (toll.when, toll.by, toll.over) == (("attack.*",), ("country", "admin1"), 86400)
    assert toll.bands == (Band(severity="warning", threshold=5), Band(severity="critical", threshold=10))
    assert (toll.max_age, toll.cooldown, toll.late) == (3 * 86400, 6 * 3600, "note")
    assert (people.trigger, people.over, people.bands) == (
        "first",
        90 * 86400,
        (Band(severity="critical", threshold=1),),
    )
    assert pull_out.bands == (Band(severity="warning", threshold=1),)
    assert pull_out.text is not None
    assert "{{ alert.readback }}" in pull_out.text
    assert [(route.match, route.to) for route in config.routes] == [
        ({"severity": ("critical",)}, ("desk", "archive")),
        ({}, ("desk",)),
    ]
    assert [source.every for source in config.sources] == [120, 300]
    kinds = {destination.id: (destination.kind, destination.allow_private) for destination in config.destinations}
    assert kinds["local"] == ("webhook", True)
    assert (config.lateness, config.retention, config.store) == (5400, 400 * 86400, "tocsin.db")


def test_secrets_come_from_the_environment_and_are_never_shown() -> None:
    config = load(GOOD, SECRETS)
    settings = {destination.id: destination.settings for destination in config.destinations}
    url, secret = settings["desk"]["url"], settings["archive"]["secret"]
    assert isinstance(url, Secret)
    assert (url.reveal(), secret.reveal()) == (SECRETS["SLACK_WEBHOOK_URL"], SECRETS["WEBHOOK_SECRET"])
    assert "secretpath" not in repr(config)
    assert SECRETS["WEBHOOK_SECRET"] not in f"{config} {secret} {secret!r}"


def test_neither_secrets_nor_addresses_change_the_hash() -> None:
    other = {**SECRETS, "SLACK_WEBHOOK_URL": "https://hooks.example.org/other"}
    assert load(GOOD, SECRETS).hash == load(GOOD, other).hash


@pytest.mark.parametrize(
    "change",
    [
        ("over: 24h", "over: 48h"),
        ("cooldown: 6h", "cooldown: 7h"),
        ("lateness: 90m", "lateness: 2h"),
        ("- {to: [desk]}", "- {to: [archive]}"),
        ("killed in", "dead in"),
        ("info, warning", "notice, warning"),
    ],
    ids=lambda change: change[0],
)
def test_what_changes_decisions_changes_the_hash(tmp_path: Path, change: tuple[str, str]) -> None:
    text = GOOD.read_text(encoding="utf-8").replace("file:templates", f"file:{HERE}/templates")
    assert change[0] in text
    assert loaded(tmp_path, text, **SECRETS).hash != loaded(tmp_path, text.replace(*change), **SECRETS).hash


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (("killed in", "dead in"), True),
        (("cooldown: 6h", "cooldown: 7h"), True),
        (("critical: 10", "critical: 11"), False),
        (("over: 24h", "over: 48h"), False),
        (("max_age: 3d", "max_age: 4d"), False),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_new_words_for_a_rule_do_not_lose_its_windows(tmp_path: Path, change: tuple[str, str], kept: bool) -> None:
    text = GOOD.read_text(encoding="utf-8").replace("file:templates", f"file:{HERE}/templates")
    before, after = (loaded(tmp_path, version, **SECRETS).rules[0] for version in (text, text.replace(*change)))
    assert (before.definition == after.definition) == kept


def test_the_hash_is_the_same_in_every_process() -> None:
    code = f"from alerts.config import load; print(load({str(GOOD)!r}, {SECRETS!r}).hash)"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(hashes) == 1


def test_a_config_without_routes_tells_every_destination(tmp_path: Path) -> None:
    config = loaded(tmp_path, f"{MINIMAL}destinations:\n  desk: {{terminal: true}}\n")
    assert config.routes == ()


def test_rules_can_share_keys_by_a_merge(tmp_path: Path) -> None:
    text = (
        "rules:\n  - &base {id: toll, when: attack.*, measure: killed, over: 12h, severity: {warning: 5}}\n"
        "  - {<<: *base, id: hurt, measure: wounded}\n"
    )
    first, second = loaded(tmp_path, text).rules
    assert (first.id, first.measure, second.id, second.measure) == ("toll", "killed", "hurt", "wounded")
    assert second.over == 12 * 3600


def test_publishers_are_found_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "houses.yml").write_text("Lantern Group: [Harbour Lantern]\n", encoding="utf-8")
    config = loaded(tmp_path, f"{MINIMAL}publishers: houses.yml\n")
    assert config.publishers == str(tmp_path / "houses.yml")
    (tmp_path / "houses.yml").write_text("Lantern Group: [Lantern on Sunday]\n", encoding="utf-8")
    assert load(tmp_path / "tocsin.yml", {}).hash != config.hash


# --- the command --------------------------------------------------------------------------------------------------


def test_check_prints_the_problems_and_ends_with_2() -> None:
    result = CliRunner().invoke(check, [str(HERE / "six_mistakes.yml")])
    assert result.exit_code == 2
    assert result.stdout.splitlines()[0].startswith(f"{HERE}/six_mistakes.yml:5:5: unknown key")
    assert len(result.stdout.splitlines()) == 6


def test_check_says_what_a_good_config_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(check, [str(GOOD)])
    assert (result.exit_code, result.stdout) == (0, f"{GOOD}: ok: 2 sources, 3 rules, 2 routes, 3 destinations\n")


@pytest.mark.parametrize(("asked", "rule", "bands"), [("2", 2, [2, 2]), ("{critical: 3}", 1, [1, 3])])
def test_independent_publishers_are_asked_for_by_number_or_by_severity(
    tmp_path: Path, asked: str, rule: int, bands: list[int]
) -> None:
    text = MINIMAL.replace("{warning: 5}", f"{{warning: 5, critical: 10}}, min_independent: {asked}")
    (read,) = loaded(tmp_path, text).rules
    assert (read.min_independent, [band.independent for band in read.bands]) == (rule, bands)
