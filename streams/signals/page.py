"""What signals are there, and by which words are they known? ``docs/signals.md``, written from the lexicon.

python -m streams.signals.page > docs/signals.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from streams.article import family_of
from streams.signals.lexicon import PHRASE_FILES, default_lexicon, rows_of

_SHOWN = 14
_HEAD = """# Signals

Written by `make docs` from the tables under `streams/signals/lexicon/`. A type is read where one of its phrases stands,
the words round it allow it, and no veto word is near. `{verb}` stands for all forms of the verb, `<noun>` for singular
and plural; *of* and *by* name the part that a noun plays to the verbs behind the arrow: `<sanction>` → impose.
Realis and scope are read from the sentence, not from the type: a planned curfew is a curfew that is `planned`.

The codes are those of PLOVER, CAMEO and ACLED. They leave the official crosswalk where that contradicts the manuals:

* CAMEO 0874, *retreat or surrender militarily*, is parted by what leaves: forces (RETREAT/withdraw), or those who
  give themselves up (RETREAT/disarm).
* 0356, *intent to de-escalate*, is CONCEDE, as the manual codes an announced pull-out, not AGREE.
* 1661, peacekeepers who leave, is SANCTION/withdraw; expelled ones would be SANCTION/expel.
* A ceasefire or withdrawal that is only declared is CONCEDE, one that is carried out RETREAT.
* A human shield (184) is abduction; air attacks (195) have the mode *aerial*, drones one of their own.

Polarity is a hint for rules, no verdict: a pull-out is `context`, because it can be either.
"""


def signals_page() -> str:
    """The page as Markdown, ending with a line end."""
    lexicon = default_lexicon()
    words = _words()
    examples = {(row[0], row[1]): row[2] for row in reversed(list(rows_of("examples.tsv")))}
    lines = [_HEAD]
    families = sorted({family_of(type_) for type_ in lexicon.types})
    for family in families:
        lines += [
            f"## {family}",
            "",
            "| type | known by | codes | an example | no such thing |",
            "|---|---|---|---|---|",
        ]
        for type_, known in lexicon.types.items():
            if family_of(type_) != family:
                continue
            codes = " · ".join(code for code in (known.codes.plover, known.codes.cameo, known.codes.acled) if code)
            cells = (
                f"`{type_}`<br>{known.polarity}",
                _shown(words.get(type_, [])),
                codes,
                examples.get((type_, "+"), ""),
                examples.get((type_, "-"), ""),
            )
            lines.append(f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |")
        lines.append("")
    lines += ["## Why a phrase is left out", "", ", ".join(f"`{reason}`" for reason in lexicon.reasons), ""]
    return "\n".join(lines)


def _words() -> dict[str, list[str]]:
    """The phrases of each type, in the order of the tables."""
    found: dict[str, list[str]] = {}
    for name in PHRASE_FILES:
        for row in rows_of(name):
            found.setdefault(row[0], []).extend(f"`{phrase.strip()}`" for phrase in row[2].split("|"))
    for row in rows_of("frames.tsv"):
        nouns, verbs = ([part.strip() for part in cell.split("|")] for cell in (row[1], row[3]))
        link = "of" if row[2] == "obj" else "by"
        found.setdefault(row[0], []).append(f"*{link}* `{', '.join(_few(nouns))}` → {', '.join(_few(verbs))}")
    return found


def _few(words: list[str]) -> Iterator[str]:
    yield from words[:6]
    if len(words) > 6:
        yield "…"


def _shown(words: list[str]) -> str:
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f", and {more} more" if more > 0 else "") or "read from others of its family"


if __name__ == "__main__":
    sys.stdout.write(signals_page())
