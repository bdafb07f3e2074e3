"""How does an alert read? Fills its title, text and readback from the rule's templates, or from the built-in ones.

Pure: the same alert and rule give the same text. A template of the owner's that fails never holds an alert back: the
built-in plain text goes out, and the failure is handed back for the owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from jinja2 import Template, pass_context
from jinja2.runtime import Context
from msgspec.structs import replace

from alerts import wording
from alerts.alert import Alert
from alerts.readback import readback
from alerts.sandbox import Native, RenderError, Sandbox

if TYPE_CHECKING:
    from alerts.config.types import Config, Rule

TITLE_CAP = 300


class Renderer:
    """Renders the alerts of one config. Its templates are loaded once."""

    def __init__(self, config: Config) -> None:
        self._templates = Templates()
        for rule in config.rules:
            for source in (rule.title, rule.text):
                if source is not None:
                    with suppress(RenderError):  # told when an alert needs it
                        self._templates.load(source)

    def render(self, alert: Alert, rule: Rule) -> tuple[Alert, str | None]:
        """The alert with title, text and readback. The second value says which template failed and why, or is None."""
        alert = replace(alert, readback=readback(alert))
        seen = variables(alert, rule)
        title, title_failure = self._field("title", rule.title, seen, alert, rule)
        alert = replace(alert, title=title)
        seen["alert"]["title"] = title
        text, text_failure = self._field("text", rule.text, seen, alert, rule)
        failures = [failure for failure in (title_failure, text_failure) if failure]
        own = rule.text is not None and text_failure is None
        return replace(alert, text=text, own_text=own), "; ".join(failures) or None

    def _field(
        self, field: str, own: str | None, seen: dict[str, Any], alert: Alert, rule: Rule
    ) -> tuple[str, str | None]:
        source = built_in(field) if own is None else own
        try:
            return self._templates.attempt(field, source, seen), None
        except RenderError as failed:
            place = f" at line {failed.line}" if failed.line else ""
            plain = plain_title(alert) if field == "title" else plain_text(alert)
            return plain, f'the {field} template of rule "{rule.id}" failed{place}: {failed.message}'


class Marks(Protocol):
    """The mark-up of where a text goes."""

    def escape(self, text: str) -> str:
        """What shows exactly this text."""
        ...

    def link(self, url: str | None, label: str) -> str:
        """A link, or the label alone."""
        ...

    def bold(self, text: str) -> str:
        """The text in bold, where there is such a thing."""
        ...


class Templates:
    """Loaded templates by their source, and the sandbox they run in. Without ``marks`` they give plain text."""

    def __init__(self, marks: Marks | None = None) -> None:
        parents = {name: built_in(name) for name in ("text", "title")}
        self._sandbox = Sandbox({**FILTERS, **_marking(marks)}, parents, marks.escape if marks else None)
        self._loaded: dict[str, Template] = {}

    @property
    def filters(self) -> frozenset[str]:
        """The names of all filters that a template may use."""
        return frozenset(self._sandbox.filters)

    def load(self, source: str) -> Template:
        """The template of a source text. Raises RenderError."""
        if source not in self._loaded:
            self._loaded[source] = self._sandbox.load(source)
        return self._loaded[source]

    def attempt(self, field: str, source: str, seen: Mapping[str, Any]) -> str:
        """What a template gives for a field: ``title`` on one line, or ``text``. Raises RenderError."""
        told = self.run(source, seen)
        text = " ".join(told.split()) if field == "title" else told.strip()
        if not text:
            raise RenderError(f"the {field} is empty")
        if field == "title" and len(text) > TITLE_CAP:
            raise RenderError(f"the title grows past {TITLE_CAP} characters")
        return text

    def run(self, source: str, variables: Mapping[str, Any]) -> str:
        """What a template gives for any variables. Raises RenderError."""
        return self._sandbox.run(self.load(source), variables)


def _marking(marks: Marks | None) -> dict[str, Callable[..., Any]]:
    """The filters that make mark-up: a label with its link, bold."""
    if marks is None:
        return {"link": lambda label, url: f"{label}, {url}" if url else str(label), "bold": str}
    return {
        "link": lambda label, url: Native(marks.link(url, str(label))),
        "bold": lambda t: Native(marks.bold(str(t))),
    }


def variables(alert: Alert, rule: Rule) -> dict[str, Any]:
    """What a template sees: ``alert`` as in the contract, and ``rule`` with ``over`` in seconds."""
    names = ("id", "when", "measure", "by", "over", "trigger")
    about = {name: getattr(rule, name) for name in names}
    about["severity"] = {band.severity: band.threshold for band in rule.bands}
    return {"alert": msgspec.to_builtins(alert), "rule": about}


def told_variables(alert: Alert, told_at: str | None) -> dict[str, Any]:
    """What a destination's template sees: ``alert``, of ``rule`` what the alert says of it, and ``told_at``, the ISO
    time of the message of the same root that came before, or None."""
    about = {
        "id": alert.rule,
        "measure": alert.measure.name,
        "by": list(alert.key),
        "severity": {alert.severity: alert.measure.threshold},
    }
    return {"alert": msgspec.to_builtins(alert), "rule": about, "told_at": told_at}


@cache
def built_in(field: str) -> str:
    """The source of the built-in template of a field."""
    return (files("alerts") / "templates" / f"{field}.j2").read_text(encoding="utf-8")


# --- the plain text, which needs no template ----------------------------------------------------------------------


def plain_title(alert: Alert) -> str:
    """A title that cannot fail."""
    kind = {"alert": alert.severity.upper(), "update": "UPDATE", "cancel": "CANCELED"}[alert.kind]
    measure = alert.measure
    told = wording.measured(measure.name, measure.low, measure.high)
    return " ".join(
        filter(None, (f"{kind}:", told, _key(alert.key, msgspec.to_builtins(alert.incidents)), f"({alert.rule})"))
    )


def plain_text(alert: Alert) -> str:
    """A text that cannot fail: the readback, what changed, the quotations, the sources, what was left out."""
    sources = alert.sources
    basis = [f"{alert.measure.basis}."] if isinstance(alert.measure.basis, str) else []
    lines = [f"{alert.readback or readback(alert)}.", *basis, *(f"Changed: {change.text}." for change in alert.changed)]
    for quoted in alert.evidence:
        origin = filter(None, (quoted.source, wording.moment(quoted.published), quoted.url))
        lines += ["", wording.quote(quoted.sentence), ", ".join(origin)]
    lines += ["", f"Sources: {sources.independent} independent ({wording.listed(sources.publishers)})."]
    if alert.excluded_total:
        lines.append(f"Left out: {wording.number(alert.excluded_total)}.")
    return "\n".join(lines)


# --- filters ------------------------------------------------------------------------------------------------------


def _headline(alert: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """What is counted: "12 killed"; for a single happening, what it is: "first ambush"."""
    measure = alert["measure"]
    if rule.get("trigger") == "absence":
        return f"no {wording.measure_name(measure['name'])} since {wording.moment(alert['window']['start'])}"
    if alert.get("sequence"):
        return wording.sequence(alert["sequence"])
    if measure["name"] in ("incidents", "episodes") and measure["value"] == 1 and len(alert["incidents"]) == 1:
        name = wording.type_name(alert["incidents"][0]["type"])
        return f"first {name}" if rule.get("trigger") == "first" else name
    return wording.measured(measure["name"], measure["low"], measure["high"])


def _change(change: Mapping[str, Any]) -> str:
    """ "killed 10 → 12"."""
    return wording.change(change["field"], change["from"], change["to"])


def _key(key: Mapping[str, str], incidents: Sequence[Mapping[str, Any]]) -> str:
    """A window's key in words, with the names that the incidents have for its actor."""
    actors = {actor["id"]: actor["name"] for one in incidents for actor in one["actors"] if actor.get("id")}
    return wording.key(key, actors)


@pass_context
def _key_of_alert(context: Context, key: Mapping[str, str]) -> str:
    return _key(key, context["alert"]["incidents"])


@pass_context
def _ago(context: Context, iso: str | None) -> str:
    """A time relative to the alert's own."""
    return wording.ago(iso, context["alert"]["at"])


#: The filters of templates, beside Jinja's own.
FILTERS: dict[str, Callable[..., Any]] = {
    "ago": _ago,
    "change": _change,
    "country": wording.country,
    "headline": _headline,
    "key": _key_of_alert,
    "listed": wording.listed,
    "number": wording.number,
    "place": wording.place,
    "plural": wording.plural,
    "quote": wording.quote,
    "span": wording.span,
    "type_name": wording.type_name,
    "when": wording.moment,
}
