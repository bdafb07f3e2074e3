"""How long a destination is left alone."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from alerts.backoff import Schedule, TokenBucket, told_seconds, wait_seconds

NOW = 1_772_460_000.0


def test_waits_double_from_a_second_to_five_minutes_and_stay_there() -> None:
    waits = [wait_seconds(Schedule(), n, None, now=NOW, chance=0.0) for n in range(1, 12)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert wait_seconds(Schedule(), 5000, None, now=NOW, chance=0.0) == 300


def test_jitter_spreads_and_never_shortens() -> None:
    for failures, told, least in ((4, None, 8), (50, None, 300), (1, "60", 60)):
        waits = [wait_seconds(Schedule(), failures, told, now=NOW, chance=chance / 10) for chance in range(10)]
        assert min(waits) == least
        assert len(set(waits)) == 10
        assert max(waits) < 1.25 * least


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("64.57", 64.57),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        ("Mon, 02 Mar 2026 15:00:00 +0100", 1_772_460_000 - NOW),
        (formatdate(NOW - 90, usegmt=True), None),
        ("0", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("Mon, 99 Xyz 99999", None),
        (None, None),
    ],
)
def test_retry_after_in_every_form(header: str | None, seconds: float | None) -> None:
    assert told_seconds(header, NOW) == (seconds or None)


def test_a_retry_after_of_a_year_is_not_believed() -> None:
    assert wait_seconds(Schedule(), 1, "31536000", now=NOW, chance=0) == 86_400


def test_the_bucket_lets_a_burst_through_and_then_one_a_second() -> None:
    bucket, sent, now = TokenBucket(1.0, 3), [], 0.0
    while len(sent) < 6:
        wait = bucket.wait(now)
        if wait <= 0:
            bucket.take()
            sent.append(now)
        now += wait
    assert sent == [0, 0, 0, 1, 2, 3]
