"""What figure has an event that is told several times? One total a measure and side, its groups as parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from streams.article import Count, Signal
from streams.signals.draft import Draft
from streams.signals.sameness import Names, words_of

_Key = tuple[str, str]


def merged_counts(told: Sequence[Signal], drafts: Sequence[Draft]) -> tuple[Count, ...]:
    """The last update, else the body's fullest telling, else the title's; victims named one by one, and those told on
    top ("was also killed"), are added up.

    ``drafts`` go with ``told``, both in order of the text.
    """
    keys = sorted({(c.measure, c.side) for s in told for c in s.counts if c.relation == "total"})
    found: list[Count] = []
    for key in keys:
        best = _best(key, told, drafts)
        counts = best[1] if best is not None else []
        after = best[0] if best is not None else -1
        counts = counts + [c for n, c in _added(key, told, drafts) if n > after and not _known(c, counts)]
        named = _one_each(key, told)
        if len(named) > sum(c.low or 0 for c in counts) and all(c.exactness == "exact" for c in counts):
            counts = named
        found += _summed(counts)
    return tuple(found)


def _best(key: _Key, told: Sequence[Signal], drafts: Sequence[Draft]) -> tuple[int, list[Count]] | None:
    best: tuple[int, list[Count]] | None = None
    highest: tuple[bool, bool, bool, float] | None = None
    for n, signal in enumerate(told):
        counts = [c for c in signal.counts if c.relation == "total" and (c.measure, c.side) == key]
        if not counts or drafts[n].victims == "added":
            continue
        update = signal.scope == "update"
        exact = any(c.exactness not in ("unstated", "vague") for c in counts)
        rank = (update, signal.section != "title", exact, 0.0 if update else float(sum(c.low or 0 for c in counts)))
        if highest is None or rank > highest or (rank == highest and update):
            best, highest = (n, counts), rank
    return best


def _added(key: _Key, told: Sequence[Signal], drafts: Sequence[Draft]) -> Iterator[tuple[int, Count]]:
    for n, signal in enumerate(told):
        for count in signal.counts if drafts[n].victims == "added" else ():
            if count.relation == "total" and (count.measure, count.side) == key and count.low is not None:
                yield n, count


def _known(count: Count, counts: Sequence[Count]) -> bool:
    names = Names(words_of(name) for c in counts for name in c.names)
    return bool(count.names) and all(words_of(name) in names for name in count.names)


def _one_each(key: _Key, told: Sequence[Signal]) -> list[Count]:
    """A count for each named victim told alone, none twice."""
    kept: list[Count] = []
    names = Names()
    for signal in told:
        for count in signal.counts:
            alone = count.low == count.high == 1 and count.names and count.relation == "total"
            if not alone or (count.measure, count.side) != key:
                continue
            mine = [words_of(name) for name in count.names]
            if not all(name in names for name in mine):
                kept.append(count)
                names.add(mine)
    return kept


def _summed(counts: list[Count]) -> list[Count]:
    """Groups of one telling as one total, followed by the groups as parts of it when there are several."""
    if not counts:
        return []
    stated = [c for c in counts if c.exactness != "unstated"] or counts
    if len(stated) == 1:
        return stated
    lows, highs = [c.low for c in stated], [c.high for c in stated]
    low = sum(v for v in lows if v is not None) if any(v is not None for v in lows) else None
    high = sum(v for v in highs if v is not None) if all(v is not None for v in highs) else None
    kinds = {c.exactness for c in stated}
    exactness = kinds.pop() if len(kinds) == 1 else "at_least" if high is None else "range"
    classes = {c.class_ for c in stated}
    first = stated[0]
    total = replace(
        first,
        low=low,
        high=high,
        exactness=exactness,
        class_=classes.pop() if len(classes) == 1 else None,
        object=None,
        end=max(c.end for c in stated) if len({c.field for c in stated}) == 1 else first.end,
    )
    return [total, *(replace(c, relation="part") for c in stated)]
