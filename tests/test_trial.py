"""A rule on trial decides and is stored, goes to nobody, and its owners hear once a day what it would have sent."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.config.types import Inhibition
from alerts.trial import NAME
from builders import killed, report
from telling import RULE, Told, config

TRIAL = replace(RULE, id="new", definition="n", shadow=True)


def news(n: int, day: int, number: int, hour: int = 9) -> object:
    towns = ["Tikrit", "Gao", "Aleppo"]
    when = f"2026-03-{day:02} {hour:02}:00"
    return report(f"a{n}", when, killed(number), town=towns[n % 3], sentence=f"Attack number {n} is told of here.")


def test_what_a_rule_on_trial_says_is_marked_and_goes_to_nobody() -> None:
    heard = Told(config(TRIAL), news(0, 2, 7), until="2026-03-02 20:00")  # type: ignore[arg-type]
    (alert,) = heard.alerts
    assert (alert.rule, alert.severity, alert.shadow) == ("new", "warning", True)
    assert heard.told == [()]
    assert "on_trial" in heard.reasons
    assert "no_route" not in heard.reasons


def test_its_owners_hear_once_a_day_what_it_would_have_sent() -> None:
    settings = config(TRIAL, RULE, owners=("pager",))
    first = [news(n, 2, 6 + 3 * n, 9 + n) for n in range(3)]
    heard = Told(settings, *first, news(4, 5, 9), until="2026-03-08 00:00")  # type: ignore[arg-type]
    digests = [(alert, to) for alert, to in zip(heard.alerts, heard.told, strict=True) if alert.rule == NAME]
    assert [(alert.at, to) for alert, to in digests] == [
        ("2026-03-03T00:00:00+00:00", ("pager",)),
        ("2026-03-06T00:00:00+00:00", ("pager",)),
    ]
    told = digests[0][0]
    assert told.title == "Would have sent 3 alerts on Mon 2 Mar 2026: new on trial"
    assert told.text.splitlines()[0] == "new would have sent 3 (1 critical, 2 warning):"
    assert told.text.splitlines()[1].startswith("• WARNING: 6 killed in Iraq in 24 h (new)")
    assert [alert for alert in heard.alerts if alert.rule == RULE.id]


def test_taken_off_trial_it_goes_on_and_what_was_told_before_stays_with_nobody() -> None:
    heard = Told(config(TRIAL), news(0, 2, 7))  # type: ignore[arg-type]
    grown = replace(TRIAL, shadow=False)
    heard.decide = type(heard.decide)(config(grown), {})
    heard.say("2026-03-02 10:00", "config")
    heard.hear(news(1, 2, 12, 11))  # type: ignore[arg-type]
    last = [
        (alert.key["country"], to) for alert, to in zip(heard.alerts, heard.told, strict=True) if alert.rule == "new"
    ]
    assert last == [("IQ", ()), ("ML", ("desk", "pager"))]
    assert len({alert.root for alert in heard.alerts if alert.rule == "new"}) == 2


def test_put_on_trial_later_it_still_corrects_what_it_told() -> None:
    told = replace(TRIAL, shadow=False)
    heard = Told(config(told), news(0, 2, 7))  # type: ignore[arg-type]
    heard.decide = type(heard.decide)(config(TRIAL), {})
    heard.say("2026-03-02 10:00", "config")
    gone = replace(news(0, 2, 7), status="canceled", revision=2, signals=(), events=())  # type: ignore[type-var]
    heard.hear(gone, "2026-03-02 11:00")
    assert [(alert.kind, to) for alert, to in zip(heard.alerts, heard.told, strict=True)] == [
        ("alert", ("desk",)),
        ("cancel", ("desk",)),
    ]


def test_a_rule_on_trial_quiets_no_other() -> None:
    quiets = Inhibition(source={"rule": ("new",)}, target={"rule": (RULE.id,)})
    heard = Told(config(TRIAL, RULE, inhibit=(quiets,)), news(0, 2, 12))  # type: ignore[arg-type]
    assert [to for alert, to in zip(heard.alerts, heard.told, strict=True) if alert.rule == RULE.id] == [
        ("desk", "pager")
    ]
