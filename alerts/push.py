"""What does a push of articles get for an answer? ``POST /articles`` with a bearer token and JSON or JSON lines.

202 comes only after the articles are on disk. Whoever shows no token learns nothing, and costs little.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from alerts.config.types import Config, Source
from alerts.intake import Batch, Intake
from alerts.masking import mask
from alerts.reading import read_options
from streams.article import Article
from streams.sources import Unreadable, jsonl
from streams.sources.options import as_heard

log = logging.getLogger("tocsin.push")
#: The source of pushes when the config names none.
DEFAULT_SOURCE = Source(id="push", push=True)
#: Refusals that one answer lists.
_LISTED = 20


class Limits(Struct, frozen=True, kw_only=True):
    """What pushing may cost."""

    body_bytes: int = 8 * 1024 * 1024
    articles: int = 1000
    """In one push."""
    rate: float = 500.0
    """Articles a second, over all pushes."""
    burst: float = 5000.0
    waiting: int = 50_000
    """Articles that may wait to be read."""


class Reply(Struct, frozen=True, kw_only=True):
    """An answer over HTTP."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = {}


def refusal(status: int, why: str, **headers: str) -> Reply:
    """An answer that says no, why, and what to do."""
    return Reply(status=status, body={"error": why}, headers={k.replace("_", "-"): v for k, v in headers.items()})


_UNDATED = "no `published` that can be read as ISO 8601: kept and shown, but counted in no window"


class Gate:
    """Lets articles in. Any thread may call ``push``."""

    def __init__(
        self,
        config: Config,
        intake: Intake,
        wake: Callable[[], None],
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self.intake, self.limits = intake, limits
        self.open = True
        self.waiting = 0
        """Articles that wait to be read, as the daemon last counted them."""
        self._wake, self._clock = wake, clock
        self._bucket = _Bucket(limits.rate, limits.burst)
        self.adopt(config)

    def adopt(self, config: Config) -> None:
        """Go by another config from here on."""
        tokens = config.token.reveal().split() if config.token is not None else []
        self._tokens = [hashlib.sha256(token.encode()).digest() for token in tokens]
        self._sources = {source.id: source for source in config.sources if source.push} or {"push": DEFAULT_SOURCE}

    def push(self, authorization: str, source_id: str | None, encoding: str, body: bytes) -> Reply:
        """Take in the articles of a body. ``encoding`` is the Content-Encoding, "" for none."""
        refused = self._refused(authorization, encoding, len(body))
        if refused is not None:
            return refused
        source = self._source(source_id)
        if source is None:
            known = ", ".join(sorted(self._sources))
            return refusal(400, f"say with ?source=ID which source these belong to; there are: {known}")
        articles, unreadable = self._read(body, source)
        if len(articles) > self.limits.articles:
            return refusal(413, f"{len(articles)} articles; push at most {self.limits.articles:,} at once")
        if not articles:
            listed = _listed(unreadable)
            why = (
                listed[0]["why"] if listed else "the body holds no article; send a JSON object, an array or JSON lines"
            )
            return Reply(status=400, body={"error": f"nothing was taken in: {why}", "refused": listed})
        self._bucket.spend(len(articles))
        return self._keep(source, articles, unreadable)

    def _refused(self, authorization: str, encoding: str, size: int) -> Reply | None:
        """Why a push is turned away before its body is looked at."""
        if not self._tokens:
            return refusal(403, "pushing is off: set `token` in the config")
        if not self._allowed(authorization):
            return refusal(401, "show the token as `Authorization: Bearer TOKEN`", WWW_Authenticate="Bearer")
        if encoding not in ("", "identity"):
            return refusal(415, f"Content-Encoding {encoding[:40]!r} is not taken; send the body as it is")
        if size > self.limits.body_bytes:
            return refusal(413, f"a body of {size:,} bytes; push at most {self.limits.body_bytes:,} at once")
        if not self.open:
            return refusal(503, "stopping; try again in a moment", Retry_After="5")
        if self.waiting > self.limits.waiting:
            return refusal(503, f"{self.waiting:,} articles wait to be read; try again later", Retry_After="30")
        wait = self._bucket.wait()
        if wait > 0:
            return refusal(429, f"more than {self.limits.rate:g} articles a second", Retry_After=str(int(wait) + 1))
        return None

    def _allowed(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        given = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
        matches = [hmac.compare_digest(given, known) for known in self._tokens]
        return scheme.lower() == "bearer" and any(matches)

    def _source(self, id_: str | None) -> Source | None:
        if id_ is None and len(self._sources) == 1:
            return next(iter(self._sources.values()))
        return self._sources.get(id_ or "")

    def _read(self, body: bytes, source: Source) -> tuple[list[Article], list[Unreadable]]:
        articles: list[Article] = []
        unreadable: list[Unreadable] = []
        now = datetime.fromtimestamp(self._clock(), UTC)
        for item in jsonl.read(io.BytesIO(body), "body", read_options(source)):
            if isinstance(item, Unreadable):
                unreadable.append(item)
                continue
            articles.append(as_heard(item, now, first_contact=False))
            if len(articles) > self.limits.articles:
                break
        return articles, unreadable

    def _keep(self, source: Source, articles: list[Article], unreadable: list[Unreadable]) -> Reply:
        named = [Unreadable(where=f"{source.id}: {item.where}", why=mask(item.why)) for item in unreadable]
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            fresh = self.intake.save(Batch(source=source.id, articles=articles, unreadable=named, now=now))
        except sqlite3.Error as error:
            log.error("source %s: a push was not taken in: the store cannot be written: %s", source.id, error)
            why = f"the store cannot be written ({error}); nothing of this push was kept, try again later"
            return refusal(503, why, Retry_After="5")
        self.waiting += fresh
        self._wake()
        body: dict[str, Any] = {"accepted": fresh, "unchanged": len(articles) - fresh}
        undated = [article.id[:100] for article in articles if article.published is None]
        if undated:
            log.warning("source %s: %d pushed articles have no date that can be read", source.id, len(undated))
            body |= {"undated": undated[:_LISTED], "undated_total": len(undated), "undated_why": _UNDATED}
        if unreadable:
            log.warning("source %s: %d pieces of a push could not be read", source.id, len(unreadable))
            body |= {"refused": _listed(unreadable), "refused_total": len(unreadable)}
        return Reply(status=202, body=body)


def _listed(unreadable: list[Unreadable]) -> list[dict[str, str]]:
    return [{"where": item.where, "why": item.why[:300]} for item in unreadable[:_LISTED]]


class _Bucket:
    """Tokens that fill at a rate; a large push may go below nothing, and the next one waits for that."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, time.monotonic()
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Seconds until something may be spent."""
        with self._lock:
            self._fill()
            return max(0.0, -self._left / self._rate)

    def spend(self, count: int) -> None:
        with self._lock:
            self._fill()
            self._left -= count

    def _fill(self) -> None:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
