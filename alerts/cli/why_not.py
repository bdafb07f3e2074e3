"""``tocsin why-not``: which gate kept a rule from speaking?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from textwrap import fill

import click
import msgspec

from alerts import gates, why_not, wording
from alerts.cli.common import BAD_CONFIG, FAILED, fallback_of, stop, store_path
from alerts.config.problems import did_you_mean
from alerts.config.types import Rule
from alerts.past import Moment, Past, PastError
from alerts.why_not import Answer, Look, Untold
from streams.engines.store import StoreError, open_reader
from streams.times import parse_moment, seconds_of

SHOWN = 5


@click.command("why-not")
@click.argument("rule")
@click.argument("key", required=False)
@click.option("--at", "moment", metavar="T", help="As of this time (ISO 8601); default: now, the journal's end.")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), help="Default: text on a terminal, else json.")
def command(
    rule: str, key: str | None, moment: str | None, config: str | None, store: str | None, form: str | None
) -> None:
    """Say which gate kept RULE from speaking of KEY: was it read, in the window, enough, independent, cooled down?

    KEY is a value of the rule's `by`, such as IQ or country=IQ, and several with commas between. Without KEY every key
    that the rule has looked at is listed with its gate. The rule is the one that was in force at that time.
    """
    try:
        with closing(Past(open_reader(store_path(config, store)), fallback_of(config))) as past:
            at = past.moment(past.position_at(_seconds(moment)))
            found = _rule(at, rule)
            wanted = [_key(found, key)] if key is not None or not found.by else why_not.keys(at, found)
            answers = [why_not.answer(past, at, found, one) for one in wanted]
    except (StoreError, PastError) as error:
        stop(FAILED, str(error))
    if form == "json" or (form is None and not sys.stdout.isatty()):
        for one in answers:
            click.echo(msgspec.json.encode(one, order="sorted"))
        return
    click.echo(in_full(found, answers[0]) if key is not None or not found.by else in_short(found, answers))


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return seconds_of(parse_moment(text)[0])
    except ValueError:
        return stop(BAD_CONFIG, f"--at: {text!r} is no ISO 8601 time; write 2026-03-02 or 2026-03-02T09:00:00+00:00")


def _rule(moment: Moment, name: str) -> Rule:
    for rule in moment.config.rules:
        if rule.id == name:
            return rule
    names = [rule.id for rule in moment.config.rules]
    return stop(FAILED, f"no rule {name!r} was in force{did_you_mean(name, names)}; there were {', '.join(names)}")


def _key(rule: Rule, text: str | None) -> dict[str, str]:
    """The key that a text such as "IQ" or "actor=PT.mil,country=CF" names."""
    parts = [part.strip() for part in text.split(",")] if text else []
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    values = [part for part in parts if "=" not in part]
    key = named or dict(zip(rule.by, values, strict=False))
    if set(key) != set(rule.by) or len(parts) != len(rule.by):
        example = ",".join(f"{name}=…" for name in rule.by)
        stop(BAD_CONFIG, f"{text!r} is no key of {rule.id}: it needs {example or 'none'}")
    return {name: key[name] for name in rule.by}


# --- as people read it ----------------------------------------------------------------------------------------------


def in_short(rule: Rule, answers: list[Answer]) -> str:
    """A line a key."""
    if not answers:
        return f"{rule.id} has looked at nothing yet"
    width = max(len(_name(answer)) for answer in answers)
    lines = [f"{_name(answer):{width}}  {answer.gate:12}  {answer.detail}" for answer in answers]
    return "\n".join([f"{rule.id}, as of {wording.moment(answers[0].at)}: where each key stopped", *lines])


def _name(answer: Answer) -> str:
    return ", ".join(answer.key.values()) or "all"


def in_full(rule: Rule, answer: Answer) -> str:
    """The answer for one key: the verdict, the gates one by one, and what else was looked at."""
    where = f" {wording.key(answer.key)}" if answer.key else ""
    head = f"{rule.id}{where} ({_name(answer)}), as of {wording.moment(answer.at)}"
    lines = [head, _wrapped(_verdict(answer)), ""]
    if answer.looks:
        lines += _gates(answer.looks[0])
    others = answer.looks[1:]
    if others:
        lines += ["", "Also looked at:", *(_other(look) for look in others[:SHOWN])]
        lines += [f"  … and {len(others) - SHOWN} more"] if len(others) > SHOWN else []
    lines += _sentences("Read, and not told as news:", answer.untold)
    lines += _sentences("Not read so:", answer.left_out)
    return "\n".join(lines).rstrip()


def _sentences(head: str, untold: Sequence[Untold]) -> list[str]:
    if not untold:
        return []
    said = [f"{one.why}: {wording.quote(one.sentence, 200)} {one.source}, {one.article}" for one in untold[:SHOWN]]
    more = len(untold) - SHOWN
    return ["", head, *(_wrapped(one, "  ") for one in said), *([f"  … and {more} more"] if more > 0 else [])]


def _verdict(answer: Answer) -> str:
    if answer.gate == why_not.TOLD:
        return f"It did speak: {answer.detail}."
    asks = next((gate.asks for gate in gates.GATES if gate.name == answer.gate), answer.gate)
    return f"It said nothing. {asks} No: {answer.detail}."


def _gates(look: Look) -> list[str]:
    lines = [_wrapped(f"{look.incident}: {look.what}")]
    lines += [_row("yes", name, saw) for name, saw in look.passed]
    return lines if look.gate == why_not.TOLD else [*lines, _row("NO", look.gate, look.detail)]


def _row(verdict: str, gate: str, saw: str) -> str:
    return fill(saw, 110, initial_indent=f"  {verdict:3}  {gate:12}  ", subsequent_indent=" " * 21)


def _other(look: Look) -> str:
    return _wrapped(f"{look.incident}: {look.what}: {look.gate}: {look.detail}", "  ")


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, 110, initial_indent=indent, subsequent_indent=f"{indent}  ", break_long_words=False)
