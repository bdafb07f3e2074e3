"""Who tells operators of the monitor's troubles? A thread of its own, straight to the channels of ``watch: {to: …}``.

It needs neither journal nor outbox, which may be what is in trouble. It never tells a destination of itself, says a
trouble once and again only after hours, and never says more than a dozen things an hour, whatever flaps.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from alerts.alert import Alert, Kind, Measure, Sources
from alerts.channels import CHANNELS, Channel, Message, Timeouts
from alerts.config.types import Config
from alerts.facts import Facts, gather
from alerts.watch import Own, Trouble, misfits, troubles
from streams.codec import canonical, digest
from streams.engines.store import StoreError, open_reader
from streams.journal import CONTROL
from streams.times import iso

if TYPE_CHECKING:
    from alerts.daemon import Daemon

log = logging.getLogger("tocsin.watch")
#: Seconds between looks, and before the first: a daemon that restarts again and again must not tell each time.
EVERY, GRACE = 15.0, 60.0
#: Messages an hour to one destination, and seconds between two.
AN_HOUR, GAP = 12, 60.0
#: Seconds that something which happened once is offered to a destination that cannot be reached.
OFFERED = 86400
_LONGEST_WAIT = 3600.0


class Telling:
    """What one destination was told, and when it may be told more. Times in seconds."""

    def __init__(self, name: str, channel: Channel, again: int) -> None:
        self.name, self._channel, self._again = name, channel, again
        self._told: dict[str, tuple[float, Trouble]] = {}
        self._sent: deque[float] = deque(maxlen=AN_HOUR)
        self._not_before, self._failures = 0.0, 0
        self._root, self._revision = "", 0

    def tell(self, found: Sequence[Trouble], severity: str, now: float) -> bool:
        """Send what is new, due again or solved, if anything is and it may be. Gives whether something arrived."""
        present = {trouble.key: trouble for trouble in found if trouble.destination != self.name}
        fresh = [trouble for key, trouble in present.items() if self._is_due(key, trouble, now)]
        gone = [trouble for key, (_, trouble) in self._told.items() if key not in present]
        solved = [trouble for trouble in gone if trouble.lasting]
        for trouble in gone:
            if not trouble.lasting:
                del self._told[trouble.key]
        crowded = len(self._sent) == AN_HOUR and now - self._sent[0] < 3600
        if not (fresh or solved) or now < self._not_before or crowded:
            return False
        standing = [trouble for trouble in present.values() if trouble.lasting]
        if not self._send(fresh, solved, standing, severity, now):
            self._failures += 1
            self._not_before = now + min(GAP * 2 ** min(self._failures, 10), _LONGEST_WAIT)
            return False
        self._sent.append(now)
        self._failures, self._not_before = 0, now + GAP
        for trouble in solved:
            del self._told[trouble.key]
        self._told.update({trouble.key: (now, trouble) for trouble in fresh})
        return True

    def _is_due(self, key: str, trouble: Trouble, now: float) -> bool:
        told = self._told.get(key)
        return told is None or (trouble.lasting and now - told[0] >= self._again)

    def _send(
        self,
        fresh: Sequence[Trouble],
        solved: Sequence[Trouble],
        standing: Sequence[Trouble],
        severity: str,
        now: float,
    ) -> bool:
        over = not standing and not any(not trouble.lasting for trouble in fresh)
        if not self._root:
            self._root, self._revision = "op_" + digest("watch", self.name, now), 0
        alert = _alert(self._root, self._revision + 1, fresh, solved, severity, now, kind="cancel" if over else "alert")
        message = Message(id="nt_" + digest(alert.id), alert=alert, data=canonical(alert), now=now)
        try:
            answer = self._channel.send(self._channel.plain(message))
        except Exception:
            log.exception("%s: cannot be told of the monitor's troubles", self.name)
            return False
        verdict = self._channel.verdict(answer)
        if verdict not in ("delivered", "uncertain"):
            log.warning("%s: not told of the monitor's troubles: %s %s", self.name, answer.status or "", answer.text)
            return False
        self._revision += 1
        if over:
            self._root = ""
        return True

    def close(self) -> None:
        """Let go of the connection."""
        self._channel.close()


def _alert(
    root: str,
    revision: int,
    fresh: Sequence[Trouble],
    solved: Sequence[Trouble],
    severity: str,
    now: float,
    *,
    kind: Kind,
) -> Alert:
    lines = [f"• {trouble.text}" for trouble in fresh] + [f"✓ over: {trouble.text}" for trouble in solved]
    first = (fresh or solved)[0].text
    rest = len(fresh) + len(solved) - 1
    at = iso(int(now)) or ""
    return Alert(
        id=f"{root}.{revision}",
        root=root,
        revision=revision,
        rule="watch",
        severity=severity,
        kind=kind,
        key={},
        at=at,
        window={"start": None, "end": at},
        title=f"Monitor: {first}" + (f" (and {rest} more)" if rest else ""),
        text="\n".join(lines),
        measure=Measure(name="troubles", value=len(fresh), low=len(fresh), high=len(fresh), threshold=None),
        sources=Sources(independent=0, publishers=[], reprints=0),
    )


class Seen:
    """What the log and the journal say that troubles are made of, read a little further at each look."""

    def __init__(self) -> None:
        self.met: set[str] = set()
        self.rules_since = 0.0
        self.once: list[tuple[float, Trouble]] = []
        """What happened once, with when it was seen."""
        self._log_to, self._journal_to = 0, 0
        self._first = True

    def read(self, db: sqlite3.Connection, config: Config, now: float) -> None:
        """Go on from where the last look ended."""
        for rule in config.rules:
            prefix = f"{rule.definition}|"
            placed = db.execute(
                "SELECT 1 FROM state WHERE name = 'shares' AND key >= ? AND key < ? LIMIT 1",
                (prefix, prefix[:-1] + "}"),
            ).fetchone()
            if placed:
                self.met.add(rule.id)
        for position, about, reason, detail in db.execute(
            "SELECT position, about, reason, detail FROM log WHERE position > ? ORDER BY position, n", (self._log_to,)
        ):
            self._log_to = position
            self.met.add(about.partition(" ")[0])
            if not self._first:
                self._note(about, reason, detail, now)
        for position, received, data in db.execute(
            "SELECT position, received, data FROM journal WHERE position > ? AND substr(data, 1, ?) = ?"
            " ORDER BY position",
            (self._journal_to, len(CONTROL), CONTROL),
        ):
            self._journal_to = position
            if b'"command":"config"' in data:
                self.rules_since = float(received)
        self._journal_to = db.execute("SELECT coalesce(max(position), 0) FROM journal").fetchone()[0]
        self._first = False
        self.once = [(at, trouble) for at, trouble in self.once if now - at < OFFERED][-100:]

    def _note(self, about: str, reason: str, detail: str, now: float) -> None:
        if reason == "quarantined":
            told = Trouble(key=f"quarantined:{about}", text=f"{about} was {detail}", lasting=False)
        elif reason == "template_failed":
            rule = about.partition(" ")[0]
            text = f"rule {rule}: its template failed on an alert, and the built-in text went out: {detail}"
            told = Trouble(key=f"template:{rule}", text=text, lasting=False)
        else:
            return
        if all(told.key != trouble.key for _, trouble in self.once):
            self.once.append((now, told))


class Watcher:
    """Looks at a daemon every few seconds, and tells."""

    def __init__(self, daemon: Daemon, channels: Mapping[str, Callable[..., Channel]] = CHANNELS) -> None:
        self._daemon, self._channels = daemon, channels
        self._started = daemon.clock()
        self._seen, self._known = Seen(), dict[str, Trouble]()
        self._tellings: list[Telling] = []
        self._config: Config | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def look(self) -> list[Trouble]:
        """Look once and tell what is to be told. Gives the troubles there are."""
        daemon, now = self._daemon, self._daemon.clock()
        config = daemon.monitor.config
        facts = self._facts(config, now)
        own = Own(
            started=self._started,
            trouble=daemon.trouble,
            still=time.monotonic() - daemon.turned_at,
            rules_since=self._seen.rules_since,
            met=frozenset(self._seen.met),
        )
        found = [
            *troubles(facts, config, own, now),
            *(trouble for _, trouble in self._seen.once),
            *misfits(daemon.monitor.deliverer.misfits() if daemon.monitor.deliverer else {}),
        ]
        self._log(found)
        self._adopt(config)
        for telling in self._tellings:
            telling.tell(found, _severity(config), now)
        return found

    def _facts(self, config: Config, now: float) -> Facts | None:
        path = self._daemon.monitor.store.path
        try:
            with closing(open_reader(path)) as db:
                self._seen.read(db, config, now)
                return gather(db, path)
        except (sqlite3.Error, StoreError, OSError, msgspec.MsgspecError) as error:
            log.warning("the store cannot be read: %s", error)
            return None

    def _log(self, found: Sequence[Trouble]) -> None:
        present = {trouble.key: trouble for trouble in found}
        for key in present.keys() - self._known.keys():
            log.warning("trouble: %s", present[key].text)
        for key in self._known.keys() - present.keys():
            if self._known[key].lasting:
                log.info("over: %s", self._known[key].text)
        self._known = present

    def _adopt(self, config: Config) -> None:
        """Make the channels anew when the config was reloaded."""
        if config is self._config:
            return
        for telling in self._tellings:
            telling.close()
        wanted = config.watch.to if config.watch else ()
        again = config.watch.again if config.watch else 0
        self._tellings = [
            Telling(destination.id, self._channels[destination.kind](destination, Timeouts()), again)
            for destination in config.destinations
            if destination.id in wanted
        ]
        self._config = config

    def _run(self) -> None:
        self._facts(self._daemon.monitor.config, self._started)  # what happened before is not told again
        wait = GRACE
        while not self._stopping.wait(wait):
            wait = EVERY
            try:
                self.look()
            except Exception:  # watching must never stop, nor stop what it watches
                log.exception("could not look at the monitor itself")


def _severity(config: Config) -> str:
    return config.severities[(len(config.severities) - 1) // 2]
