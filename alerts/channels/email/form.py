"""A message as an e-mail: a plain part and an HTML part, threaded by ids that the alert's root gives.

What a destination gets first of a root has the root's own Message-ID, and all that follows refers to it. No id is
random, so a repeat after an uncertain send is known as one by its Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alerts.channels.base import Message
from alerts.channels.dialect import HTML, PLAIN
from alerts.channels.text import one_line
from alerts.channels.told import Told, flat

SUBJECT = 250
HEAD = 1000
BODY = 100_000


def mail(message: Message, sender: str, to: Sequence[str], head: str, text: str, html: str | None) -> EmailMessage:
    """The whole mail."""
    found = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    root = f"<{message.id if message.digest else message.alert.root}@{domain}>"
    follows = message.told_at is not None and not message.digest
    found["From"] = Address("tocsin", addr_spec=sender)
    found["To"] = ", ".join(to)
    found["Subject"] = PLAIN.fit(one_line(head), SUBJECT)
    found["Date"] = format_datetime(datetime.fromtimestamp(int(message.now), UTC))
    found["Message-ID"] = f"<{message.id}@{domain}>" if follows else root
    if follows:
        found["In-Reply-To"] = root
        found["References"] = root
    found["Auto-Submitted"] = "auto-generated"
    found["X-Tocsin-Alert"] = message.alert.id
    found.set_content(text, cte="base64")
    if html is not None:
        found.add_alternative(html, subtype="html", cte="base64")
        found.set_boundary(f"=_{message.id}")
    return found


def html_of(told: Told) -> str:
    """The HTML part: the same words, with links."""
    body = flat(told, HTML, BODY, between="\n\n")
    paragraphs = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>\n" for part in body.split("\n\n") if part.strip())
    return f"<!doctype html>\n<html><body>\n<h3>{HTML.escape(_head(told))}</h3>\n{paragraphs}</body></html>\n"


def text_of(told: Told) -> str:
    """The plain part."""
    return f"{_head(told)}\n\n{flat(told, PLAIN, BODY)}\n"


def _head(told: Told) -> str:
    return PLAIN.fit(one_line(told.head), HEAD)
