"""The keys of the terminal."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(
    kind="terminal",
    value=v.only_true,
    setting="on",
    shown=frozenset({"on"}),
    network=False,
    example={"terminal": True},
)
