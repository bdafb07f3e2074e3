"""Do a rule's templates work? Each is read, parsed, and rendered on an alert, an update and a cancel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts import alert as forms
from alerts.config.fixtures import fixtures
from alerts.config.problems import Problem, did_you_mean
from alerts.config.reader import Item
from alerts.config.schema import BY
from alerts.config.types import Rule
from alerts.config.values import Values
from alerts.readback import readback
from alerts.render import Templates
from alerts.sandbox import RenderError
from streams.article import EventTime

_FIELDS = ("title", "text")
_NO_FILTER = re.compile(r"No filter named '([^']*)'")
_NO_FIELD = re.compile(r'no field "([^"]*)" here')
_UNDEFINED = re.compile(r"'([^']*)' is undefined")
_FORMS = (forms.Alert, forms.IncidentView, forms.Evidence, forms.Change, forms.Claim, forms.Measure, forms.Sources)
_NAMES = frozenset(
    field.encode_name for form in (*_FORMS, forms.Range, EventTime) for field in msgspec.structs.fields(form)
)


class _Source(Struct, frozen=True):
    """A template's text and where its lines stand: its line n is the file's ``offset + n``."""

    text: str
    file: str
    offset: int
    place: Item | None
    """The value in the config, when the template stands in it on one line."""


def check_templates(values: Values, folder: Path, rules: Iterable[tuple[Rule, Item]]) -> tuple[Rule, ...]:
    """The rules with the text of their templates read in. ``folder`` is where ``file:`` paths start."""
    templates = Templates()
    checked = []
    for rule, item in rules:
        sources = {
            field: source
            for field in _FIELDS
            if getattr(rule, field) is not None and (source := _source(values, folder, item.value[field].item))
        }
        for field, source in sources.items():
            _check(values, templates, rule, field, source)
        read: dict[str, Any] = {field: source.text for field, source in sources.items()}
        checked.append(replace(rule, **read))
    return tuple(checked)


def _source(values: Values, folder: Path, item: Item) -> _Source | None:
    if not item.value.startswith("file:"):
        if item.style in ("|", ">"):
            return _Source(item.value, values.file, item.line, None)
        return _Source(item.value, values.file, item.line - 1, item)
    path = folder / item.value.removeprefix("file:").strip()
    try:
        return _Source(path.read_bytes().decode("utf-8-sig"), str(path), 0, None)
    except OSError as error:
        values.problem(item, f"template {path} cannot be read: {error.strerror}; paths start at the config's folder")
    except UnicodeDecodeError:
        values.problem(item, f"template {path} is not UTF-8")
    return None


def _check(values: Values, templates: Templates, rule: Rule, field: str, source: _Source) -> None:
    """Note the first problem of a template."""
    try:
        templates.load(source.text)
        for alert in fixtures(rule):
            told = replace(alert, readback=readback(alert), title="An alert's title")
            templates.attempt(field, source.text, told, rule)
    except RenderError as failed:
        message = f"{field} template: {_helpful(failed.message, templates.filters)}"
        place = source.place
        line, col = (place.line, place.col) if place else (source.offset + (failed.line or 1), 1)
        values.problems.append(Problem(source.file, line, col, message))


def _helpful(message: str, filters: frozenset[str]) -> str:
    """A template's error with the nearest name that there is."""
    if found := _NO_FILTER.search(message):
        return f'unknown filter "{found[1]}"{did_you_mean(found[1], filters)}'
    if (found := _NO_FIELD.search(message)) and found[1] in BY:
        return f'there is no "{found[1]}" here; alert.key has what the rule counts by'
    if found := _NO_FIELD.search(message):
        near = did_you_mean(found[1], _NAMES)
        return f'there is no "{found[1]}" here{near if "mean" in near else ""}'
    if found := _UNDEFINED.search(message):
        return f'"{found[1]}" is not defined; templates see alert and rule'
    return message
