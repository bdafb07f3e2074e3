"""Which error does the body of an answer name? Also where the status claims success."""

from __future__ import annotations

import json
from typing import Any

from alerts.channels.base import Answer


def word_of(answer: Answer) -> str | None:
    """The ``error`` of a JSON body with ``"ok": false``; of an error's plain body the whole; else None."""
    found = json_of(answer)
    if found.get("ok") is False:
        return str(found.get("error"))
    if answer.status is None or answer.status // 100 == 2 or found:
        return None
    return answer.text.strip() or None


def json_of(answer: Answer) -> dict[str, Any]:
    """The body as a JSON object; empty when it is none."""
    try:
        found = json.loads(answer.text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
