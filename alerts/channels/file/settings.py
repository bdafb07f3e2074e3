"""The keys of a file."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(
    kind="file",
    value=v.expanded,
    setting="path",
    shown=frozenset({"path"}),
    network=False,
    written=False,
    example={"file": "out/alerts.jsonl"},
)
