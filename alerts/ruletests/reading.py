"""What does a test file say? Every mistake is told with its place, as in a config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from alerts import gates
from alerts.config.problems import ConfigError, Problem, did_you_mean
from alerts.config.reader import Entry, Item, number_of
from alerts.config.schema import Key, read_section
from alerts.config.types import Config, Rule, Source
from alerts.config.values import INVALID, Values, choice, name, one_or_many, said, text, zone
from alerts.reading import read_options
from alerts.ruletests.cases import Case, Expected, GateWanted, Notice
from alerts.why_not import TOLD
from streams.article import Article
from streams.sources import FeedError, Unreadable, read_feed
from streams.sources.options import FIELDS
from streams.sources.records import article_of
from streams.times import parse_duration, parse_moment, seconds_of

GATES = (TOLD, *(gate.name for gate in gates.GATES))
KINDS = ("alert", "update", "cancel")
_CONTAINED = ("title", "text", "readback")
_EXPECTED = {
    "rule": Key(text),
    "severity": Key(text),
    "kind": Key(choice("kind", KINDS)),
    "key": Key(None),
    "value": Key(None),
    "at": Key(None),
    "before": Key(None),
    "fields": Key(None),
    **{field: Key(text) for field in _CONTAINED},
}
SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "a test file": {"config": Key(text), "zone": Key(zone), "tests": Key(None, required=True)},
    "a test": {
        "name": Key(text, required=True),
        "start": Key(None),
        "given": Key(None, required=True),
        "until": Key(None),
        "rules": Key(one_or_many(text)),
        "expect": Key(None),
        "not_expect": Key(None),
        "gate": Key(None),
        "notifications": Key(None),
        "unexpected": Key(choice("way with unexpected alerts", ("fail", "ignore"))),
    },
    "a given": {
        "at": Key(None),
        "article": Key(None),
        "file": Key(text),
        "ids": Key(one_or_many(text)),
        "feed": Key(name),
    },
    "an expected alert": _EXPECTED,
    "an expected gate": {
        "rule": Key(text, required=True),
        "key": Key(None),
        "at": Key(None),
        "gate": Key(choice("gate", GATES), required=True),
    },
    "an expected notification": {
        "destination": Key(text, required=True),
        "at": Key(None),
        "covers": Key(None),
    },
}


def config_of(path: Path, environ: Mapping[str, str]) -> Path | None:
    """The config that a test file names, relative to it. Raises ConfigError when the file is no YAML."""
    values, root = _parsed(path, environ)
    if root is None:
        raise ConfigError(values.problems)
    entry = root.value.get("config") if isinstance(root.value, dict) else None
    return path.parent / entry.item.value if entry and isinstance(entry.item.value, str) else None


def load(path: Path, config: Config, environ: Mapping[str, str]) -> list[Case]:
    """The tests of a file, against the rules of a config. Raises ConfigError with every problem."""
    values, root = _parsed(path, environ)
    cases: list[Case] = []
    if root is not None:
        cases = _Reading(values, path, config).cases(root)
    if values.problems:
        raise ConfigError(sorted(set(values.problems)))
    return cases


def _parsed(path: Path, environ: Mapping[str, str]) -> tuple[Values, Item | None]:
    values = Values(str(path), environ)
    values.needs = 'a test file needs at least "tests"'
    try:
        return values, values.parse(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        values.problems.append(Problem(str(path), 1, 1, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError:
        values.problems.append(Problem(str(path), 1, 1, "not UTF-8; save the file as UTF-8"))
    return values, None


class _Reading:
    """One file being read."""

    def __init__(self, values: Values, path: Path, config: Config) -> None:
        self.values, self.path, self.config = values, path, config
        self.zone = "UTC"

    def cases(self, root: Item) -> list[Case]:
        found = self._section(root, "a test file")
        if found is None:
            return []
        self.zone = found.get("zone", "UTC")
        cases = [self._case(item) for item in self._list(root.value, "tests")]
        if "tests" in root.value and not cases:
            self.values.problem(root.value["tests"].item, "expected at least one test, got none")
        return [case for case in cases if case is not None]

    def _case(self, item: Item) -> Case | None:
        good = self._section(item, "a test")
        if good is None:
            return None
        given: Mapping[str, Entry] = item.value
        self._known(item, "rules", "rule", [rule.id for rule in self.config.rules])
        start = self._moment(given["start"].item, None) if "start" in given else None
        entries = [one for each in self._list(given, "given") for one in self._given(each, start)]
        if "given" in given and not entries and not self.values.problems:
            self.values.problem(given["given"].item, "expected at least one article, got none")
        entries.sort(key=lambda entry: entry[0])
        begin = start if start is not None else entries[0][0] if entries else 0
        return Case(
            name=good.get("name", ""),
            line=item.line,
            start=begin,
            given=tuple(entries),
            until=self._moment(given["until"].item, begin) if "until" in given else None,
            rules=good.get("rules", ()),
            expect=tuple(self._expected(each, begin) for each in self._list(given, "expect"))
            if "expect" in given
            else None,
            not_expect=tuple(self._expected(each, begin) for each in self._list(given, "not_expect")),
            gates=tuple(g for each in self._list(given, "gate") if (g := self._gate(each, begin)) is not None),
            notifications=tuple(self._notice(each, begin) for each in self._list(given, "notifications")),
            unexpected=good.get("unexpected", "fail"),
        )

    # --- what is given ------------------------------------------------------------------------------------------

    def _given(self, item: Item, start: int | None) -> list[tuple[int, Article]]:
        good = self._section(item, "a given")
        if good is None:
            return []
        entries: Mapping[str, Entry] = item.value
        if ("article" in entries) == ("file" in entries):
            self.values.problem(item, 'a given has either "article", with its fields, or "file", a path')
            return []
        at = self._moment(entries["at"].item, start) if "at" in entries else None
        if at is None and "at" in entries:
            return []
        source = self._source(entries, good.get("feed"))
        if "file" in entries:
            return self._file(entries["file"].item, good, source, at)
        return self._article(entries["article"].item, source, at)

    def _source(self, given: Mapping[str, Entry], feed: str | None) -> Source:
        known = {source.id: source for source in self.config.sources}
        if feed is not None and feed not in known:
            self.values.problem(
                given["feed"].item, f"undefined source {said(given['feed'].item)}{did_you_mean(feed, known)}"
            )
        return known.get(feed or "", Source(id=feed or "given"))

    def _article(self, item: Item, source: Source, at: int | None) -> list[tuple[int, Article]]:
        fields = plain(item)
        if not isinstance(fields, dict):
            self.values.problem(item, f"expected a mapping of an article's fields, got {item.kind}")
            return []
        for key, entry in item.value.items():
            if key not in FIELDS:
                self.values.problem(entry, f'unknown field "{key}" of an article{did_you_mean(key, FIELDS)}')
        found = article_of(fields, f"{self.path}:{item.line}", source.id, read_options(source))
        if isinstance(found, Unreadable):
            self.values.problem(item, f"no article: {found.why}")
            return []
        for problem in (p for p in found.problems if p.code == "bad_date"):
            self.values.problem(item, problem.message)
        return self._timed(item, found, at)

    def _file(self, item: Item, good: Mapping[str, Any], source: Source, at: int | None) -> list[tuple[int, Article]]:
        if not isinstance(item.value, str):
            return []
        entries: list[tuple[int, Article]] = []
        try:
            for found in read_feed(str(self.path.parent / item.value), read_options(source)):
                if isinstance(found, Unreadable):
                    self.values.problem(item, f"{found.where}: {found.why}")
                elif "ids" not in good or found.id in good["ids"]:
                    entries += self._timed(item, found, at)
        except FeedError as error:
            self.values.problem(item, str(error))
            return []
        for missing in sorted(set(good.get("ids", ())) - {article.id for _, article in entries}):
            self.values.problem(item, f'no article "{missing}" in {item.value}')
        return entries

    def _timed(self, item: Item, article: Article, at: int | None) -> list[tuple[int, Article]]:
        """With its time of receipt, which is its own time of publication where neither says."""
        own = article.received or article.published
        received = at if at is not None else seconds_of(own) if own is not None else None
        if received is None:
            self.values.problem(
                item, 'when does it come in? give "at", an offset such as +5m or a time, or "published"'
            )
            return []
        moment = datetime.fromtimestamp(received, UTC)
        return [(received, replace(article, received=moment, published=article.published or moment))]

    # --- what is expected ---------------------------------------------------------------------------------------

    def _expected(self, item: Item, start: int) -> Expected:
        good = self._section(item, "an expected alert") or {}
        given: Mapping[str, Entry] = item.value if isinstance(item.value, dict) else {}
        self._known(item, "rule", "rule", [rule.id for rule in self.config.rules])
        self._known(item, "severity", "severity", self.config.severities)
        equal: dict[str, Any] = {key: good[key] for key in ("rule", "severity", "kind") if key in good}
        if "fields" in given:
            equal |= self._mapping(given["fields"].item, "fields of an alert")
        if "key" in given:
            equal["key"] = self._mapping(given["key"].item, "fields of a key")
        if "value" in given:
            number = number_of(plain(given["value"].item))
            if number is None:
                self.values.problem(given["value"].item, f"expected a number, got {said(given['value'].item)}")
            equal["measure"] = {**equal.get("measure", {}), "value": number}
        times = {key: self._moment(given[key].item, start) for key in ("at", "before") if key in given}
        contains = {field: good[field] for field in _CONTAINED if field in good}
        return Expected(line=item.line, equal=equal, contains=contains, **times)

    def _gate(self, item: Item, start: int) -> GateWanted | None:
        good = self._section(item, "an expected gate")
        if good is None or not {"rule", "gate"} <= good.keys():
            return None
        self._known(item, "rule", "rule", [rule.id for rule in self.config.rules])
        rule = next((rule for rule in self.config.rules if rule.id == good["rule"]), None)
        at = self._moment(item.value["at"].item, start) if "at" in item.value else None
        key = self._key(item, rule) if rule is not None else None
        return None if key is None else GateWanted(line=item.line, rule=good["rule"], key=key, at=at, gate=good["gate"])

    def _key(self, item: Item, rule: Rule) -> dict[str, str] | None:
        """The key: a mapping, or the value alone where the rule counts by one thing."""
        entry: Entry | None = item.value.get("key")
        if entry is None and not rule.by:
            return {}
        found = plain(entry.item) if entry is not None else None
        if isinstance(found, str) and len(rule.by) == 1:
            return {rule.by[0]: found}
        if isinstance(found, dict) and set(found) == set(rule.by):
            return {name_: str(found[name_]) for name_ in rule.by}
        example = "{" + ", ".join(f"{name_}: …" for name_ in rule.by) + "}" if rule.by else "none"
        self.values.problem(entry.item if entry else item, f"expected a key of {rule.id}: {example}")
        return None

    def _notice(self, item: Item, start: int) -> Notice:
        good = self._section(item, "an expected notification") or {}
        given: Mapping[str, Entry] = item.value if isinstance(item.value, dict) else {}
        self._known(item, "destination", "destination", [one.id for one in self.config.destinations])
        covers = plain(given["covers"].item) if "covers" in given else None
        if "covers" in given and (not isinstance(covers, int) or isinstance(covers, bool)):
            self.values.problem(given["covers"].item, "expected how many alerts it covers, a whole number")
            covers = None
        at = self._moment(given["at"].item, start) if "at" in given else None
        return Notice(line=item.line, destination=good.get("destination", ""), at=at, covers=covers)

    # --- small parts --------------------------------------------------------------------------------------------

    def _section(self, item: Item, section: str) -> dict[str, Any] | None:
        return read_section(self.values, item, section, SECTIONS)

    def _list(self, given: Mapping[str, Entry], key: str) -> list[Item]:
        if key not in given:
            return []
        item = given[key].item
        if not isinstance(item.value, list):
            self.values.problem(item, f"expected a list under {key}, got {item.kind}")
            return []
        return list(item.value)

    def _mapping(self, item: Item, what: str) -> dict[str, Any]:
        found = plain(item)
        if isinstance(found, dict):
            return found
        self.values.problem(item, f"expected a mapping of {what}, got {item.kind}")
        return {}

    def _known(self, item: Item, key: str, what: str, valid: Sequence[str]) -> None:
        entry = item.value.get(key) if isinstance(item.value, dict) else None
        items = [] if entry is None else entry.item.value if isinstance(entry.item.value, list) else [entry.item]
        for each in items:
            if isinstance(each.value, str) and each.value not in valid:
                self.values.problem(each, f"undefined {what} {said(each)}{did_you_mean(each.value, valid)}")

    def _moment(self, item: Item, start: int | None) -> int | None:
        """Seconds of a time, or of an offset from the start."""
        value = item.value
        if (isinstance(value, str) and value.startswith("+")) or value == 0:
            try:
                offset = 0 if value in (0, "+0") else parse_duration(value[1:])
            except ValueError:
                self.values.problem(item, f"expected an offset such as +5m or +1h30m, got {said(item)}")
                return None
            if start is None:
                self.values.problem(item, 'an offset from what? give the test a "start", such as "2026-03-02T09:00Z"')
                return None
            return start + offset
        try:
            return seconds_of(parse_moment(value, self.zone)[0])
        except (ValueError, TypeError, AttributeError, OverflowError):
            expected = 'an offset such as +5m, or a time such as "2026-03-02T09:00Z"'
            self.values.problem(item, f"expected {expected}, got {said(item)}")
            return None


def plain(item: Item) -> Any:
    """A value without its places."""
    if isinstance(item.value, dict):
        return {key: plain(entry.item) for key, entry in item.value.items()}
    if isinstance(item.value, list):
        return [plain(each) for each in item.value]
    return None if item.value is INVALID else item.value
