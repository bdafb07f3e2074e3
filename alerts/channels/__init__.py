"""The channels by kind. A new one is a folder with ``settings.py`` and ``channel.py``, a line in ``SPECS``, and a line
here.
"""

from __future__ import annotations

from collections.abc import Callable

from alerts.channels.apprise.channel import AppriseChannel
from alerts.channels.base import Answer, Channel, FormError, Message, Payload, Timeouts, Verdict
from alerts.channels.discord.channel import Discord
from alerts.channels.email.channel import Email
from alerts.channels.file.channel import File
from alerts.channels.mattermost.channel import Mattermost
from alerts.channels.pagerduty.channel import PagerDuty
from alerts.channels.slack.channel import Slack
from alerts.channels.slack_webhook.channel import SlackWebhook
from alerts.channels.teams.channel import Teams
from alerts.channels.terminal.channel import Terminal
from alerts.channels.webhook.channel import Webhook
from alerts.config.types import Destination

CHANNELS: dict[str, Callable[[Destination, Timeouts], Channel]] = {
    "slack_webhook": SlackWebhook,
    "slack": Slack,
    "webhook": Webhook,
    "discord": Discord,
    "teams": Teams,
    "mattermost": Mattermost,
    "pagerduty": PagerDuty,
    "email": Email,
    "apprise": AppriseChannel,
    "file": File,
    "terminal": Terminal,
}

__all__ = ["CHANNELS", "Answer", "Channel", "FormError", "Message", "Payload", "Timeouts", "Verdict"]
