"""The keys of an e-mail destination."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(
    kind="email",
    value=v.one_or_many(v.mailbox),
    setting="to",
    more={"from": v.mailbox, "smtp": v.smtp_url},
    needs=("from", "smtp"),
    shown=frozenset({"to", "from"}),
    example={
        "email": ["desk@example.org", "night@example.org"],
        "from": "tocsin@example.org",
        "smtp": "smtps://tocsin:${SMTP_PASSWORD}@mail.example.org:465",
    },
)
