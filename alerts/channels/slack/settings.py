"""The keys of a Slack channel that a bot writes to."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(
    kind="slack",
    value=v.secret,
    setting="token",
    more={"channel": v.text, "api": v.url},
    needs=("channel",),
    shown=frozenset({"channel", "api"}),
    example={"slack": "${SLACK_BOT_TOKEN}", "channel": "C0123456789", "api": "https://slack.com/api/"},
)
