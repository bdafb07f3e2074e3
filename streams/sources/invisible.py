"""Which characters does nobody see that would change what is read? They are taken out; the others stay.

Soft hyphens, zero-width blanks and marks of direction within a word, or at a number, would cut it in two ("1", soft
hyphen, "2 killed") or show a figure backwards. Joiners stay where letters need them.
"""

from __future__ import annotations

import re

from streams.article import Problem

_UNSEEN = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_JOINERS = "\u200c\u200d"
_INVISIBLE = re.compile(rf"(?<=\w)[{_UNSEEN}]+(?=\w)|(?<=\d)[{_UNSEEN}{_JOINERS}]+|[{_UNSEEN}{_JOINERS}]+(?=\d)")


def visible(text: str) -> str:
    """The text without them."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def noted(*texts: str) -> tuple[Problem, ...]:
    """What a reader should know when there are some: places in the text are those of what is left."""
    count = sum(len(_INVISIBLE.findall(text)) for text in texts if not text.isascii())
    if not count:
        return ()
    message = f"{count} invisible characters (soft hyphens, marks of direction, …) were taken out of the text"
    return (Problem(code="invisible", message=message),)
