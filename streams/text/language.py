"""Is a text in a language that the lexicon reads? A count of function words, no model."""

from __future__ import annotations

_ENGLISH = frozenset(
    """the of and to in a is was that for on with by as at from his her their has have had were are be been
    said not""".split()
)
_OTHERS = {
    "fr": frozenset("le la les des et est une dans pour que qui sur pas avec au du par ont plus".split()),
    "es": frozenset("el la los las de y que en un una por con para del se al su fue".split()),
    "de": frozenset("der die das und ist ein eine nicht mit auf für von den dem des im zu sich".split()),
    "pt": frozenset("o os as de e que em um uma para com não do da dos das por foi".split()),
    "it": frozenset("il lo gli di che e un una per con non del della dei sono è nel".split()),
}
_ENOUGH = 12
_LAST_LATIN = 0x24F


def guess_language(folded: str) -> str | None:
    """ "en" or another two-letter code by the first 2,000 characters; "und" for another script, None when too short."""
    head = folded[:2000]
    if not head.isascii() and _is_other_script(head[:400]):
        return "und"
    words = head.split()
    if len(words) < _ENOUGH:
        return None
    enough, half = max(2, len(words) // 8), len(words) // 2
    english = sum(map(_ENGLISH.__contains__, words[:half]))
    if english < enough:
        english += sum(map(_ENGLISH.__contains__, words[half:]))
    if english >= enough:
        return "en"
    counts = [(sum(map(table.__contains__, words)), code) for code, table in _OTHERS.items()]
    most, code = max(counts)
    return code if most > 2 * english and most >= len(words) // 12 else "en"


def _is_other_script(head: str) -> bool:
    letters = [char for char in head if char.isalpha()]
    return sum(ord(char) > _LAST_LATIN for char in letters) > len(letters) / 2
