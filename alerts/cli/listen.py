"""``tocsin listen``: what arrives at a local port?

A receiver for trying things out: it prints each message for people, checks its signature with the reference
library, and answers with the status it was told to.
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click

from alerts.channels.text import clean, one_line

LARGEST_BODY = 10_000_000
#: No token of any kind is written to the raw record.
_HIDDEN_HEADERS = frozenset({"authorization", "cookie"})


@click.command("listen")
@click.option("--port", default=9000, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--secret", help="whsec_… to verify signatures with.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Append each raw message as a JSON line.")
@click.option("--status", default=200, show_default=True, type=click.IntRange(200, 599), help="Status to answer with.")
def listen(port: int, secret: str | None, out: Path | None, status: int) -> None:
    """Show what arrives at a local port: generic webhooks and Slack messages, until interrupted."""
    try:
        server = Listener(port, secret=secret, out=out, status=status)
    except OSError as error:
        reason = f"port {port}: {error.strerror or error}; give another --port, or 0 for a free one"
        raise click.ClickException(reason) from error
    except ValueError as error:
        reason = f"--secret: {error}; give whsec_ and base64, as in the destination's config"
        raise click.ClickException(reason) from error
    click.echo(f"listening on http://127.0.0.1:{server.server_address[1]}/  (Ctrl-C ends)")
    try:
        server.serve_forever()
    finally:
        server.server_close()


class Listener(ThreadingHTTPServer):
    """The receiver; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, port: int, *, secret: str | None, out: Path | None, status: int) -> None:
        """Raises OSError when the port is taken and ValueError when the secret cannot be read."""
        self.secret = _checked(secret)
        self.out = out
        self.status = status
        self.one_at_a_time = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._answer(413, b"too large")
            return
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.one_at_a_time:
            click.echo(readable(body, signature(self.server.secret, headers, body)))
            sys.stdout.flush()
            if self.server.out is not None:
                _append(self.server.out, self.path, headers, body)
        self._answer(self.server.status, b"ok" if self.server.status < 300 else b"")

    def _answer(self, status: int, text: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """The message itself is printed; a request line beside it says nothing more."""


def _checked(secret: str | None) -> str | None:
    if secret is not None:
        from standardwebhooks import Webhook

        try:
            Webhook(secret)
        except Exception as error:
            raise ValueError(f"cannot be read ({type(error).__name__})") from None
    return secret


def signature(secret: str | None, headers: dict[str, str], body: bytes) -> str:
    """ "yes", "no: why", or that it was not checked."""
    if "webhook-id" not in headers:
        return "not signed"
    if secret is None:
        return "not checked (give --secret)"
    from standardwebhooks import Webhook

    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except Exception as error:  # whatever is wrong with it, it is not verified
        return f"no: {error}"
    return "yes"


def readable(body: bytes, verified: str) -> str:
    """A message for people: an alert's envelope, a Slack message, or whatever it is."""
    try:
        message = json.loads(body)
    except ValueError:
        return f"--- {len(body)} bytes, not JSON\n{clean(body.decode('utf-8', 'replace'))[:2000]}\n"
    try:
        if isinstance(message, dict) and isinstance(message.get("data"), dict):
            return _envelope(message, verified)
        if isinstance(message, dict) and "text" in message:
            return _slack(message)
    except (AttributeError, KeyError, TypeError):
        pass  # it only looked like one of ours: show it as it is
    return f"--- {clean(json.dumps(message, ensure_ascii=False))[:2000]}\n"


def _envelope(message: dict[str, Any], verified: str) -> str:
    alert = message["data"]
    if "alerts" in alert:
        told = [f"  {one_line(str(one['title']))} ({one['id']})" for one in alert["alerts"]]
        return clean("\n".join([f"--- {message.get('type')}", *told, f"  signature verified: {verified}", ""]))
    lines = [
        f"--- {message.get('type')}  {str(alert.get('severity', '')).upper()}  {alert.get('id')}",
        one_line(str(alert.get("title", ""))),
        str(alert.get("readback") or alert.get("text") or ""),
    ]
    for change in alert.get("changed") or []:
        lines.append(f"  changed: {change['field']} {change['from']} → {change['to']} ({change['because']})")
    for item in alert.get("evidence") or []:
        lines.append(f"  “{one_line(item['sentence'])}” {item['source']} {item['url'] or ''}".rstrip())
    return clean("\n".join([line for line in lines if line] + [f"  signature verified: {verified}", ""]))


def _slack(message: dict[str, Any]) -> str:
    parts = [_text_of(block) for block in message.get("blocks") or []]
    shown = "\n".join(part for part in parts if part) or str(message["text"])
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        shown = shown.replace(entity, char)
    return clean(f"--- Slack message\n{shown}\n")


def _text_of(block: dict[str, Any]) -> str:
    if "elements" in block:
        return "  ".join(str(element.get("text", "")) for element in block["elements"])
    return str(block.get("text", {}).get("text", ""))


def _append(path: Path, target: str, headers: dict[str, str], body: bytes) -> None:
    record = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "path": target,
        "headers": {name: value for name, value in headers.items() if name not in _HIDDEN_HEADERS},
        "body": body.decode("utf-8", "replace"),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
