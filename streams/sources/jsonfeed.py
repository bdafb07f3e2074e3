"""JSON Feed 1.0 and 1.1: what an item's fields are called."""

from __future__ import annotations

from typing import Any

from streams.sources.html import plain_text


def fits(item: dict[str, Any], feed: dict[str, Any]) -> bool:
    """Whether a record is an item of such a feed."""
    return "jsonfeed.org" in str(feed.get("version", "")) or "content_text" in item or "content_html" in item


def fields(item: dict[str, Any], feed: dict[str, Any]) -> dict[str, Any]:
    """The raw values of an item's fields; the feed gives publisher and language where the item does not."""
    markup = item.get("content_html")
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "body": item.get("content_text") or (plain_text(markup) if isinstance(markup, str) else item.get("summary")),
        "published": item.get("date_published") or item.get("date_modified"),
        "updated": item.get("date_modified"),
        "source": feed.get("title"),
        "url": item.get("url") or item.get("external_url"),
        "language": item.get("language") or feed.get("language"),
    }
