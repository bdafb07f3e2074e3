"""What does a rule's trigger make of a key, now that something in it changed? One verdict, whatever the trigger.

``at_least`` looks for the fullest span of the length ``over``, ``first`` for anything like it before; the others
compare buckets of that length with what was to be expected of them, as ``series.py`` and ``unusual.py`` say.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from alerts import rules, wording
from alerts.alert import Measure
from alerts.config.types import Band, Rule
from alerts.roots import Root, Tables
from alerts.triggers import silence, unusual
from alerts.triggers.following import Following
from alerts.triggers.keys import Keys
from alerts.triggers.series import Sight, bucket_of, start_of
from alerts.triggers.silence import Look, Silence
from streams import windows, world
from streams.state import State
from streams.times import duration_text, iso
from streams.windows import Item, Peak, Window

#: A surge that is told is told again when it has grown by this factor.
WORSENING = 1.5
#: Ordinary buckets after which what is unusual is so anew; a rise that only adds up goes on for longer.
CALM, CALM_AFTER_RISE = 3, 28


class Verdict(Struct, frozen=True, kw_only=True):
    """What is found. Without ``severity`` no band is reached, and ``reason`` and ``detail`` say why for the log."""

    peak: Peak | None = None
    severity: str | None = None
    reason: str = ""
    detail: str = ""
    sight: Sight | None = None
    """What was to be expected, of triggers that compare buckets."""


class Basis(Struct, frozen=True, kw_only=True):
    """What an alert's figure rests on, beside the figure."""

    text: str
    expected: float | None = None
    observed: int | float | None = None
    p: float | None = None

    def added_to(self, measure: Measure) -> Measure:
        """The measure that says so."""
        said = {name: getattr(self, name) for name in ("expected", "observed", "p")}
        return replace(measure, basis=self.text, **{name: value for name, value in said.items() if value is not None})


class Judge:
    """The triggers over a state, as of a time in seconds."""

    def __init__(self, state: State, tables: Tables, now: int) -> None:
        self._state, self._tables, self._now = state, tables, now
        self._keys = Keys(state, tables, now)
        self.following = Following(tables)

    def crossing(self, rule: Rule, key_text: str, item: Item) -> Verdict:
        """Whether a happening makes its window reach a band."""
        window = self._tables.windows.rows[key_text]
        if rule.trigger == "at_least":
            return self._fullest_around(rule, window, item)
        if rule.trigger == "sequence":
            found = self.following.completed(rule, key_text, item.id)
            if isinstance(found, str):
                return Verdict(reason="no_sequence", detail=found)
            return Verdict(peak=found, severity=rule.bands[0].severity)
        if rule.trigger == "first":
            return self._first(rule, window, item)
        return self._unusual(rule, key_text, item)

    def standing(self, rule: Rule, root: Root) -> Verdict:
        """What stands of what a root told."""
        window = self._tables.windows.get(root.key_text)
        if window is None:
            return Verdict()
        if rule.trigger == "sequence":
            peak = self.following.standing(rule, root)
            return Verdict(peak=peak, severity=rule.bands[0].severity if peak else None)
        if rule.trigger == "first":
            return self._still_first(rule, window, root)
        if root.told:
            return self._still_unusual(rule, window, root)
        peak = windows.peak(window, rule.over, among=root.ids)
        return Verdict(peak=peak, severity=self._reached(rule, window, peak, root.ids, None))

    def silence(self, rule: Rule, key_text: str, row: Silence, lateness: int) -> tuple[Look, Verdict]:
        """How long a key has been silent, and what that gives."""
        seen = silence.look(rule, key_text, row.last, self._keys, self._now, lateness)
        peak = Peak(value=0, start=row.last, end=self._now, ids=row.ids)
        severity = rule.bands[seen.reached - 1].severity if seen.reached else None
        return seen, Verdict(peak=peak, severity=severity, detail=seen.text)

    def look_ahead(self, rule: Rule, key_text: str) -> None:
        """Bring a key up to the clock, before a share of it moves."""
        if rule.tuning is not None:
            self._keys.catch_up(rule, key_text)

    def basis(self, rule: Rule, found: Verdict) -> Basis | None:
        """What an alert says beside its figure: what was expected, and how far back the knowledge goes."""
        peak, sight = found.peak, found.sight
        if peak is None:
            return None
        if rule.trigger == "absence":
            return Basis(text=found.detail) if found.detail else None
        since = self._tables.known_since(rule)
        if rule.trigger == "first" and since > peak.start:
            told = f"Nothing like it is known before; what is known begins {wording.moment(iso(since))}"
            return Basis(text=f"{told}, not {wording.span(rule.over)} back")
        if sight is None:
            return None
        p = unusual.p_of(peak.value, sight) if rule.trigger == "surge" else None
        expected, text = unusual.expected_of(rule, sight), unusual.said(rule, peak.value, sight)
        looks_back = peak.start - (rule.tuning.back if rule.tuning else 0) * rule.over
        if since > looks_back:
            text = f"{text}; what is known begins {wording.moment(iso(since))}"
        return Basis(text=text, expected=expected, observed=peak.value, p=p)

    # --- at_least -------------------------------------------------------------------------------------------------

    def _fullest_around(self, rule: Rule, window: Window, item: Item) -> Verdict:
        """The span around a happening that reaches a band."""
        lowest = rule.bands[0]
        value = windows.most(window, rule.over, item.at)
        if value < lowest.threshold:
            detail = f"{value:g} of {lowest.threshold:g} {rule.measure}"
            return Verdict(reason="below_threshold", detail=detail)
        peak = windows.peak(window, rule.over, containing=item.at)
        reached = self._reached(rule, window, peak, None, item.at)
        return _not_sure_enough(rule, value) if reached is None else Verdict(peak=peak, severity=reached)

    def _reached(
        self, rule: Rule, window: Window, peak: Peak | None, among: tuple[str, ...] | None, containing: int | None
    ) -> str | None:
        """The worst severity whose band is reached, by happenings that as many families tell of as it asks for."""
        for band in reversed(rule.bands):
            fullest = peak
            if band.independent > rule.min_independent:
                ids = among if among is not None else tuple(item.id for item in window.items)
                sure = [id_ for id_ in ids if self._is_sure(rule, id_, band)]
                fullest = windows.peak(window, rule.over, among=sure, containing=containing)
            if fullest is not None and fullest.value >= band.threshold:
                return band.severity
        return None

    def _is_sure(self, rule: Rule, id_: str, band: Band) -> bool:
        known = world.happenings(self._state).get(id_)
        return known is not None and rules.standing_behind(rule, known) >= band.independent

    # --- first ----------------------------------------------------------------------------------------------------

    def _first(self, rule: Rule, window: Window, item: Item) -> Verdict:
        near = [i for i in window.items if abs(i.at - item.at) < rule.over and i.id != item.id]
        if near:
            other = min(near, key=lambda i: (i.at, i.id))
            detail = f"{other.id} at {iso(other.at)} is within {duration_text(rule.over)}"
            return Verdict(reason="not_first", detail=detail)
        peak = Peak(value=1, start=item.at - rule.over, end=item.at, ids=(item.id,))
        return Verdict(peak=peak, severity=rule.bands[0].severity)

    def _still_first(self, rule: Rule, window: Window, root: Root) -> Verdict:
        items = [item for item in window.items if item.id in root.ids]
        if not items:
            return Verdict()
        at = items[0].at
        peak = Peak(value=1, start=at - rule.over, end=at, ids=tuple(item.id for item in items))
        return Verdict(peak=peak, severity=rule.bands[0].severity)

    # --- buckets --------------------------------------------------------------------------------------------------

    def _unusual(self, rule: Rule, key_text: str, item: Item) -> Verdict:
        """The happening's bucket, or a later one that it makes unusual."""
        gate = self._keys.is_closed_to(rule, key_text, item.at)
        if gate is not None:
            return Verdict(reason=gate[0], detail=gate[1])
        window = self._tables.windows.rows[key_text]
        sights = self._keys.sights(rule, key_text, item.at)
        found = [self._judged(rule, window, sight) for sight in sights]
        return next((one for one in found if one.severity is not None), found[0])

    def _judged(self, rule: Rule, window: Window, sight: Sight) -> Verdict:
        items = _in_bucket(rule, window, sight.bucket)
        value = sum(item.value for item in items)
        peak = _peak_of(rule, sight.bucket, items)
        severity = self._severity(rule, items, sight)
        if severity is not None:
            return Verdict(peak=peak, severity=severity, sight=sight)
        if _reaches(rule, rule.bands[0], value, sight):
            return _not_sure_enough(rule, value)
        return Verdict(reason="not_unusual", detail=unusual.said(rule, value, sight))

    def _severity(self, rule: Rule, items: list[Item], sight: Sight) -> str | None:
        for band in reversed(rule.bands):
            sure: Iterable[Item] = items
            if band.independent > rule.min_independent:
                sure = [item for item in items if self._is_sure(rule, item.id, band)]
            if _reaches(rule, band, sum(item.value for item in sure), sight):
                return band.severity
        return None

    def _still_unusual(self, rule: Rule, window: Window, root: Root) -> Verdict:
        """The fullest of the buckets that a root told of and that still reach a band; the fullest of all if none."""
        found = []
        for sight in root.told:
            items = _in_bucket(rule, window, sight.bucket)
            severity = self._severity(rule, items, sight)
            found.append(Verdict(peak=_peak_of(rule, sight.bucket, items), severity=severity, sight=sight))
        reaching = [one for one in found if one.severity is not None]
        return max(reaching or found, key=lambda one: one.peak.value if one.peak else 0)


def speaks_of(rule: Rule, root: Root, item: Item) -> bool:
    """Whether a root that stands speaks of a happening where it now is: an edit may take it to another bucket."""
    bucket = bucket_of(item.at, rule.over)
    return not root.canceled and (not root.told or any(sight.bucket == bucket for sight in root.told))


def is_worse(value: float, told: float) -> bool:
    """Whether a surge has grown so far that it is told again."""
    return told > 0 and value >= WORSENING * told


def is_going_on(rule: Rule, found: Verdict, root: Root) -> bool:
    """Whether what is found belongs to the surge that a root told of, for it follows soon enough."""
    if found.sight is None or found.peak is None or not root.told:
        return False
    sudden = unusual.is_sudden(rule, found.peak.value, found.sight)
    return found.sight.bucket <= root.upto + 1 + (CALM if sudden else CALM_AFTER_RISE)


def _in_bucket(rule: Rule, window: Window, bucket: int) -> list[Item]:
    return windows.between(window, start_of(bucket, rule.over), start_of(bucket + 1, rule.over))


def _peak_of(rule: Rule, bucket: int, items: list[Item]) -> Peak | None:
    if not items:
        return None
    value = sum(item.value for item in items)
    start = start_of(bucket, rule.over)
    return Peak(value=value, start=start, end=items[-1].at, ids=tuple(item.id for item in items))


def _reaches(rule: Rule, band: Band, value: float, sight: Sight) -> bool:
    """Whether a count reaches a band. A rise that adds up has no bar of its own: it is of the lowest severity."""
    if unusual.reaches(rule, value, sight, band.threshold):
        return True
    return band == rule.bands[0] and unusual.is_rise(rule, value, sight)


def _not_sure_enough(rule: Rule, value: float) -> Verdict:
    told = f"{value:g} {rule.measure}, but not of happenings with {rule.bands[0].independent} independent publishers"
    return Verdict(reason="band_not_independent", detail=told)
