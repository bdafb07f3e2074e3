"""One destination of every kind, pointed at receivers on this machine. A kind that is missing here fails the tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alerts.channels import CHANNELS, Channel, Timeouts
from alerts.config.types import Destination, Secret

HUSH = "HUSH4HUSH"
"""Stands in every secret below, and may stand nowhere else."""
KEY = "whsec_" + base64.b64encode(f"{HUSH}{HUSH}{HUSH}".encode()).decode()

#: Kind → settings, given the address of an HTTP receiver (without a path) and of a mail server.
SETTINGS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "slack_webhook": lambda url, _: {"url": Secret(f"{url}/services/T1/{HUSH}-path")},
    "slack": lambda url, _: {"token": Secret(f"xoxb-{HUSH}"), "channel": "C0123", "api": f"{url}/api/"},
    "webhook": lambda url, _: {"url": Secret(f"{url}/in/{HUSH}?key={HUSH}-query"), "secret": Secret(KEY)},
    "discord": lambda url, _: {"url": Secret(f"{url}/api/webhooks/123/{HUSH}-token")},
    "teams": lambda url, _: {"url": Secret(f"{url}/workflows/{HUSH}?sig={HUSH}-sig")},
    "mattermost": lambda url, _: {"url": Secret(f"{url}/hooks/{HUSH}")},
    "pagerduty": lambda url, _: {"routing_key": Secret((HUSH * 4)[:32]), "api": f"{url}/v2/enqueue"},
    "email": lambda _, smtp: {
        "to": ("desk@news.example", "night@news.example"),
        "from": "tocsin@news.example",
        "smtp": Secret(smtp.replace("://", f"://tocsin:{HUSH}-password@")),
    },
    "apprise": lambda url, _: {"url": Secret(url.replace("http://", f"json://tocsin:{HUSH}-password@") + f"/{HUSH}")},
    "file": lambda _, __: {"path": "out/alerts.jsonl"},
    "terminal": lambda _, __: {"on": True},
}
OVER_HTTP = tuple(kind for kind in SETTINGS if kind not in ("email", "file", "terminal"))
#: The answer that a destination of the kind gives when all is well.
GOOD: dict[str, tuple[int, str]] = {
    "slack_webhook": (200, "ok"),
    "slack": (200, json.dumps({"ok": True, "channel": "C0123", "ts": "1772460000.000100"})),
    "webhook": (204, ""),
    "discord": (200, json.dumps({"id": "998877", "content": ""})),
    "teams": (202, ""),
    "mattermost": (200, "ok"),
    "pagerduty": (202, json.dumps({"status": "success", "message": "Event processed", "dedup_key": "al_one"})),
    "apprise": (200, "ok"),
}


def destination(
    kind: str, url: str = "http://127.0.0.1:9", smtp: str = "smtp://127.0.0.1:9", *, private: bool = True, **more: Any
) -> Destination:
    """A destination of a kind; ``url`` has no path, further settings replace those above."""
    fields = {name: more.pop(name) for name in ("zone", "texts") if name in more}
    settings = {**SETTINGS[kind](url, smtp), **more}
    return Destination(id="desk", kind=kind, settings=settings, allow_private=private, **fields)


def channel(kind: str, *args: Any, timeouts: Timeouts | None = None, **more: Any) -> Channel:
    """The channel of such a destination."""
    return CHANNELS[kind](destination(kind, *args, **more), timeouts or Timeouts(connect=1, read=0.5))


def files(folder: Path) -> bytes:
    """All that stands in the files under a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
