"""Do the templates of rules and destinations work? Each is read, parsed, and rendered on an alert, its update and its
cancel.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts import alert as forms
from alerts.config.fixtures import fixtures
from alerts.config.problems import Problem, did_you_mean, shown
from alerts.config.reader import Item
from alerts.config.schema import BY
from alerts.config.types import Destination, Rule
from alerts.config.values import INVALID, Values, text
from alerts.readback import readback
from alerts.render import Templates, told_variables, variables
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


def check_destinations(
    values: Values, folder: Path, destinations: Iterable[tuple[Destination, Item]], rules: Sequence[Rule]
) -> tuple[Destination, ...]:
    """The destinations with the text of their templates read in."""
    checked = []
    for destination, item in destinations:
        if "text" in item.value:
            texts = _texts(values, folder, destination, item.value["text"].item, rules)
            checked.append(replace(destination, texts=texts))
        else:
            checked.append(destination)
    return tuple(checked)


def _texts(values: Values, folder: Path, destination: Destination, item: Item, rules: Sequence[Rule]) -> dict[str, str]:
    """One template for all rules, or one for each rule that is named and ``default`` for the others."""
    from alerts.channels import CHANNELS

    given = {name: entry.item for name, entry in item.value.items()} if isinstance(item.value, dict) else {"": item}
    templates = Templates(getattr(CHANNELS[destination.kind], "dialect", None))
    found = {}
    for name, each in given.items():
        rule_id = "" if name == "default" else name
        about = [rule for rule in rules if rule_id in ("", rule.id)]
        if rule_id and not about:
            values.problem(each, f"undefined rule {shown(name)}{did_you_mean(name, [rule.id for rule in rules])}")
        if text(values, each) is INVALID or (source := _source(values, folder, each)) is None:
            continue
        _try(values, templates, "text", source, partial(_tell, templates, rules=about))
        found[rule_id] = source.text
    return found


def _tell(templates: Templates, source: str, *, rules: Sequence[Rule]) -> None:
    for rule in rules:
        for alert in fixtures(rule):
            told = replace(alert, readback=readback(alert), title="An alert's title")
            for told_at in (None, alert.at):
                if not templates.run(source, told_variables(told, told_at)).strip():
                    raise RenderError("the text is empty")


def _check(values: Values, templates: Templates, rule: Rule, field: str, source: _Source) -> None:
    """Note the first problem of a rule's template."""

    def render(written: str) -> None:
        for alert in fixtures(rule):
            told = replace(alert, readback=readback(alert), title="An alert's title")
            templates.attempt(field, written, variables(told, rule))

    _try(values, templates, field, source, render)


def _try(values: Values, templates: Templates, what: str, source: _Source, render: Callable[[str], None]) -> None:
    try:
        templates.load(source.text)
        render(source.text)
    except RenderError as failed:
        message = f"{what} template: {helpful(failed.message, templates.filters)}"
        place, line = source.place, failed.line or 1
        at = (place.line, place.col) if place else (source.offset + line, _column(values, source, line, failed.message))
        values.problems.append(Problem(source.file, *at, message))


def _column(values: Values, source: _Source, line: int, message: str) -> int:
    lines = source.text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    indent = _indent(values.file, source.offset + line, written) if source.file == values.file else 0
    return column(written, message) + indent


def column(written: str, message: str) -> int:
    """Where in a line the thing stands that an error names, from 1: its first mention, else the first mark."""
    names = [found[1] for pattern in (_NO_FILTER, _NO_FIELD, _UNDEFINED) if (found := pattern.search(message))]
    spots = [match.start() for name in names for match in re.finditer(rf"\b{re.escape(name)}\b", written)]
    return 1 + (spots[0] if spots else max(0, written.find("{")))


def _indent(file: str, line: int, written: str) -> int:
    """How far a line of a block of text is indented in its file."""
    with contextlib.suppress(OSError, IndexError, UnicodeDecodeError):
        return max(0, Path(file).read_bytes().decode("utf-8-sig").splitlines()[line - 1].find(written))
    return 0


def helpful(message: str, filters: frozenset[str]) -> str:
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
