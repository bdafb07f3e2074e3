"""Is this one value what its key needs? Each reader gives the value or notes a problem and gives ``INVALID``."""

from __future__ import annotations

import base64
import binascii
import importlib.util
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerts.config.problems import did_you_mean
from alerts.config.reader import Document, Item, number_of
from alerts.config.types import Secret
from alerts.masking import hide
from streams.times import parse_duration


class Invalid:
    """The type of ``INVALID``, which stands for a value that had a problem."""


INVALID: Final = Invalid()

_NAME = re.compile(r"[A-Za-z0-9][\w.:-]*", re.ASCII)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}", re.ASCII)
_LONGEST = 100 * 366 * 86400


class Values(Document):
    """A file being read together with the environment that its ``${NAME}`` refer to."""

    def __init__(self, file: str, environ: Mapping[str, str], *, sending: bool = True) -> None:
        """Without ``sending``, what only senders and pollers use may miss its variables: see ``is_spared``."""
        super().__init__(file)
        self.environ, self.sending = environ, sending

    def is_spared(self, item: Item) -> bool:
        """Whether a value lacks a variable of the environment and nobody will need it."""
        given = item.value if isinstance(item.value, list) else [item]
        told = [each.value for each in given if isinstance(each.value, str)]
        return not self.sending and any(not self.environ.get(name) for text in told for name in _VARIABLE.findall(text))

    def refuse(self, at: Item, message: str) -> Invalid:
        """Note a problem and give ``INVALID``."""
        self.problem(at, message)
        return INVALID


Reader = Callable[[Values, Item], Any]


def text(values: Values, item: Item) -> Any:
    """Text that is not blank."""
    if not isinstance(item.value, str):
        return values.refuse(item, f"expected text, got {item.kind}")
    return item.value if item.value.strip() else values.refuse(item, "expected text, got an empty string")


def name(values: Values, item: Item) -> Any:
    """An id: letters, digits and ``. _ - :``."""
    value = text(values, item)
    if value is not INVALID and not _NAME.fullmatch(value):
        return values.refuse(item, "expected a name of letters, digits and . _ - : that begins with a letter or digit")
    return value


def boolean(values: Values, item: Item) -> Any:
    """True or false."""
    return (
        item.value if isinstance(item.value, bool) else values.refuse(item, f"expected true or false, got {item.kind}")
    )


def only_true(values: Values, item: Item) -> Any:
    """The word ``true``: for a key that says something by standing there."""
    return True if item.value is True else values.refuse(item, "expected true, or leave the key out")


def positive_whole(values: Values, item: Item) -> Any:
    """A whole number from 1."""
    good = isinstance(item.value, int) and not isinstance(item.value, bool)
    if not good:
        return values.refuse(item, f"expected a whole number, got {item.kind}")
    return item.value if item.value >= 1 else values.refuse(item, f"expected a whole number from 1, got {item.value}")


def threshold(values: Values, item: Item) -> Any:
    """A number above 0."""
    number = number_of(item.value)
    if number is None:
        return values.refuse(item, f"expected a number as threshold, got {said(item)}")
    return number if number > 0 else values.refuse(item, f"expected a threshold above 0, got {number:g}")


def duration(values: Values, item: Item) -> Any:
    """Seconds of a duration such as 24h; 0 is allowed."""
    hint = "expected a duration such as 90s, 2m, 24h, 3d or 1w"
    if not isinstance(item.value, str):
        return 0 if item.value == 0 and item.kind == "a number" else values.refuse(item, f"{hint}, got {said(item)}")
    try:
        seconds = parse_duration(item.value)
    except (ValueError, OverflowError):
        return values.refuse(item, f"{hint}, got {said(item)}")
    return seconds if seconds <= _LONGEST else values.refuse(item, "expected a duration under 100 years")


def span(values: Values, item: Item) -> Any:
    """Seconds of a duration above 0."""
    seconds = duration(values, item)
    return values.refuse(item, "expected a duration of at least 1s") if seconds == 0 else seconds


_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def minute_of_day(values: Values, item: Item) -> Any:
    """Minutes since midnight of a time of the day such as 22:30; 24:00 is the end of the day."""
    match = _TIME_OF_DAY.fullmatch(item.value) if isinstance(item.value, str) else None
    if match is None:
        return values.refuse(item, f'expected a time of the day such as "07:00" or "22:30", got {said(item)}')
    return int(match[1] or 24) * 60 + int(match[2] or 0)


def days(values: Values, item: Item) -> Any:
    """Days of the week as numbers from 0, Monday: one, a list, or a range such as mon-fri."""
    found: set[int] = set()
    for each in item.value if isinstance(item.value, list) else [item]:
        first, _, last = each.value.partition("-") if isinstance(each.value, str) else ("", "", "")
        if first not in DAYS or (last or first) not in DAYS:
            return values.refuse(each, f"expected days such as mon, [sat, sun] or mon-fri, got {said(each)}")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % 7 for day in range(start, end + 1 + 7 * (end < start))}
    return tuple(sorted(found)) or values.refuse(item, "expected at least one day, got an empty list")


def zone(values: Values, item: Item) -> Any:
    """An IANA time zone."""
    value = text(values, item)
    if value is INVALID:
        return value
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        return values.refuse(item, f"unknown time zone {said(item)}; use an IANA name such as Europe/Paris")
    return value


def expanded(values: Values, item: Item) -> Any:
    """Text with every ``${NAME}`` replaced from the environment."""
    value = text(values, item)
    if value is INVALID:
        return value
    missing = [found for found in _VARIABLE.findall(value) if not values.environ.get(found)]
    for found in missing:
        values.problem(item, f'environment variable "{found}" is not set')
    return INVALID if missing else _VARIABLE.sub(lambda match: values.environ[match[1]], value)


def url(values: Values, item: Item) -> Any:
    """An http or https address. It is never shown: it may carry a secret."""
    value = expanded(values, item)
    if value is INVALID:
        return value
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or not value.isprintable() or " " in value:
        return values.refuse(item, "bad address; expected one such as https://example.org/path")
    return value


def feed_url(values: Values, item: Item) -> Any:
    """An address whose query and password are not shown."""
    value = url(values, item)
    if value is not INVALID:
        hide(value)
    return value


def secret_url(values: Values, item: Item) -> Any:
    """An address that is a secret."""
    value = url(values, item)
    return value if value is INVALID else Secret(value)


def secret(values: Values, item: Item) -> Any:
    """A token or key, from which white space round it is dropped."""
    value = expanded(values, item)
    if value is INVALID:
        return value
    bare = value.strip()
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        return values.refuse(item, "expected a token: printable ASCII characters without spaces")
    return Secret(bare)


def mailbox(values: Values, item: Item) -> Any:
    """An address of e-mail, without a name."""
    value = expanded(values, item)
    if value is INVALID or _MAILBOX.fullmatch(value.strip()):
        return value if value is INVALID else value.strip()
    return values.refuse(item, "bad address; expected one such as desk@example.org")


def smtp_url(values: Values, item: Item) -> Any:
    """``smtp://[USER:PASSWORD@]HOST[:PORT]``, or ``smtps://`` for TLS from the first byte. It is never shown."""
    value = expanded(values, item)
    if value is INVALID:
        return value
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        good = good and bool(parts.username) == bool(parts.password) and not parts.path.strip("/")
    except ValueError:
        good = False
    if not good or not value.isprintable() or " " in value:
        return values.refuse(item, "bad address of a mail server; expected smtps://USER:PASSWORD@mail.example.org:465")
    return Secret(value)


def apprise_url(values: Values, item: Item) -> Any:
    """An address that Apprise understands. It is never shown."""
    value = expanded(values, item)
    if value is INVALID:
        return value
    if importlib.util.find_spec("apprise") is None:
        return values.refuse(item, 'needs Apprise; install it with: pip install "tocsin[apprise]"')
    from apprise import Apprise

    with quiet("apprise"):
        known = Apprise().instantiate(value, suppress_exceptions=True) is not None
    return Secret(value) if known else values.refuse(item, "Apprise does not know such an address; see its list")


@contextmanager
def quiet(logger: str) -> Iterator[None]:
    """Nothing is logged under this name meanwhile: other people's loggers may tell secrets."""
    named = logging.getLogger(logger)
    before, named.disabled = named.disabled, True
    try:
        yield
    finally:
        named.disabled = before


def signing_secret(values: Values, item: Item) -> Any:
    """One or several Standard Webhooks secrets, to rotate them: a list, or with a space between."""
    items = item.value if isinstance(item.value, list) else [item]
    found = [expanded(values, each) for each in items]
    if INVALID in found:
        return INVALID
    value = " ".join(found)
    if not value.strip():
        return values.refuse(item, "expected at least one secret")
    if not all(_is_signing_secret(part) for part in value.split()):
        return values.refuse(item, "expected a secret of the form whsec_ and base64 of 24 to 64 bytes")
    return Secret(value)


def _is_signing_secret(value: str) -> bool:
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return value.startswith("whsec_") and 24 <= len(key) <= 64


def push_token(values: Values, item: Item) -> Any:
    """One or several secrets of at least 16 characters, with a space between."""
    value = expanded(values, item)
    if value is INVALID:
        return value
    if not value.isascii() or not value.isprintable() or any(len(part) < 16 for part in value.split()):
        return values.refuse(item, "expected a token of at least 16 printable ASCII characters; a random one is best")
    return Secret(value)


def host_and_port(values: Values, item: Item) -> Any:
    """Where to listen: an IP address or name, and a port; 0 takes a free one."""
    if not isinstance(item.value, str):
        return values.refuse(item, f"expected an address and a port such as 127.0.0.1:8088, got {said(item)}")
    value = expanded(values, item)
    if value is INVALID:
        return value
    host, _, port = value.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not bare or not port.isdecimal() or int(port) > 65535 or (":" in bare and bare == host):
        return values.refuse(item, f"expected an address and a port such as 127.0.0.1:8088, got {said(item)}")
    return value


def password(values: Values, item: Item) -> Any:
    """A secret of any characters, taken as it stands."""
    value = expanded(values, item)
    return value if value is INVALID else Secret(value)


def topic(values: Values, item: Item) -> Any:
    """A name as Kafka takes for topics and groups."""
    value = expanded(values, item)
    if value is INVALID or (_TOPIC.fullmatch(value) and value.strip(".")):
        return value
    return values.refuse(item, f"expected a name of at most 249 letters, digits and . _ -, got {said(item)}")


def servers(values: Values, item: Item) -> Any:
    """Addresses of brokers, HOST:PORT each: a list, or with commas between."""
    items = item.value if isinstance(item.value, list) else [item]
    found = [expanded(values, each) for each in items]
    if INVALID in found:
        return INVALID
    given = tuple(part.strip() for text in found for part in text.split(",") if part.strip())
    for address in given or ("",):
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) <= 65535 or "/" in host or "@" in host:
            return values.refuse(item, "expected brokers such as kafka-1:9092, or a list of them")
    return given


def size(values: Values, item: Item) -> Any:
    """Bytes of a size such as 500MB."""
    match = re.fullmatch(r"(\d{1,6})\s*(kB|MB|GB|TB)", item.value) if isinstance(item.value, str) else None
    if match is None:
        return values.refuse(item, f"expected a size such as 500MB or 2GB, got {said(item)}")
    return int(match[1]) * 1000 ** (1 + ("kB", "MB", "GB", "TB").index(match[2]))


def choice(what: str, valid: Collection[str], absent: Collection[str] = ()) -> Reader:
    """A reader for one of the valid names; ``absent`` are known names that this version does not have."""

    def read(values: Values, item: Item) -> Any:
        value = text(values, item)
        if value is INVALID or value in valid:
            return value
        if value in absent:
            return values.refuse(item, f'{what} "{value}" is not available in this version')
        return values.refuse(item, f"unknown {what} {said(item)}{did_you_mean(value, valid)}")

    return read


def one_or_many(reader: Reader) -> Reader:
    """A reader for one value or a list of them, as a tuple without repeats."""

    def read(values: Values, item: Item) -> Any:
        items = item.value if isinstance(item.value, list) else [item]
        if not items:
            return values.refuse(item, "expected at least one, got an empty list")
        found = [reader(values, each) for each in items]
        return INVALID if INVALID in found else tuple(dict.fromkeys(found))

    return read


def said(item: Item) -> str:
    """The value as it was written, when it is short and cannot be an address or a secret."""
    if not isinstance(item.value, str):
        return item.kind if item.kind != "a number" else f"{item.value}"
    if "://" in item.value:
        return "an address"
    return f'"{item.value}"' if len(item.value) <= 40 and "whsec_" not in item.value else "a long text"
