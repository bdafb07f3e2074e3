"""The keys of a Slack incoming webhook."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(kind="slack_webhook", value=v.secret_url, example={"slack_webhook": "${SLACK_WEBHOOK_URL}"})
