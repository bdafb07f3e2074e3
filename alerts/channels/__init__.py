"""The channels by kind. A new one is a folder with ``channel.py`` and a line in ``CHANNELS``."""

from __future__ import annotations

from collections.abc import Callable

from alerts.channels.base import Answer, Channel, FormError, Message, Payload, Timeouts, Verdict
from alerts.channels.file.channel import File
from alerts.channels.slack_webhook.channel import SlackWebhook
from alerts.channels.terminal.channel import Terminal
from alerts.channels.webhook.channel import Webhook
from alerts.config.types import Destination

CHANNELS: dict[str, Callable[[Destination, Timeouts], Channel]] = {
    "slack_webhook": SlackWebhook,
    "webhook": Webhook,
    "file": File,
    "terminal": Terminal,
}

__all__ = ["CHANNELS", "Answer", "Channel", "FormError", "Message", "Payload", "Timeouts", "Verdict"]
