"""What is an article called that came without an id?"""

from __future__ import annotations

import hashlib

from streams.article import Problem

NO_ID = Problem(code="no_id", message="no id: one was made from the address or the text")


def hashed_id(url: str | None, title: str, body: str) -> str:
    """An id made of the address, else of the text: the same for the same article in every run."""
    basis = url or f"{title}\n{body}"
    return "sha256:" + hashlib.sha256(basis.encode("utf-8", "replace")).hexdigest()[:24]
