"""The keys of a PagerDuty service."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(
    kind="pagerduty",
    value=v.secret,
    setting="routing_key",
    more={"updates": v.choice("way with updates", ("trigger", "acknowledge")), "api": v.url},
    shown=frozenset({"updates", "api"}),
    written=False,
    example={
        "pagerduty": "${PAGERDUTY_ROUTING_KEY}",
        "updates": "acknowledge",
        "api": "https://events.eu.pagerduty.com/v2/enqueue",
    },
)
