"""Which articles are copies of one text, and whose text is it?

Copies share a canonical address, or their MinHash sketches agree on most values. A copy belongs to the publisher
family of the story's first article, or to the agency that it credits. Sketches are compared only with stories that
share a band of the sketch (locality-sensitive hashing; Broder 1997, Indyk & Motwani 1998).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from streams.article import Fingerprint
from streams.codec import digest
from streams.state import State, Table

#: Share of equal sketch values from which two texts are copies (an estimate of the Jaccard index of their shingles).
SAME_TEXT = 0.55
#: Values a band: lower finds more copies and compares more.
BAND = 4


class Story(Struct, frozen=True, kw_only=True):
    """A text and who has printed it."""

    family: str
    sketch: tuple[int, ...]
    articles: int
    born: int


class StoryKey(Struct, frozen=True, array_like=True):
    """A band of a sketch or an address, leading to stories."""

    stories: tuple[str, ...]
    born: int


class Placed(Struct, frozen=True, kw_only=True):
    """The story of an article and the family that its words count for."""

    story: str
    family: str


def tables(state: State) -> tuple[Table[Story], Table[StoryKey]]:
    """The stories, and the keys that lead to them."""
    return state.table("stories", Story), state.table("story_keys", StoryKey)


def family_of_publisher(name: str, families: Mapping[str, str]) -> str:
    """The house of a publisher; an unknown publisher is its own."""
    key = " ".join(name.casefold().split())
    return families.get(key, key)


def place(
    state: State, article: str, publisher: str, print_: Fingerprint, families: Mapping[str, str], now: int
) -> Placed:
    """Find or open the story of an article. Without a sketch the article is its own story and leaves no trace."""
    own = family_of_publisher(publisher, families)
    credited = family_of_publisher(print_.credit, families) if print_.credit else own
    if not print_.sketch:
        return Placed(story=digest("story", article), family=credited)
    stories, _ = tables(state)
    found = _find(state, print_)
    if found is None:
        found = digest("story", article)
        stories.put(found, Story(family=credited, sketch=print_.sketch, articles=1, born=now))
    else:
        story = stories.rows[found]
        stories.put(
            found, Story(family=story.family, sketch=story.sketch, articles=story.articles + 1, born=story.born)
        )
    _remember(state, print_, found, now)
    return Placed(story=found, family=stories.rows[found].family)


def _keys(print_: Fingerprint) -> list[str]:
    sketch = print_.sketch
    keys = [f"{i}:{digest(sketch[i : i + BAND])}" for i in range(0, len(sketch), BAND)]
    return [*keys, f"url:{print_.url}"] if print_.url else keys


def _find(state: State, print_: Fingerprint) -> str | None:
    stories, index = tables(state)
    seen: dict[str, float] = {}
    for key in _keys(print_):
        entry = index.get(key)
        for id_ in entry.stories if entry else ():
            story = stories.get(id_)
            if story is not None and id_ not in seen:
                seen[id_] = 1.0 if key.startswith("url:") else likeness(story.sketch, print_.sketch)
    close = [id_ for id_ in seen if seen[id_] >= SAME_TEXT]
    return min(close, key=lambda id_: (-seen[id_], stories.rows[id_].born, id_)) if close else None


def _remember(state: State, print_: Fingerprint, story: str, now: int) -> None:
    _, index = tables(state)
    for key in _keys(print_):
        entry = index.get(key)
        known = entry.stories if entry else ()
        if story not in known:
            index.put(key, StoryKey((*known, story), now))


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The share of equal values at equal places of two sketches: 0 to 1."""
    if not one or len(one) != len(other):
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
