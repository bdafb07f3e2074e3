"""Which articles are copies of one text, and whose text is it?

Copies share a canonical address, or their MinHash sketches agree on most values. Each article is tied to the earlier
one that it is most like; those that hang together are a story, named after its earliest article. A story's words
count for the agency that it credits, else for the house of its earliest article. Sketches are compared only when
they share a band (locality-sensitive hashing; Broder 1997, Indyk & Motwani 1998), only within ``SPAN``, and of each
band only with the ``NEAREST`` before: however often a text is reprinted, one more costs no more.

Ties go from later to earlier in time of publication, whatever came first here: so stories do not depend on the order
of arrival.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from operator import eq

from msgspec import Struct
from msgspec.structs import replace

from streams.article import Fingerprint
from streams.codec import digest
from streams.happenings import Void
from streams.identity import Known
from streams.state import Table

#: Share of equal sketch values from which two texts are copies (an estimate of the Jaccard index of their shingles).
SAME_TEXT = 0.55
#: Values a band: lower finds more copies and compares more.
BAND = 4
#: Seconds between two publications of one text.
SPAN = 7 * 86400
#: Articles of a band, the last before an article, that it is compared with.
NEAREST = 8

Order = tuple[int, str]


class Tie(Struct, frozen=True, array_like=True):
    """The earlier article whose copy an article is, and how like it is."""

    likeness: float
    key: str


Bands = dict[int | str, list[Order]]


def family_of_publisher(name: str, families: Mapping[str, str]) -> str:
    """The house of a publisher; an unknown publisher is its own."""
    key = " ".join(name.casefold().split())
    return families.get(key, key)


def own_family(row: Known, families: Mapping[str, str]) -> str:
    """Whose words an article is, looked at by itself: the agency that it credits, else its publisher's house."""
    return family_of_publisher(_credit(row) or row.publisher, families)


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The share of equal values at equal places of two sketches: 0 to 1."""
    if not one or len(one) != len(other):
        return 0.0
    same: int = sum(map(eq, one, other))
    return same / len(one)


class Stories:
    """The index over the articles' texts. Derived from the table of articles, whose story fields it writes."""

    def __init__(self, articles: Table[Known]) -> None:
        """Build it from what the table holds."""
        self._articles = articles
        self._index: Bands = {}
        self._copies: dict[str, set[str]] = {}
        self._voids: dict[str, tuple[Void, ...]] = {}
        self._roots: dict[str, str] = {}
        self._credited: dict[str, str] = {}
        for key, row in self._articles.rows.items():
            self._enter(key, row)
            if row.copied in self._articles.rows:
                self._copies.setdefault(row.copied, set()).add(key)
        for key, row in self._articles.rows.items():
            if row.prints and row.took_back is not None:
                members = {other: self._articles.rows[other] for other in self._members(self._root(key))}
                self._voids[row.story] = self._voids_of(members, row.family)

    def voids(self, story: str) -> tuple[Void, ...]:
        """What revisions and cancellations of a story took back."""
        return self._voids.get(story, ())

    def is_gone(self, row: Known) -> bool:
        """Whether the text of an article was cancelled by whose it is: also when a copy is printed after that."""
        return any(void.gone and (row.copied or row.as_of < void.before) for void in self.voids(row.story))

    def place(self, key: str, before: Known | None, families: Mapping[str, str]) -> list[str]:
        """Find the story of an article whose row is new, or replaced ``before``.

        ``families`` maps publishers to houses, both case-folded.

        Gives the keys, sorted, of the other articles that are now a copy of another one, directly or through others,
        in another story or family, or had figures taken back. Rows are written; their mentions are left as they are.
        """
        row = self._articles.rows[key]
        own = own_family(row, families)
        if not row.prints:
            story = digest("story", key) if row.mentions or row.status == "canceled" else ""
            self._articles.put(key, replace(row, story=story, family=own, own=own))
            return []
        row = replace(row, own=own)
        self._articles.put(key, row)
        gained = self._leave(key, before) if before else ()
        self._enter(key, row)
        later, lost = self._after(key, row)
        again = dict.fromkeys((*gained, *lost, *(sorted(self._copies.get(key, ())) if before else ())))
        again.pop(key, None)
        ties = {key: self._closest(key, row)}
        for other in again:
            ties[other] = self._closest(other, self._articles.rows[other])
        for other, tie in later.items():
            known = self._articles.rows[other]
            if other not in ties and self._closer(tie, Tie(known.likeness, known.copied)):
                ties[other] = tie
        former = {self._root(other) for other in ties}
        for other, new in ties.items():
            self._tie(other, new)
        roots = {self._root(other) for other in (*former, *ties)}
        if before is None and len(roots) == 1 and former <= {key, *roots} and self._joins(key, *roots):
            return sorted(self._below(ties) - {key})
        for root in former - roots:
            self._unsettle(digest("story", root))
        changed = {name for root in sorted(roots) for name in self._settle(root)}
        return sorted({*changed, *self._below(ties)} - {key})

    def forget(self, key: str) -> None:
        """An article is gone from the table. Its copies keep the story they have."""
        row = self._articles.rows[key]
        self._leave(key, row)
        self._copies.pop(key, None)
        if row.copied in self._copies:
            self._copies[row.copied].discard(key)
        self._roots.clear()
        self._credited.pop(row.story, None)
        if not row.copied:
            self._voids.pop(row.story, None)

    # --- ties ---------------------------------------------------------------------------------------------------------

    def _closest(self, key: str, row: Known) -> Tie | None:
        """The closest of the articles just before one."""
        best: Tie | None = None
        for other in self._before(key, row):
            share = _alike(row, self._articles.rows[other])
            if share >= SAME_TEXT and (best is None or self._closer(Tie(share, other), best)):
                best = Tie(share, other)
        return best

    def _before(self, key: str, row: Known) -> dict[str, None]:
        """The articles that one is compared with: of each of its bands the nearest before it."""
        mine, found = (row.moment, key), dict[str, None]()
        for name in _names(row):
            held = self._index[name]
            at = bisect_left(held, mine)
            for moment, other in reversed(held[max(0, at - NEAREST) : at]):
                if row.moment - moment > SPAN:
                    break
                found[other] = None
        return found

    def _after(self, key: str, row: Known) -> tuple[dict[str, Tie], dict[str, None]]:
        """What a new article is to those just after it: how close, and which were tied to one that it now hides."""
        mine, later, lost = (row.moment, key), dict[str, Tie](), dict[str, None]()
        for name in _names(row):
            held = self._index[name]
            at = bisect_left(held, mine) + 1
            for n in range(at, min(at + NEAREST, len(held))):
                moment, other = held[n]
                if moment - row.moment > SPAN:
                    break
                known = self._articles.rows[other]
                if n > NEAREST and held[n - NEAREST - 1][1] == known.copied:
                    lost[other] = None
                if other not in later and (share := _alike(row, known)) >= SAME_TEXT:
                    later[other] = Tie(share, key)
        return later, lost

    def _closer(self, one: Tie, other: Tie) -> bool:
        """Whether a tie goes before another: to the more like text, of equal ones to the earlier."""
        if not other.key or other.key not in self._articles.rows:
            return True
        return (-one.likeness, self._order(one.key)) < (-other.likeness, self._order(other.key))

    def _order(self, key: str) -> Order:
        return self._articles.rows[key].moment, key

    def _tie(self, key: str, tie: Tie | None) -> None:
        row = self._articles.rows[key]
        if key in self._roots or self._copies.get(key):
            self._roots.clear()
        if row.copied and row.copied in self._copies:
            self._copies[row.copied].discard(key)
        tie = tie or Tie(0.0, "")
        self._articles.put(key, replace(row, copied=tie.key, likeness=tie.likeness))
        if tie.key:
            self._copies.setdefault(tie.key, set()).add(key)

    def _root(self, key: str) -> str:
        way = []
        while key not in self._roots and (copied := self._articles.rows[key].copied) in self._articles.rows:
            way.append(key)
            key = copied
        root = self._roots.get(key, key)
        self._roots.update(dict.fromkeys(way, root))
        return root

    # --- stories ------------------------------------------------------------------------------------------------------

    def _members(self, root: str) -> list[str]:
        """Every article of a story, earliest first."""
        return sorted(self._below([root]), key=self._order)

    def _below(self, keys: Iterable[str]) -> set[str]:
        """These articles, and all that are copies of them, directly or through others."""
        found, queue = set[str](), list(keys)
        while queue:
            key = queue.pop()
            if key not in found:
                found.add(key)
                queue.extend(self._copies.get(key, ()))
        return found

    def _joins(self, key: str, root: str) -> bool:
        """Write the story of a new article that changes nothing for the rest of it, if it is one."""
        row, first, story = self._articles.rows[key], self._articles.rows[root], digest("story", root)
        credited = self._credited.get(story)
        if credited is None or key == root or row.revised or row.status == "canceled":
            return False
        if _credit(row) and (not credited or self._order(key) < self._order(credited)):
            return False
        self._articles.put(key, replace(row, story=story, family=first.family))
        return True

    def _unsettle(self, story: str) -> None:
        self._voids.pop(story, None)
        self._credited.pop(story, None)

    def _settle(self, root: str) -> list[str]:
        """Write story and family into the rows of a story. Gives the articles for which that or a void is new."""
        members = self._members(root)
        rows = {key: self._articles.rows[key] for key in members}
        story = digest("story", root)
        credited = next((key for key, row in rows.items() if _credit(row)), "")
        self._credited[story] = credited
        family = self._articles.rows[credited or root].own
        voids = tuple(replace(void, story=story) for void in self._voids_of(rows, family))
        renewed = voids != self._voids.get(story, ())
        self._voids.pop(story, None)
        if voids:
            self._voids[story] = voids
        changed = []
        for key, row in rows.items():
            if (row.story, row.family) != (story, family):
                self._articles.put(key, replace(row, story=story, family=family))
                changed.append(key)
            elif renewed:
                changed.append(key)
        return changed

    def _voids_of(self, rows: Mapping[str, Known], family: str) -> tuple[Void, ...]:
        """What a story's own house took back; a paper that changes its copy takes back nothing of the agency's."""
        return tuple(
            Void(story=row.story, before=before, gone=row.status == "canceled", article=key)
            for key, row in rows.items()
            if row.own == family and (before := row.took_back) is not None
        )

    # --- the index ----------------------------------------------------------------------------------------------------

    def _enter(self, key: str, row: Known) -> None:
        mine = (row.moment, key)
        for name in _names(row):
            insort(self._index.setdefault(name, []), mine)

    def _leave(self, key: str, row: Known) -> dict[str, None]:
        """Take an article out. Gives those that are compared with another one instead."""
        mine, gained = (row.moment, key), dict[str, None]()
        for name in _names(row):
            held = self._index[name]
            at = bisect_left(held, mine)
            del held[at]
            gained.update((other, None) for _, other in held[max(at, NEAREST) : at + NEAREST])
            if not held:
                del self._index[name]
        return gained


def _names(row: Known) -> Iterable[int | str]:
    """The bands, each as one number, and the addresses of an article, each once."""
    names: dict[int | str, None] = {}
    for print_ in row.prints:
        sketch = print_.sketch
        names.update((hash((i, sketch[i : i + BAND])), None) for i in range(0, len(sketch), BAND))
        if print_.url:
            names[print_.url] = None
    return names


def _alike(one: Known, other: Known) -> float:
    return max(_same(a, b) for a in one.prints for b in other.prints)


def _same(one: Fingerprint, other: Fingerprint) -> float:
    return 1.0 if one.url and one.url == other.url else likeness(one.sketch, other.sketch)


def _credit(row: Known) -> str | None:
    return next((print_.credit for print_ in row.prints if print_.credit), row.credit)
