"""The keys of a Discord webhook."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(kind="discord", value=v.secret_url, example={"discord": "${DISCORD_WEBHOOK_URL}"})
