"""The keys of a generic webhook."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(
    kind="webhook",
    value=v.secret_url,
    more={"secret": v.signing_secret, "form": v.choice("form of a webhook", ("standard", "cloudevents"))},
    shown=frozenset({"form"}),
    written=False,
    example={"webhook": "https://example.org/in", "secret": "${WEBHOOK_SECRET}", "form": "cloudevents"},
)
