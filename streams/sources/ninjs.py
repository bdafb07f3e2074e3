"""ninjs 1 to 3, the JSON of news agencies: what an item's fields are called.

A rising ``version`` of one ``uri`` is a correction, ``pubStatus`` canceled a kill. A byline names no publisher.
"""

from __future__ import annotations

from typing import Any

from streams.sources.html import plain_text

_MARKS = ("headline", "headlines", "body_text", "body_xhtml", "body_html", "bodies", "pubstatus", "pubStatus")


def fits(item: dict[str, Any], _: dict[str, Any]) -> bool:
    """Whether a record is a ninjs item."""
    return "uri" in item and any(mark in item for mark in _MARKS)


def fields(item: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    """The raw values of an item's fields, of whichever version of ninjs."""
    uri, status = item.get("uri"), _first(item, "pubstatus", "pubStatus")
    updated = _first(item, "versioncreated", "versionCreated")
    return {
        "id": uri,
        "title": item.get("headline") or _of_role(item.get("headlines")),
        "body": _body(item),
        "published": _first(item, "contentcreated", "contentCreated", "firstcreated", "firstCreated") or updated,
        "updated": updated,
        "source": _source(item),
        "url": uri if isinstance(uri, str) and uri.startswith(("http://", "https://")) else None,
        "language": item.get("language"),
        "revision": item.get("version"),
        "status": status.removeprefix("stat:") if isinstance(status, str) else status,
        "embargo": _first(item, "embargoed", "embargoedUntil"),
    }


def _first(item: dict[str, Any], *keys: str) -> Any:
    return next((item[key] for key in keys if item.get(key) is not None), None)


def _of_role(parts: Any) -> Any:
    """The value of the part whose role is main, else of the first."""
    values = _objects(parts)
    main = [part for part in values if str(part.get("role", "")).rpartition(":")[2] == "main"]
    return _value((main or values or [{}])[0])


def _objects(parts: Any) -> list[dict[str, Any]]:
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _value(part: dict[str, Any]) -> Any:
    value = part.get("value")
    is_markup = "html" in str(part.get("contentType") or part.get("contenttype") or "").lower()
    return plain_text(value) if is_markup and isinstance(value, str) else value


def _body(item: dict[str, Any]) -> Any:
    """Plain text where there is one, else the text of the markup, else the description."""
    bodies = _objects(item.get("bodies"))
    plain = [part for part in bodies if "plain" in str(part.get("contentType") or "").lower()]
    if bodies:
        return _of_role(plain or bodies)
    markup = _first(item, "body_xhtml", "body_html", "body_richhtml")
    body = item.get("body_text") or (plain_text(markup) if isinstance(markup, str) else None)
    return body or item.get("description_text") or _of_role(item.get("descriptions"))


def _source(item: dict[str, Any]) -> Any:
    named = _objects(_first(item, "infosource", "infoSources"))
    return (named[0].get("name") if named else None) or _first(item, "copyrightholder", "copyrightHolder")
