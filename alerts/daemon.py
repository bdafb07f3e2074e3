"""The daemon: news comes in by polls and pushes, is folded, and what is decided is sent, until it is told to stop.

Threads: the caller's moves the journal; others poll, answer HTTP, watch, and send, one a destination. They meet in
the store, so a kill at any moment loses nothing: the next start goes on where this one was. When the store cannot be
written for a while, everything waits and nothing is lost.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from alerts import heap
from alerts.clock import Clock
from alerts.config import ConfigError, load
from alerts.config.types import Config
from alerts.intake import Intake
from alerts.monitor import Monitor
from alerts.polling import Poller
from alerts.publishers import PublishersError
from alerts.push import Gate
from alerts.steady import SteadyClock
from alerts.systemd import Notifier
from alerts.watcher import Watcher
from streams.article import Article
from streams.engines.retention import Keeper
from streams.engines.store import StoreError
from streams.journal import Coverage, Tick

if TYPE_CHECKING:
    from alerts.serving import Server

log = logging.getLogger("tocsin")
#: Seconds between Ticks when nothing comes in, so that the clock does not stand still.
HEARTBEAT = 600
#: Seconds between looks for what nobody tells of, such as an operator's word.
LOOK_EVERY = 1.0
#: Seconds between tries while the store cannot be written.
STORE_RETRY = 2.0
#: Seconds that a stopping daemon gives what is being sent.
DRAIN_SECONDS = 10

_SAMPLE = Article(
    id="sample", body="Gunmen attacked a village near Baghdad on Monday, killing two people, police said."
)


class ListenError(Exception):
    """The address to listen on cannot be had; the message says which and why."""


class Daemon:
    """A monitor that runs."""

    def __init__(self, monitor: Monitor, *, clock: Clock | None = None, notifier: Notifier | None = None) -> None:
        self.monitor, self.clock = monitor, (clock or SteadyClock()).wall
        self.notifier = notifier or Notifier()
        self.stopping = threading.Event()
        self.trouble: str | None = None
        """Why the store cannot be written, while it cannot."""
        self.ready = False
        self.server: Server | None = None
        """Once it listens."""
        self.turned_at = time.monotonic()
        self._arrived, self._reload = threading.Event(), threading.Event()
        self._coverage: deque[Coverage] = deque()
        self._last_entry = 0.0
        self.intake = Intake(monitor.store.path)
        self.keeper = Keeper(monitor.folding, monitor.config.retention)
        self.gate = Gate(monitor.config, self.intake, self.wake, clock=self.clock)
        self.poller = Poller(monitor.config, self.intake, clock=self.clock, cover=self._cover, wake=self.wake)
        self.watcher = Watcher(self)
        self._thaw = heap.Thaw(time.monotonic())

    def run(self) -> None:
        """Run until SIGTERM or SIGINT (or ``stop``), then finish what is under way.

        Raises StoreError when the store cannot be written at the start or in the end, and ListenError.
        """
        self._handle_signals()
        self._begin()
        server = self._listen()
        if self.monitor.deliverer is not None:
            self.monitor.deliverer.start()
        self.monitor.pool.warm(_SAMPLE)
        self.poller.start()
        self.watcher.start()
        self.ready = True
        self.notifier.tell("READY=1")
        log.info("watching %d sources with %d rules", len(self.monitor.config.sources), len(self.monitor.config.rules))
        with heap.settled():
            while not self.stopping.is_set():
                self._turn_or_wait()
        log.info("stopping: finishing what is under way")
        self.ready, self.gate.open = False, False
        self.notifier.tell("STOPPING=1")
        self.watcher.stop()
        self.poller.stop(DRAIN_SECONDS)
        if server is not None:
            server.stop()
        self._finish()

    def wake(self) -> None:
        """Something was taken in."""
        self._arrived.set()

    def stop(self) -> None:
        """Ask the daemon to end; ``run`` returns once it has drained."""
        self.stopping.set()
        self._arrived.set()

    def reload(self) -> None:
        """Ask the daemon to read its config again; one with mistakes is refused and changes nothing."""
        self._reload.set()
        self._arrived.set()

    def turn(self) -> bool:
        """Fold what waits, then let time pass. Gives whether more waits already."""
        folding = self.monitor.folding
        folding.commit()
        self.monitor.own_up(int(self.clock()))
        while self._coverage:
            folding.append(self._coverage.popleft(), int(self.clock()))
        done = folding.append_controls(int(self.clock())) + self.monitor.engine.drain_some()
        now = int(self.clock())
        if done:
            self._last_entry = now
        due = folding.fold.next_due(folding.state)
        if (due is not None and due <= now) or now - self._last_entry >= HEARTBEAT:
            folding.append(Tick(), now)
            self._last_entry = now
        folding.commit()
        self.gate.waiting = self.monitor.store.count_pending()
        return self.keeper.turn(now) or self.gate.waiting > 0

    def _begin(self) -> None:
        """What comes before anything else."""
        try:
            self.monitor.own_up(int(self.clock()))
            self.monitor.adopt_config(int(self.clock()))
        except sqlite3.Error as error:
            raise StoreError(f"{self.monitor.store.path}: cannot be written: {error}") from error

    # --- one turn after another -------------------------------------------------------------------------------------

    def _turn_or_wait(self) -> None:
        self._arrived.clear()
        if self._reload.is_set():
            self._reload.clear()
            self._adopt(self._read_config())
        try:
            more = self.turn()
            if self.trouble is not None:
                log.warning("the store can be written again")
                self.trouble = None
        except sqlite3.Error as error:
            if self.trouble != str(error):
                log.error(
                    "the store %s cannot be written: %s; nothing is lost, everything waits; trying again every %g s",
                    self.monitor.store.path, error, STORE_RETRY,
                )  # fmt: skip
            self.trouble = str(error)
            self.stopping.wait(STORE_RETRY)
            more = True
        self.turned_at = time.monotonic()
        self.notifier.alive()
        if not more and not self._thaw.when_due(time.monotonic()):
            self._arrived.wait(self._patience())

    def _patience(self) -> float:
        due = self.monitor.folding.fold.next_due(self.monitor.folding.state)
        return LOOK_EVERY if due is None else min(LOOK_EVERY, max(0.05, due - self.clock()))

    def _finish(self) -> None:
        """Fold what is left and give what is being sent a moment."""
        try:
            until = time.monotonic() + DRAIN_SECONDS
            while self.turn() and time.monotonic() < until:
                self.notifier.alive()
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.monitor.store.path}: cannot be written: {error}; what is not yet decided waits in it"
            ) from error
        finally:
            self.intake.close()
        if self.monitor.deliverer is not None:
            self.monitor.deliverer.wait_idle(timeout=DRAIN_SECONDS, reachable=True)

    # --- HTTP -------------------------------------------------------------------------------------------------------

    def _listen(self) -> Server | None:
        """Begin to answer HTTP, if the config says where."""
        if self.monitor.config.listen is None:
            return None
        from alerts.health import Health
        from alerts.serving import Server

        try:
            self.server = Server(self.monitor.config.listen, self.gate, Health(self).pages)
        except (OSError, ValueError) as error:
            why = f"cannot listen on {self.monitor.config.listen}: {error}; give another `listen`, or stop who has it"
            raise ListenError(why) from error
        self.server.start()
        log.info("listening on %s", self.server.address)
        return self.server

    # --- config -----------------------------------------------------------------------------------------------------

    def _handle_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        signal.signal(signal.SIGHUP, lambda *_: self.reload())

    def _read_config(self) -> Config | None:
        """The config as its file says now; None when it is wrong, with every problem in the log."""
        self.notifier.reloading()
        try:
            return load(self.monitor.config.path, os.environ)
        except ConfigError as error:
            for line in str(error).splitlines():
                log.error("the config was not reloaded: %s", line)
            return None

    def _adopt(self, config: Config | None) -> None:
        try:
            if config is not None:
                self._warn_of_restart(config)
                self.monitor.adopt(config, int(self.clock()))
                self.gate.adopt(config)
                self.keeper.retention = config.retention
                self.poller.adopt(config)
                log.info("reloaded: %d sources, %d rules", len(config.sources), len(config.rules))
        except (PublishersError, sqlite3.Error) as error:
            log.error("the config was not reloaded: %s", error)
        self.notifier.tell("READY=1")

    def _warn_of_restart(self, config: Config) -> None:
        old = self.monitor.config
        for key in ("store", "listen"):
            if getattr(old, key) != getattr(config, key):
                log.warning("`%s` changed: that takes a restart", key)

    def _cover(self, coverage: Coverage) -> None:
        self._coverage.append(coverage)
        self._arrived.set()
