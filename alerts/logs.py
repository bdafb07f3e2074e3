"""How does tocsin log? One line an event, as key=value or JSON, without secrets, article text or, unless asked, traces.

What an error says may quote the text it stumbled over, so at the usual level a line names its kind and place only.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime

import msgspec

from alerts.masking import mask

_PLAIN = re.compile(r"[\w.:/+-]+")


class Lines(logging.Formatter):
    """Formats records as lines."""

    def __init__(self, *, as_json: bool, traces: bool) -> None:
        super().__init__()
        self._as_json, self._traces = as_json, traces

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line (with ``traces``, as many as an error's trace has)."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {"time": moment, "level": record.levelname.lower(), "logger": record.name, "msg": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            frames = traceback.extract_tb(error.__traceback__)
            fields["error"] = type(error).__name__
            fields["at"] = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
            if self._traces:
                fields["trace"] = "".join(traceback.format_exception(error))
        fields = {name: mask(value) for name, value in fields.items()}
        if self._as_json:
            return msgspec.json.encode(fields).decode()
        return " ".join(f"{name}={_value(value)}" for name, value in fields.items())


def _value(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else msgspec.json.encode(text).decode()


def set_up(*, verbose: bool, as_json: bool) -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=as_json, traces=verbose))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    # the clients of Kafka write whole requests, a password among them, at their lowest level
    for name in ("urllib3", "waitress", "kafka", "aiokafka", "faust", "mode"):
        logging.getLogger(name).setLevel(logging.WARNING)
