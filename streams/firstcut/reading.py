"""What does one sentence report, and what in it only sounds like something?

Figures are read first, each with the verb that governs it and the cause behind it; then the nouns and verbs of the
taxonomy, which take the figures that belong to them. What is left out leaves an exclusion with its reason.
"""

from __future__ import annotations

from msgspec.structs import replace

from streams.article import Exclusion, Realis, Scope, family_of
from streams.firstcut.casualties import Casualty, casualties
from streams.firstcut.draft import Draft, exclusion
from streams.firstcut.scene import Hit, Scene
from streams.firstcut.stance import (
    background,
    outcome_of,
    realis_of,
    scope_of_noun,
    speaker_of,
    stance_of,
)
from streams.firstcut.withdrawals import noun_withdrawal, withdrawals
from streams.text.dates import DateMention

_TOPICS = ("sport", "business", "fiction", "court")
_GENERIC = frozenset({"attack.generic", "attack.site_bomb", "attack.armed_clash"})
_NEED_CONFLICT = frozenset({"attack.generic", "attack.site_bomb", "attack.armed_clash", "attack.assassination",
                            "threat.warning", "attack.massacre", "attack.shooting", "attack.property"})  # fmt: skip
_FORCE_NOUNS = frozenset({"force.drawdown", "force.withdrawal_begun"})
_CONTEXT_FAMILIES = frozenset({"agreement", "ceasefire", "talks", "peacekeeping", "ddr", "detainee", "rupture"})
_VIOLATED = ("violated", "violate", "violates", "breached", "breaches", "broken", "broke", "violating", "violations")
_AGREED = (
    "agreed",
    "signed",
    "reached",
    "announced",
    "declared",
    "brokered",
    "includes",
    "securing",
    "secured",
    "sealed",
    "approved",
)
_CARRYING_OUT = ("implement", "implementing", "implementation", "implemented")
_SEIZABLE = ("town", "city", "village", "villages", "towns", "base", "territory", "airport", "district", "province",
             "capital", "hill", "bridge", "border", "road", "area", "areas", "swathes", "port", "outpost", "stronghold",
             "control", "positions", "dam", "crossing")  # fmt: skip


class Reading:
    """One sentence read: ``drafts`` and ``excluded``."""

    def __init__(
        self, scene: Scene, dates: list[DateMention], topic: str | None, *, conflict: bool, anniversary: bool = False
    ) -> None:
        """``topic`` is the reason that the whole article gives to leave things out, ``conflict`` whether it speaks of
        armed people or their deeds anywhere."""
        self.scene, self.dates, self.topic, self.conflict = scene, dates, topic, conflict
        self.drafts: list[Draft] = []
        self.excluded: list[Exclusion] = []
        self._speaker = speaker_of(scene)
        self._stance = stance_of(scene, self._speaker)
        self._cumulative = any(d.kind in ("since", "duration") for d in dates) or scene.has("cumulative")
        self._background = anniversary or background(scene) or self._long_ago()
        self._read()

    def _long_ago(self) -> bool:
        """Whether the sentence's only date is a bare year or part of one, in the past."""
        points = [d for d in self.dates if d.kind == "point"]
        return bool(points) and all(d.precision == "year" or _names_a_year(self.scene, d) for d in points)

    def _read(self) -> None:
        for hit in self.scene.anchors:
            if hit.kind == "veto":
                self._leave_out(hit, "attack.generic", hit.value)
        figures = self._figures()
        left, look_alikes = withdrawals(self.scene)
        self.drafts += left
        self.excluded += look_alikes
        self._typed(figures)
        self._loose(figures)

    # --- figures ----------------------------------------------------------------------------------------------------

    def _figures(self) -> list[Casualty]:
        """The figures behind which no cause other than violence stands."""
        kept = []
        for casualty in casualties(self.scene):
            cause = self._cause(casualty)
            if cause is None and casualty.figure.object is None and not self.conflict:
                cause = "not_a_count"
            if cause is None:
                kept.append(casualty)
            else:
                self._leave_out_figure(casualty, cause)
        return kept

    def _cause(self, casualty: Casualty) -> str | None:
        """The reason why a figure is not of violence: the nearest cause or violent word decides."""
        verb = casualty.verb
        violent = [
            h for h in self.scene.anchors if h.kind in ("noun", "verb") and family_of(h.value) in ("attack", "hostage")
        ]
        violent = [h for h in violent if not (h.start <= verb.start < h.end and h.kind == "verb" and h.value == "x")]
        causes = self.scene.of("cause")
        nearest = min(causes, key=lambda h: (_distance(h, verb), h.first), default=None)
        rival = min((_distance(h, verb) for h in violent), default=None)
        if nearest is not None and (rival is None or _distance(nearest, verb) < rival):
            return nearest.value
        if rival is None and self.topic is not None:
            return self.topic
        return "natural_death" if rival is None and verb.kind == "die" else None

    def _leave_out_figure(self, casualty: Casualty, reason: str) -> None:
        count = casualty.figure
        self.excluded.append(exclusion(self.scene, f"casualty.{count.measure}", reason, count.start, count.end))

    # --- the taxonomy's nouns and verbs -------------------------------------------------------------------------------

    def _typed(self, figures: list[Casualty]) -> None:
        hits = [h for h in self.scene.anchors if h.kind in ("noun", "verb")]
        chosen = _most_specific(hits)
        owners = self._owners(chosen, figures)
        for hit in chosen:
            draft = self._draft_of(hit, [f for f, owner in owners if owner == hit])
            if draft is not None:
                self.drafts.append(draft)
        owned = {id(f) for f, owner in owners if owner is not None}
        figures[:] = [f for f in figures if id(f) not in owned]

    def _owners(self, hits: list[Hit], figures: list[Casualty]) -> list[tuple[Casualty, Hit | None]]:
        """Which attack each figure belongs to: the nearest before its verb, else the nearest behind."""
        violent = [h for h in hits if family_of(h.value) in ("attack", "hostage") or h.value == "ceasefire.violation"]
        found: list[tuple[Casualty, Hit | None]] = []
        for figure in figures:
            measure = "hostage" if figure.figure.measure == "hostages" else "attack"
            fitting = [h for h in violent if family_of(h.value) == measure] or violent
            before = [h for h in fitting if h.first <= figure.verb.first]
            owner = max(before, key=lambda h: h.first, default=None) or min(
                fitting, key=lambda h: h.first, default=None
            )
            found.append((figure, owner))
        return found

    def _draft_of(self, hit: Hit, figures: list[Casualty]) -> Draft | None:
        type_, family = hit.value, family_of(hit.value)
        if type_ in _FORCE_NOUNS:
            found = noun_withdrawal(self.scene, hit, type_)
            if isinstance(found, Exclusion):
                self.excluded.append(found)
                return None
            return found
        if self._wrong_topic(hit, figures) or (not self.conflict and not figures and type_ in _NEED_CONFLICT):
            return None
        if family == "hostage" and any(h.kind == "freed" for h in self.scene.words):
            return self._draft(hit, "hostage.release", self._realis(hit), "incident", tuple(f.figure for f in figures))
        if family in ("ceasefire", "agreement"):
            return self._accord(hit, figures)
        if type_ == "territory.captured" and not self._seizes_land(hit):
            return None
        if type_.startswith("force.deployment") and not self._moves_forces(hit):
            return None
        if type_ == "trend.attacks_up":
            return self._draft(hit, type_, self._realis(hit), "trend")
        if type_ == "hostage.hostage_taking" and not figures and "taken" not in {h.kind for h in self.scene.words}:
            return None
        return self._happening(hit, type_, figures)

    def _happening(self, hit: Hit, type_: str, figures: list[Casualty]) -> Draft:
        realis = self._realis(hit)
        scope = self._scope(hit, figures, realis)
        counts = tuple(replace(f.figure, attacks=self._attacks(hit)) for f in figures)
        if scope == "trend" and family_of(type_) == "attack":
            type_ = "trend.attacks_up"
        return self._draft(hit, type_, realis, scope, counts)

    def _attacks(self, hit: Hit) -> int | None:
        """How many happenings a plural trigger names: "two attacks killed 12"."""
        number = next((n for n in self.scene.numbers if n.vetoed is None and 0 <= hit.first - n.last <= 2), None)
        plural = self.scene.lower(hit.last - 1).endswith("s")
        return number.low if number is not None and plural and number.low and number.low > 1 else None

    def _realis(self, hit: Hit) -> Realis:
        return realis_of(self.scene, hit, noun=hit.kind == "noun")

    def _scope(self, hit: Hit, figures: list[Casualty], realis: Realis) -> Scope:
        scene = self.scene
        if self._background:
            return "cumulative" if figures and self._cumulative else "background"
        if scene.has("trend") and not figures:
            return "trend"
        if self._cumulative and figures:
            return "cumulative"
        if scene.cues("assessment", 0, len(scene.tokens)) and not figures and hit.kind == "noun":
            return "assessment"
        if scene.has("habitual") and not figures:
            return "trend"
        if hit.kind == "verb":
            word = scene.lower(hit.last - 1)
            if word.endswith("ing") and not figures:
                return "reference"
            return "incident"
        if scene.has("correction", "update") and figures:
            return "update"
        return scope_of_noun(scene, hit, figures=bool(figures))

    def _wrong_topic(self, hit: Hit, figures: list[Casualty]) -> bool:
        """Sport, business, fiction and courts use the words of war."""
        causes = {h.value for h in self.scene.of("cause")}
        reason = self.topic or next((t for t in _TOPICS if t in causes), None)
        if reason is None or (figures and self.topic is None and reason not in ("fiction", "court")):
            return False
        self._leave_out(hit, hit.value, reason)
        return True

    def _seizes_land(self, hit: Hit) -> bool:
        ahead = {self.scene.lower(k) for k in range(hit.first, min(len(self.scene.tokens), hit.last + 8))}
        return bool(ahead & set(_SEIZABLE))

    def _moves_forces(self, hit: Hit) -> bool:
        near = range(max(0, hit.first - 6), min(len(self.scene.tokens), hit.last + 7))
        return any(h.first in near and h.kind in ("forces",) for h in self.scene.words) or (
            any(self.scene.lower(k) in ("security", "police") for k in near)
        )

    def _accord(self, hit: Hit, figures: list[Casualty]) -> Draft | None:
        """Ceasefires and agreements: violated, in force, agreed or carried out."""
        scene = self.scene
        words = {token.lower for token in scene.tokens}
        if family_of(hit.value) == "ceasefire":
            if words & set(_VIOLATED):
                scope: Scope = "cumulative" if self._cumulative or figures else "incident"
                return self._draft(
                    hit, "ceasefire.violation", self._realis(hit), scope, tuple(f.figure for f in figures)
                )
            if words & {"began", "holding", "holds", "effect", "force", "fragile"} and not words & {"includes"}:
                return self._draft(
                    hit,
                    "ceasefire.in_force",
                    self._realis(hit),
                    "background" if self._background else "reference",
                    phase="begun",
                )
            reached = words & set(_AGREED)
            scope = "incident" if reached and not words & {"securing", "secured"} else "reference"
            realis = self._realis(hit)
            return self._draft(hit, "ceasefire.agreed", realis, scope, phase="announced")
        if words & set(_CARRYING_OUT):
            realis = self._realis(hit)
            return self._draft(
                hit, "agreement.implementation", "ongoing" if realis == "actual" else realis, "incident", phase="begun"
            )
        if not words & set(_AGREED):
            return None
        scope = "background" if self._background else "incident"
        return self._draft(hit, "agreement.reached", self._realis(hit), scope, phase="announced")

    # --- figures without a noun ---------------------------------------------------------------------------------------

    def _loose(self, figures: list[Casualty]) -> None:
        """Figures that no attack in the sentence owns: "12 people were killed in Tikrit", "the toll rose to 19"."""
        groups: dict[int, list[Casualty]] = {}
        for figure in figures:
            groups.setdefault(self.scene.clause[figure.verb.first], []).append(figure)
        merged = [f for _, group in sorted(groups.items()) for f in group]
        if not merged:
            return
        first = merged[0].verb
        realis = realis_of(self.scene, first, noun=False)
        if first.kind == "tolls" or (self.scene.has("update") and first.kind != "shot"):
            scope: Scope = "update"
        else:
            scope = "incident"
        if self._background:
            scope = "cumulative" if self._cumulative else "background"
        elif self._cumulative:
            scope = "cumulative"
        type_ = "casualty.cumulative_total" if scope == "cumulative" else _casualty_type(self.scene, merged)
        self.drafts.append(self._draft(first, type_, realis, scope, tuple(f.figure for f in merged)))

    def _draft(
        self,
        hit: Hit,
        type_: str,
        realis: Realis,
        scope: Scope,
        counts: tuple[object, ...] = (),
        phase: str | None = None,
    ) -> Draft:
        return Draft(
            type=type_,
            scene=self.scene,
            trigger=hit,
            pattern=f"{type_}/{hit.kind}",
            realis=realis,
            scope=scope,
            stance=self._stance,
            speaker=self._speaker,
            outcome=outcome_of(self.scene),
            counts=counts,  # type: ignore[arg-type]
            phase=phase,
            confidence=0.9 if counts else 0.7,
        )

    def _leave_out(self, hit: Hit, tempted: str, reason: str) -> None:
        self.excluded.append(exclusion(self.scene, tempted, reason, hit.start, hit.end))


def _casualty_type(scene: Scene, figures: list[Casualty]) -> str:
    measures = {f.figure.measure for f in figures}
    if any(f.verb.kind == "shot" or scene.lower(f.verb.first) in ("shot", "gunned") for f in figures):
        return "attack.shooting"
    if any(_armed_subject(scene, f) for f in figures):
        return "attack.generic"
    if "hostages" in measures:
        return "hostage.kidnapping"
    return "casualty.killed" if measures & {"killed", "casualties"} else "casualty.wounded"


def _armed_subject(scene: Scene, casualty: Casualty) -> bool:
    """Whether armed people are the subject of an active verb: "gunmen killed nine villagers"."""
    verb, count = casualty.verb, casualty.figure
    active = scene.tokens[verb.first].start < count.end and count.start >= scene.tokens[verb.first].start
    number = scene.clause[verb.first]
    before = [h for h in scene.of("people", "combatant") if h.last <= verb.first and scene.clause[h.first] == number]
    return active and bool(before)


def _most_specific(hits: list[Hit]) -> list[Hit]:
    """Each type once, the first of it; a generic attack yields to a specific one."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(hit.value, hit)
    specific = [t for t in found if family_of(t) == "attack" and t not in _GENERIC]
    bombs = [t for t in found if t == "attack.site_bomb"]
    dropped = set(_GENERIC) if specific else ({"attack.generic"} if bombs or "attack.armed_clash" in found else set())
    return [hit for type_, hit in found.items() if type_ not in dropped]


def _distance(one: Hit, other: Hit) -> int:
    return max(one.first - other.last, other.first - one.last, 0)


def _names_a_year(scene: Scene, mention: DateMention) -> bool:
    words = scene.text[mention.start : mention.end].split()
    return len(words) <= 2 and words[-1].isdigit() and len(words[-1]) == 4
