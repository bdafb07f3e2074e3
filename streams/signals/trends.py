"""Are attacks becoming more or fewer, by somebody's word? Rates and ratios, never incidents."""

from __future__ import annotations

from streams.article import Count, Realis
from streams.signals.causes import fits
from streams.signals.draft import Draft
from streams.signals.realis import realis_of
from streams.signals.sentence import Found, Sentence

_VIOLENCE = frozenset(
    """attack attacks bombings violence kidnappings killings clashes raids shootings ambushes assassinations
    strikes airstrikes abductions assaults incidents shelling hostilities""".split()
)
_RATIOS = {"doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "halv": 0.5}
_RATES = {"daily": ("day", 1), "nightly": ("day", 1), "weekly": ("week", 1), "day": ("day", 1)}
_FAMILIES = frozenset({"trend", "posture"})
_PRONOUNS = frozenset("they these those".split())


def read_trends(sentence: Sentence, previous_words: frozenset[str]) -> list[Draft]:
    """At most one draft. ``previous_words`` of the sentence before settle what "they have spiked" speaks of."""
    best: Draft | None = None
    for hit in sentence.found:
        if hit.phrase.family not in _FAMILIES or fits(sentence, hit, armed=False) is not None:
            continue
        if hit.phrase.kind == "change" and not _of_violence(sentence, hit, previous_words):
            continue
        draft = _draft(sentence, hit)
        if best is None or _rank(draft) > _rank(best):
            best = draft
    return [best] if best else []


def _rank(draft: Draft) -> tuple[int, bool]:
    return draft.sentence.lexicon.types[draft.type].rank, bool(draft.counts)


def _of_violence(sentence: Sentence, hit: Found, previous_words: frozenset[str]) -> bool:
    """Whether attacks are what rises: as subject, as object, or meant by a pronoun."""
    words = sentence.words
    if _VIOLENCE & set(words[max(hit.first - 5, 0) : hit.first]) or _VIOLENCE & set(words[hit.last : hit.last + 4]):
        return True
    opening = [w for w in words[max(hit.first - 3, 0) : hit.first] if w not in ("have", "has", "had", "also")]
    return bool(opening[-1:]) and opening[-1] in _PRONOUNS and bool(_VIOLENCE & previous_words)


def _draft(sentence: Sentence, hit: Found) -> Draft:
    type_ = hit.phrase.type
    realis: Realis = realis_of(sentence, hit)
    if type_ == "trend.escalation_denied":
        realis = "denied"
    elif type_ == "posture.militia_advance":
        realis = "ongoing"
    elif realis == "hypothetical" and not {"would", "could", "may", "might", "if"} & sentence.bag:
        realis = "actual"
    scope = "assessment" if type_ in ("trend.posture_more_aggressive", "trend.capability_up") else "trend"
    if scope == "assessment" and realis == "actual":
        realis = "hedged"
    return Draft(
        type=type_,
        sentence=sentence,
        segment=sentence.segment_of(hit.first),
        trigger=hit,
        realis=realis,
        scope=scope,  # type: ignore[arg-type]
        counts=_counts(sentence, hit),
        pattern=hit.phrase.id,
    )


def _counts(sentence: Sentence, hit: Found) -> list[Count]:
    found = []
    for i in range(hit.first, hit.last):
        word = sentence.words[i]
        start, end = sentence.span(i, i + 1)
        ratio = next((value for stem, value in _RATIOS.items() if word.startswith(stem)), None)
        rate = _RATES.get(word)
        if ratio is not None:
            found.append(
                Count(
                    measure="ratio",
                    low=ratio,
                    high=ratio,
                    exactness="exact",
                    unit="times",
                    field=sentence.field,
                    start=start,
                    end=end,
                )
            )
        elif rate is not None:
            found.append(
                Count(
                    measure="rate",
                    low=rate[1],
                    high=None,
                    exactness="at_least",
                    unit=f"per {rate[0]}",
                    field=sentence.field,
                    start=start,
                    end=end,
                )
            )
    return found
