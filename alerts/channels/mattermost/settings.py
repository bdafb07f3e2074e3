"""The keys of a Mattermost incoming webhook."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(kind="mattermost", value=v.secret_url, example={"mattermost": "${MATTERMOST_WEBHOOK_URL}"})
