"""The outbox: which alert goes to which destination, and what became of it?

The engine plans rows inside the transaction that decides the alert (``planning``); a sender claims them one at a time
and records each answer (``queue``); when many wait they go as one (``digests``); people look at it and put things
right (``log``). To one destination the alerts of one root go strictly in order, so of one root only the newest
revision ever waits there: an older one that was not sent is superseded, and a cancel of what was never sent sends
nothing. Every function takes an open connection and leaves the transaction to its caller.
"""

from importlib import resources

from alerts.outbox.digests import Limits
from alerts.outbox.log import Health, health, listing, redrive, strangers
from alerts.outbox.planning import (
    NEVER_SENT,
    Message,
    destinations_of,
    note_sending,
    notification_id,
    plan,
    plan_kept,
    settle,
)
from alerts.outbox.pruning import prune
from alerts.outbox.queue import Attempt, Result, Standing, Work, busy, claim, next_id, record, recover, standing
from streams.engines.store import Schema


def _sql(name: str) -> str:
    return resources.files("alerts.outbox").joinpath(name).read_text(encoding="utf-8")


#: The outbox's tables in a store.
SCHEMA = Schema(name="outbox", tables=_sql("schema.sql"), steps=(_sql("schema_2.sql"), _sql("schema_3.sql")))

__all__ = [
    "NEVER_SENT",
    "SCHEMA",
    "Attempt",
    "Health",
    "Limits",
    "Message",
    "Result",
    "Standing",
    "Work",
    "busy",
    "claim",
    "destinations_of",
    "health",
    "listing",
    "next_id",
    "note_sending",
    "notification_id",
    "plan",
    "plan_kept",
    "prune",
    "record",
    "recover",
    "redrive",
    "settle",
    "standing",
    "strangers",
]
