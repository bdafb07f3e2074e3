"""news-please JSON: what a crawled article's fields are called. When it was fetched says nothing of its age."""

from __future__ import annotations

from typing import Any

_FIELDS = {
    "id": "url",
    "title": "title",
    "body": "maintext",
    "published": "date_publish",
    "updated": "date_modify",
    "source": "source_domain",
    "url": "url",
    "language": "language",
}


def fits(record: dict[str, Any], _: dict[str, Any]) -> bool:
    """Whether a record is one of news-please."""
    return "maintext" in record and ("date_publish" in record or "source_domain" in record)


def fields(record: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    """The raw values of its fields; it writes "None" for what it did not find."""
    found = {field: record.get(key) for field, key in _FIELDS.items()}
    return {field: None if value == "None" else value for field, value in found.items()}
