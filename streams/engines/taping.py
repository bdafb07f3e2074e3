"""Has the world of this history been folded before, under the settings that it depends on? Then only rules are.

What ``streams.tape`` notes is kept piece by piece in the cache of reports, under a hash of the settings and of every
piece up to there. Several folds of one replay share it too: the first records, the others play.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from streams import tape, world
from streams.engines.report_cache import ReportCache, reader_version
from streams.horizons import EPISODE_HORIZON
from streams.state import State

#: Stands for what is behind the last piece.
END = b""
#: Days behind the end of a history after which nothing of it is remembered.
_RUN_OUT = EPISODE_HORIZON // 86400 + 2


class Taping(Protocol):
    """One fold's way through the pieces of a history."""

    @property
    def observe(self) -> world.Observe:
        """What an entry changes in the world."""

    def before(self, piece: bytes) -> None:
        """A piece of that key is about to be folded."""

    def after(self, piece: bytes, state: State) -> None:
        """It has been folded."""


class Recording:
    """Folds the world, and keeps what it gives for the next replay, and for the other folds of this one."""

    def __init__(self, cache: ReportCache, settings: world.Settings) -> None:
        self._cache, self._key = cache, _first(settings)
        self._recorder, self._followers = tape.Recorder(), list[tape.Player]()
        self.observe: world.Observe = self._recorder.observe

    def follower(self) -> Playing:
        """For another fold, that takes each piece after this one did."""
        player = tape.Player()
        self._followers.append(player)
        return Playing(player)

    def before(self, piece: bytes) -> None:
        """Nothing is known of it."""

    def after(self, piece: bytes, state: State) -> None:
        """Keep it; at the end also what will be forgotten then: how long timers go on is a matter of the rules."""
        self._key = _next(self._key, piece)
        data = tape.encode(self._recorder.take() if piece != END else self._recorder.run_out(state, _RUN_OUT))
        self._cache.keep_tape(self._key, data)
        for player in self._followers:
            player.feed(tape.decode(data))


class Playing:
    """Plays what another fold recorded in this replay."""

    def __init__(self, player: tape.Player) -> None:
        self._player = player
        self.observe: world.Observe = player.observe

    def before(self, piece: bytes) -> None:
        """The player has been fed."""

    def after(self, piece: bytes, state: State) -> None:
        """Nothing is left of it."""


class PlayingKept(Playing):
    """Plays what is kept of an earlier replay."""

    def __init__(self, cache: ReportCache, settings: world.Settings) -> None:
        super().__init__(tape.Player())
        self._cache, self._key = cache, _first(settings)

    def before(self, piece: bytes) -> None:
        """Get what is kept of it."""
        self._key = _next(self._key, piece)
        self._player.feed(tape.decode(self._cache.tape(self._key)))


def tapings(cache: ReportCache, worlds: Sequence[world.Settings], pieces: Sequence[bytes] | None) -> list[Taping]:
    """A way for each fold. ``pieces`` are the keys of a history that was read before, None of one that was not."""
    found: list[Taping] = []
    recordings: dict[bytes, Recording] = {}
    for settings in worlds:
        name = _first(settings)
        if pieces is not None and cache.has_all(_chain(settings, pieces)):
            found.append(PlayingKept(cache, settings))
        elif name in recordings:
            found.append(recordings[name].follower())
        else:
            recordings[name] = Recording(cache, settings)
            found.append(recordings[name])
    return found


def _first(settings: world.Settings) -> bytes:
    """What the world depends on beside the news: our code, and the settings."""
    told = msgspec.json.encode((settings.lateness, sorted(settings.families.items())))
    return hashlib.blake2b(reader_version() + told, digest_size=16).digest()


def _next(key: bytes, piece: bytes) -> bytes:
    return hashlib.blake2b(key + piece, digest_size=16).digest()


def _chain(settings: world.Settings, pieces: Iterable[bytes]) -> list[bytes]:
    """The keys of the tapes of these pieces and of the end."""
    keys, key = [], _first(settings)
    for piece in (*pieces, END):
        key = _next(key, piece)
        keys.append(key)
    return keys
