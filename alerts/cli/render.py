"""``tocsin render``: how does this template read on a real alert, and what would a channel send?"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from alerts.alert import Alert
from alerts.channels import CHANNELS, Channel, FormError, Message, Payload, Timeouts
from alerts.channels.specs import SPECS
from alerts.cli.common import BAD_CONFIG, FAILED, load_config, stop
from alerts.config.templates import column, helpful
from alerts.config.types import Config, Destination, Secret
from alerts.render import Templates, built_in, told_variables, variables
from alerts.sandbox import RenderError
from streams.codec import canonical

DEFAULT = "default"
_decoder = msgspec.json.Decoder(Alert)


@click.command()
@click.argument("template")
@click.option(
    "--alert", "alert_file", required=True, metavar="FILE", help="JSON lines as --alerts writes; - for stdin."
)
@click.option("--field", type=click.Choice(["text", "title"]), default="text", help="What the template gives.")
@click.option("--channel", type=click.Choice(sorted(CHANNELS)), help="Show what a channel of this kind would send.")
@click.option("--to", metavar="NAME", help="The same for a destination of the config.")
@click.option("--told-at", metavar="TIME", help="As to one that was told of the root at this ISO time.")
@click.option("-c", "--config", type=click.Path(dir_okay=False), help="Where rules and destinations come from.")
def render(
    template: str,
    alert_file: str,
    field: str,
    channel: str | None,
    to: str | None,
    told_at: str | None,
    config: str | None,
) -> None:
    """Render TEMPLATE, a file or "default" for what is built in, on each alert of a file. Sends nothing.

    Ends with 2 and FILE:LINE:COL for a template that fails, with 1 for alerts that cannot be read.
    """
    loaded = load_config(config, sending=False) if config else None
    source = None if template == DEFAULT else _read(template)
    if channel or to:
        show = _in_form(_channel(channel, to, loaded, source), told_at)
    else:
        show = _as_text(built_in(field) if source is None else source, loaded, told_at, title=field == "title")
    for number, item in enumerate(_alerts(alert_file)):
        try:
            told = show(item)
        except RenderError as failed:
            _refuse(template, source, failed)
        except FormError as failed:
            cause = failed.__cause__
            _refuse(template, source, cause if isinstance(cause, RenderError) else RenderError(str(failed)))
        click.echo(("\n" if number else "") + told.rstrip("\n"))


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        stop(BAD_CONFIG, f'{path}: cannot be read: {why}; name a template, or "{DEFAULT}"')


def _alerts(path: str) -> Iterator[Alert]:
    """The alerts of a file: one as JSON, or JSON lines."""
    try:
        written = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        stop(FAILED, f"{path}: cannot be read: {error.strerror}")
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
        yield _decoder.decode(written)
        return
    for number, line in enumerate(written.split(b"\n"), 1):
        if line.strip():
            try:
                yield _decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                stop(FAILED, f"{path}:{number}: no alert: {error}")


def _as_text(source: str, config: Config | None, told_at: str | None, *, title: bool) -> Callable[[Alert], str]:
    templates = Templates()
    rules = {rule.id: rule for rule in config.rules} if config else {}

    def show(item: Alert) -> str:
        about = variables(item, rules[item.rule]) if item.rule in rules else told_variables(item, told_at)
        text = templates.run(source, about)
        return " ".join(text.split()) if title else text.strip()

    return show


def _channel(kind: str | None, name: str | None, config: Config | None, source: str | None) -> Channel:
    """A channel that is never sent through. One without a config gets made-up settings."""
    if name is not None:
        found = [one for one in config.destinations if one.id == name] if config else []
        if not found:
            stop(BAD_CONFIG, f'--to: no destination "{name}"; name one of the config given with -c')
        destination = found[0]
    else:
        spec = SPECS[kind or ""]
        settings = {key: spec.example[key] for key in spec.needs}
        settings[spec.setting] = spec.example[spec.kind]
        hidden = {key: value if key in spec.shown else Secret(value) for key, value in settings.items()}
        destination = Destination(id="preview", kind=spec.kind, settings=hidden)
    if source is not None:
        if not SPECS[destination.kind].written:
            stop(BAD_CONFIG, f"a destination of the kind {destination.kind} takes no template")
        destination = replace(destination, texts={"": source})
    return CHANNELS[destination.kind](destination, Timeouts())


def _in_form(channel: Channel, told_at: str | None) -> Callable[[Alert], str]:
    def show(item: Alert) -> str:
        message = Message(id="nt_preview", alert=item, data=canonical(item), now=time.time(), told_at=told_at)
        return _shown(channel.render(message))

    return show


def _shown(payload: Payload) -> str:
    try:
        return json.dumps(json.loads(payload.body), indent=2, ensure_ascii=False)
    except ValueError:
        return payload.body.decode("utf-8", "replace")


def _refuse(template: str, source: str | None, failed: RenderError) -> None:
    line = failed.line or 1
    lines = (source or "").splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    message = helpful(failed.message, Templates().filters)
    stop(BAD_CONFIG, f"{template}:{line}:{column(written, failed.message)}: {message}")
