"""Is what a sentence tells said to be no news of the world: a report called false, an exercise, the plot of a film?

Three frames that turn whatever stands in them. Each wants two words, one of them rare, so that most sentences are
passed over by one look at their words.
"""

from __future__ import annotations

from collections.abc import Sequence

_FALSE = frozenset(
    """fake faked false untrue hoax fabricated fabrication baseless unfounded doctored debunked bogus
    fictitious""".split()
)
_TELLINGS = frozenset(
    """claim claims claimed report reports rumour rumours rumor rumors video videos clip clips footage image images
    photo photos photograph photographs picture pictures post posts story stories allegation allegations news message
    messages recording announcement""".split()
)
_NEGATIONS = frozenset("not no never n't isn't wasn't neither".split())
_EXERCISES = frozenset("exercise exercises drill drills simulation simulations rehearsal rehearsals".split())
_OF_AN_EXERCISE = frozenset(
    """a an the military training joint annual live-fire this simulated mock emergency full-scale disaster
    anti-terror counter-terrorism tabletop""".split()
)
_MADE_UP = frozenset("simulated mock imaginary fictional fictitious".split())
_ON_AN_EXERCISE = frozenset(
    "attacked bombed hit struck targeted stormed ambushed attack strike disrupted on at".split()
)
_WORKS = frozenset(
    """film movie novel thriller drama sitcom screenplay videogame play episode game sequel series comic opera
    musical""".split()
)
_STORY_FOLLOWS = frozenset(", where ;".split())
_DEPICTS = frozenset(
    "tells telling follows depicts depicting depicted portrays portraying imagines imagining stars starring".split()
)
_OPENING = 7


def is_refuted(words: Sequence[str], bag: frozenset[str]) -> bool:
    """Whether a report is called false: "a video said to show the attack was fake", "the claim is untrue"."""
    if _FALSE.isdisjoint(bag) or _TELLINGS.isdisjoint(bag):
        return False
    return any(word in _FALSE and _NEGATIONS.isdisjoint(words[max(i - 2, 0) : i]) for i, word in enumerate(words))


def is_drill(words: Sequence[str]) -> bool:
    """Whether it is an exercise that is told of, not one that was attacked."""
    for i, word in enumerate(words):
        if word in _EXERCISES and i and words[i - 1] in _OF_AN_EXERCISE:
            if not _MADE_UP.isdisjoint(words[max(i - 2, 0) : i]):
                return True
            if _ON_AN_EXERCISE.isdisjoint(words[max(i - 4, 0) : i]):
                return True
    return False


def is_story(words: Sequence[str], bag: frozenset[str]) -> bool:
    """Whether it is what a work of fiction tells: "In the film, a bomb kills 200", "a novel in which rebels seize"."""
    if _WORKS.isdisjoint(bag):
        return False
    for i, word in enumerate(words):
        if word not in _WORKS:
            continue
        if list(words[i + 1 : i + 3]) == ["in", "which"] or not _DEPICTS.isdisjoint(words[i + 1 : i + 4]):
            return True
        if i < _OPENING and words[0] == "in" and not _STORY_FOLLOWS.isdisjoint(words[i + 1 : i + 6]):
            return True
    return False
