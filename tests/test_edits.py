"""An article that is edited: only what changed in it is news, whatever the order in which its versions come."""

from __future__ import annotations

from itertools import permutations

import pytest
from msgspec.structs import replace

from builders import at, killed, report
from streams.article import Fingerprint, Report
from streams.times import iso
from streams.versions import VERSIONS_KEPT
from telling import RULE, Told, config

DAY = "2026-03-02"
WEEK = config(replace(RULE, over=7 * 86400, cooldown=0))
OLD = report("old", f"{DAY} 09:00", killed(7), killed(20, measure="wounded"))
NEW = report("new", f"{DAY} 12:00", killed(12))


def version(of: Report, number: int, hour: str, *counts: object, **more: object) -> tuple[Report, str]:
    """A later version with these figures, or with other words only, and when it is received."""
    made = report(of.id, f"{DAY} 09:00", *counts, source=of.source) if counts else of  # type: ignore[arg-type]
    moment = f"{DAY} {hour}"
    return replace(made, revision=number, updated=iso(at(moment)), title=f"Version {number}", **more), moment


def test_other_words_in_an_old_article_do_not_undo_a_newer_toll() -> None:
    told = Told(config(), OLD, NEW, version(OLD, 2, "14:00"))
    assert told.story == [("alert", "warning", 7), ("alert", "critical", 12)]
    (incident,) = told.alerts[-1].incidents
    assert [(c.low, c.at) for c in incident.claims if c.measure == "killed"] == [
        (7, "2026-03-02T09:00:00+00:00"), (12, "2026-03-02T12:00:00+00:00")]  # fmt: skip


def test_a_changed_figure_in_an_old_article_is_its_newest() -> None:
    told = Told(config(), OLD, NEW, version(OLD, 2, "14:00", killed(13)))
    assert told.story == [("alert", "warning", 7), ("alert", "critical", 12), ("update", "critical", 13)]


def test_a_changed_figure_dates_no_other_of_its_article() -> None:
    told = Told(config(), OLD, NEW, version(OLD, 2, "14:00", killed(7), killed(35, measure="wounded")))
    assert told.story[-1] == ("alert", "critical", 12)


def test_a_figure_that_was_gone_and_came_back_is_as_new_as_that() -> None:
    told = Told(config(), OLD, NEW, version(OLD, 2, "14:00", killed(12)), version(OLD, 3, "15:00", killed(7)))
    assert told.story[-1] == ("update", "warning", 7)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_versions_in_any_order_end_with_the_same_toll(order: tuple[int, ...]) -> None:
    entries = [OLD, NEW, version(OLD, 2, "14:00"), version(OLD, 3, "16:00")]
    received = f"{DAY} 17:00"
    shuffled = [(e[0] if isinstance(e, tuple) else e, received) for e in (entries[n] for n in order)]
    told = Told(config(replace(RULE, late="alert")), *shuffled, until="2026-03-03 00:00")
    assert told.alerts[-1].measure.value == 12


@pytest.mark.parametrize("edits", [3, VERSIONS_KEPT + 20])
def test_a_page_that_is_edited_all_day_keeps_its_dates(edits: int) -> None:
    told = Told(config(), OLD, NEW)
    for n in range(2, edits + 2):
        what, _ = version(OLD, n, "13:00")
        told.hear(replace(what, updated=iso(at(f"{DAY} 13:00") + n)), f"{DAY} 14:{n:02d}")
    assert told.alerts[-1].measure.value == 12


def test_the_first_version_seen_of_a_numbered_article_is_a_change() -> None:
    """What it said before is not known, so that it takes back what others printed of it."""
    told = Told(config(), NEW, version(OLD, 4, "14:00"))
    assert told.story[-1] == ("update", "warning", 7)


def test_a_copy_of_the_old_version_printed_after_the_correction_renews_nothing() -> None:
    text = Fingerprint(sketch=tuple(range(64)))
    wire = report("wire", f"{DAY} 09:00", killed(12), fingerprint=text)
    fewer = replace(report("wire", f"{DAY} 09:00", killed(7), fingerprint=text), revision=2,
                    updated=iso(at(f"{DAY} 11:00")))  # fmt: skip
    copy = report("copy", f"{DAY} 13:00", killed(12), source="Pacific Ledger", fingerprint=text)
    told = Told(config(), wire, (fewer, f"{DAY} 11:00"), copy)
    assert told.story == [("alert", "critical", 12), ("update", "warning", 7)]


def test_other_words_in_what_a_feed_held_at_first_contact_alert_nobody() -> None:
    held = replace(report("old", f"{DAY} 09:00", killed(12)), baseline=True)
    edit, _ = version(replace(held, baseline=False), 2, "09:30")
    told = Told(WEEK, (held, "2026-03-03 12:00"), (edit, "2026-03-03 13:00"))
    assert told.alerts == []
    changed, _ = version(held, 3, "09:30", killed(15))
    told.hear(changed, "2026-03-03 14:00")
    assert told.story == [("alert", "critical", 15)]
