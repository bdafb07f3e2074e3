"""What tells copies of one text apart from other texts? Canonical address, agency credited, MinHash sketch."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rensa import RMinHash

from streams.article import Fingerprint

#: Values of a sketch; the standard error of the likeness is about 1/√32 ≈ 0.18 at worst.
VALUES = 32
_SEED = 42
_WORDS_READ = 400
_WORD = re.compile(r"[^\W_]+")
_TRACKING = re.compile(r"^(utm_|fbclid|gclid|mc_|at_|cmpid|ref$|src$|ns_)")
_CREDIT = re.compile(
    r"\((AFP|AP|Reuters|EFE|DPA|Xinhua|TASS|ANSA|PTI|[A-Z][\w]+ (?:Wire|News Agency|Press|Agency))\)|"
    r"(?:—|--|–) \(?([A-Z][\w]+ (?:Wire|News Agency|Agency)|AFP|AP|Reuters)\)?\s*$"
)
_CREDIT_AREA = 400


def fingerprint(title: str, body: str, url: str | None) -> Fingerprint:
    """The fingerprint of a text in which something was found."""
    words = [w.lower() for w in _WORD.findall(body or title)[:_WORDS_READ]]
    sketch = RMinHash(num_perm=VALUES, seed=_SEED)
    sketch.update([" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))])
    return Fingerprint(url=canonical_url(url), credit=credit_of(body), sketch=tuple(sketch.digest()))


def canonical_url(url: str | None) -> str | None:
    """The address without what varies between links to one page: scheme, "www.", tracking, fragment, last slash."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    host = parts.netloc.lower().removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    path = parts.path.rstrip("/").removesuffix("/amp")
    return urlunsplit(("", host, path, query, "")).removeprefix("//")


def credit_of(body: str) -> str | None:
    """The agency whose text it says it is, from the first or last lines."""
    for area in (body[:_CREDIT_AREA], body[-_CREDIT_AREA:]):
        match = _CREDIT.search(area)
        if match:
            return match.group(1) or match.group(2)
    return None
