"""The texts of the articles that alerts quote, fetched again from where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from alerts.alert import Alert
from streams.article import Article
from streams.sources import Unreadable


def found(feeds: Iterable[Iterable[Article | Unreadable]], alerts: Iterable[Alert]) -> dict[tuple[str, str], str]:
    """(article, hash) → the text of the field that was quoted, by the hash that each evidence carries.

    Ends as soon as all are found. What is no longer there, or has changed, is left out.
    """
    wanted: dict[str, set[str]] = {}
    for alert in alerts:
        for evidence in alert.evidence:
            wanted.setdefault(evidence.article, set()).add(evidence.sha256)
    texts: dict[tuple[str, str], str] = {}
    for feed in feeds:
        for item in feed:
            if not wanted:
                return texts
            hashes = wanted.get(item.id) if isinstance(item, Article) else None
            if hashes is None or not isinstance(item, Article):
                continue
            for text in (item.body, item.title):
                hash_ = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
                if hash_ in hashes:
                    texts[item.id, hash_] = text
                    hashes.discard(hash_)
            if not hashes:
                del wanted[item.id]
    return texts
