"""PagerDuty's Events API v2: an alert triggers, its cancel resolves, all under the root's key.

An update is a trigger under the same key, which adds to the open incident and pages nobody anew. To one that was
resolved by hand it opens another: who does not want that sets ``updates: acknowledge``, and an update then only tells
an open incident.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from alerts.channels.base import Answer, Channel, Message, Payload, Timeouts, Verdict, Verdicts
from alerts.channels.dialect import PLAIN, web_address
from alerts.channels.http import Poster, json_payload
from alerts.channels.text import byline, digest_headline, digest_title, headline, one_line, plain_text, sources_line
from alerts.channels.words import json_of
from alerts.config.types import Destination

API = "https://events.pagerduty.com/v2/enqueue"
SUMMARY = 1024
KEY = 255
FIELD = 2000
#: Bytes of a whole event; PagerDuty takes 512 KB.
EVENT = 400_000
LINKS = 20

SEVERITIES = ("critical", "error", "warning", "info")
#: For a severity that PagerDuty does not have: it wakes someone.
UNKNOWN_SEVERITY = "error"
ACTIONS = {"alert": "trigger", "update": "trigger", "cancel": "resolve"}

_WORDS: dict[str, Verdict] = {"routing key": "park", "event": "invalid"}


class PagerDuty(Channel):
    """One integration of a service."""

    rate = 2.0
    burst = 10
    grouped = False  # an incident is resolved by the key of its root
    verdicts = Verdicts(words=_WORDS)

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        settings = destination.settings
        self._key = settings["routing_key"]
        self._actions = {**ACTIONS, "update": settings.get("updates", "trigger")}
        self._poster = Poster(
            settings.get("api", API), allow_private=destination.allow_private, timeouts=timeouts, repeatable=True
        )

    def render(self, message: Message) -> Payload:
        """The event with evidence, claims and sources as its details."""
        if message.digest:
            return json_payload(self._digest(message))
        alert = message.alert
        found = [{"href": url, "text": _cut(byline(item))} for item in alert.evidence if (url := web_address(item.url))]
        details = {
            "claim": _cut(alert.readback),
            "sources": _cut(sources_line(alert)),
            "changed": [_cut(change.text) for change in alert.changed][:LINKS],
            "evidence": [_cut(f"“{one_line(item.sentence)}” {byline(item)}") for item in alert.evidence][:LINKS],
            "left_out": [_cut(f"{item.reason}: {item.sentence}") for item in alert.excluded][:LINKS],
            "left_out_in_all": alert.excluded_total,
            "rule": alert.rule,
            "key": {_cut(name): _cut(value) for name, value in list(alert.key.items())[:LINKS]},
            "alert": alert.id,
        }
        return json_payload({**self._event(message, details), "links": found[:LINKS]})

    def plain(self, message: Message) -> Payload:
        """The event with its text alone."""
        return json_payload(self._event(message, {"text": plain_text(message)[: FIELD * 2]}))

    def _event(self, message: Message, details: dict[str, Any]) -> dict[str, Any]:
        alert = message.alert
        severity = alert.severity if alert.severity in SEVERITIES else UNKNOWN_SEVERITY
        return {
            "event_action": self._actions[alert.kind],
            "dedup_key": message.id if message.digest else alert.root[:KEY],
            "client": "tocsin",
            "payload": {
                "summary": PLAIN.fit(one_line(headline(alert, message.told_at)), SUMMARY),
                "source": "tocsin",
                "severity": severity,
                "timestamp": alert.at,
                "group": _cut(alert.rule),
                "class": alert.measure.name,
                "custom_details": details,
            },
        }

    def _digest(self, message: Message) -> dict[str, Any]:
        lines = [f"{_cut(digest_title(alert))} ({alert.id})" for alert in message.digest]
        event = self._event(message, {"alerts": lines})
        worst = min((_rank(alert.severity) for alert in message.digest), default=0)
        about = {**event["payload"], "summary": digest_headline(message.digest), "severity": SEVERITIES[worst]}
        return {**event, "event_action": "trigger", "payload": about}

    def attempt(self, payload: Payload) -> Answer:
        """Post once, with the routing key."""
        event = json.loads(payload.body)
        whole = json_payload({**event, "routing_key": self._key.reveal()})
        answer = self._poster.post(whole.body, whole.headers)
        if answer.status != 400:
            return answer
        told = json.dumps(json_of(answer)) or answer.text
        return replace(answer, word="routing key" if "routing" in told.lower() else "event")

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity if severity in SEVERITIES else UNKNOWN_SEVERITY)


def _cut(text: str) -> str:
    return PLAIN.fit(one_line(text), FIELD)
