"""What tells two copies of one text? The bare address, the agency credited, and a MinHash of 3-word shingles."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rensa import RMinHash

from streams.text.matcher import Matcher, fold
from streams.text.tokens import plain_words

SKETCH_SIZE = 64
_SEED = 1
_TRACKING = re.compile(
    r"^(utm_|fbclid|gclid|mc_|cmp|ref$|ref_|src$|source$|ocid|ito$|smid|xtor|at_|ns_|partner$|share)"
)
_AGENCIES = {
    "afp": "AFP",
    "agence france-presse": "AFP",
    "reuters": "Reuters",
    "ap": "AP",
    "associated press": "AP",
    "the associated press": "AP",
    "dpa": "dpa",
    "efe": "EFE",
    "upi": "UPI",
    "xinhua": "Xinhua",
    "tass": "TASS",
    "anadolu": "Anadolu",
    "aa": "Anadolu",
    "ansa": "ANSA",
    "pti": "PTI",
    "kyodo": "Kyodo",
    "interfax": "Interfax",
    "bloomberg": "Bloomberg",
}
_AGENCY_NAMES = Matcher(list(_AGENCIES))
_NAMES = "|".join(sorted(map(re.escape, _AGENCIES), key=len, reverse=True))
_CREDIT = re.compile(
    rf"(?:[(\[|]\s*|[-–—]\s+)({_NAMES})\b(?=\s*[)\]\n]|\s+[-–—]|\s*$)|\btold ({_NAMES})\b", re.IGNORECASE
)


def canonical_url(url: str | None) -> str | None:
    """The address without tracking parameters, fragment, default port, "www." and closing slash; None stays None."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if port and port not in (80, 443):
        host = f"{host}:{port}"
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(pair[0].lower())]
    scheme = "https" if parts.scheme in ("http", "https") else parts.scheme
    return urlunsplit((scheme, host, parts.path.rstrip("/"), urlencode(sorted(query)), ""))


def credited_agency(body: str) -> str | None:
    """The news agency whose credit stands in the first or last 600 characters, else None."""
    for piece in (body[:600], body[-600:] if len(body) > 600 else ""):
        match = _CREDIT.search(piece) if _AGENCY_NAMES.find(fold(piece)) else None
        if match:
            return _AGENCIES[(match[1] or match[2]).lower()]
    return None


def sketch(folded: str) -> tuple[int, ...]:
    """64 MinHash values of the 3-word shingles; equal shares of values estimate the Jaccard index of two texts."""
    words = plain_words(folded)
    if not words:
        return ()
    shingles = list(map(" ".join, zip(words, words[1:], words[2:], strict=False))) or [" ".join(words)]
    minhash = RMinHash(num_perm=SKETCH_SIZE, seed=_SEED)
    minhash.update(shingles)
    return tuple(minhash.digest())
