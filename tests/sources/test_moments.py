"""A time read wrongly puts an attack into the wrong window, so every way of writing one is pinned."""

from __future__ import annotations

import pytest

from streams.sources.moments import read_moment

KNOWN = {
    "2031-03-04T09:00:00Z": "2031-03-04T09:00:00+00:00",
    "2031-03-04T09:00:00+05:30": "2031-03-04T03:30:00+00:00",
    "2031-03-04 09:00:00 +0200": "2031-03-04T07:00:00+00:00",
    "2031-03-04 09:00:00 UTC": "2031-03-04T09:00:00+00:00",
    "20310304T090000+0100": "2031-03-04T08:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 GMT": "2031-03-04T09:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 -0330": "2031-03-04T12:30:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 +0100 (CET)": "2031-03-04T08:00:00+00:00",
    "Tue, 4 Mar 31 09:00 EST": "2031-03-04T14:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 CEST": "2031-03-04T07:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 ET": "2031-03-04T14:00:00+00:00",
    "Tue, 08 Jul 2031 09:00:00 ET": "2031-07-08T13:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 -0000": "2031-03-04T09:00:00+00:00",
    "1930381200": "2031-03-04T09:00:00+00:00",
    1930381200: "2031-03-04T09:00:00+00:00",
    1930381200000: "2031-03-04T09:00:00+00:00",
}
NAIVE = {
    "2031-03-04 09:00:00": "2031-03-04T08:00:00+00:00",
    "2031-03-04": "2031-03-03T23:00:00+00:00",
    "20310304090000": "2031-03-04T08:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00": "2031-03-04T08:00:00+00:00",
    "Tue, 04 Mar 2031 09:00:00 XYZ": "2031-03-04T08:00:00+00:00",
    "4 March 2031": "2031-03-03T23:00:00+00:00",
}


@pytest.mark.parametrize("written", KNOWN)
def test_a_time_with_a_zone_is_read_exactly(written: object) -> None:
    moment, problem = read_moment(written, "Asia/Seoul")
    assert moment is not None
    assert (moment.isoformat(), problem) == (KNOWN[written], None)


@pytest.mark.parametrize("written", NAIVE)
def test_a_time_without_a_zone_takes_the_sources_and_says_so(written: str) -> None:
    moment, problem = read_moment(written, "Europe/Paris")
    assert moment is not None
    assert problem is not None
    code = "day_only" if moment.isoformat().endswith("23:00:00+00:00") else "naive_time"
    assert (moment.isoformat(), problem.code) == (NAIVE[written], code)


NO_TIMES = ["soon", "5/4/2031", True, {}, [1], float("nan"), 1e30, -5, "9999-99-99", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("written", NO_TIMES)
def test_what_is_no_time_is_never_now(written: object) -> None:
    moment, problem = read_moment(written, "UTC", "updated")
    assert moment is None
    assert problem is not None
    assert problem.code == "bad_time"
    assert "updated" in problem.message


@pytest.mark.parametrize("written", [None, "", " ", "None", "null"])
def test_an_absent_time_is_no_problem(written: object) -> None:
    assert read_moment(written, "UTC") == (None, None)
