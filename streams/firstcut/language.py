"""Is it English? A look at the commonest words; only English is read so far."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "en": frozenset("the of and to in a is was for that on with said by at from it has were as he be his are".split()),
    "fr": frozenset("le la les des et une dans est pour que qui sur au du ce pas avec ont été par".split()),
    "es": frozenset("el los las y en del una que se por con para su al fue es como más".split()),
    "de": frozenset("der die und das den von zu mit ist im für auf nicht ein eine dem des sich".split()),
    "pt": frozenset("o os as e da do em um uma que para com não por dos na no foi".split()),
    "it": frozenset("il di che la e un una per con del della nel sono ha è gli le".split()),
}
_READ = 200


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the likeliest of six languages, or None when the text shows none of them."""
    words = [w.lower() for w in _WORD.findall(text[:4000])[:_READ]]
    if len(words) < 5:
        return "en" if text.isascii() else None
    scores = {code: sum(w in common for w in words) for code, common in _COMMON.items()}
    best = max(sorted(scores), key=lambda code: scores[code])
    if scores[best] < 0.04 * len(words):
        return "en" if text.isascii() else None
    return "en" if scores["en"] >= scores[best] else best
