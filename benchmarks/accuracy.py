"""How well is news read? Every evaluation set scored, each half by itself, into ``docs/accuracy.md``.

python -m benchmarks.accuracy [SETS]     writes the tables between the markers; what stands outside them is by hand

A set that is missing is said to be missing. To add a figure, add a row to ``FIGURES``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.common import ROOT
from benchmarks.sets import LABELS, is_seen, mixed_items, read_set, sets_folder, withdrawal_sentences
from streams.article import Article
from streams.classify import classify, contract_line
from streams.sources import ReadOptions, read_feed

PAGE = ROOT / "docs" / "accuracy.md"
_BEGIN, _END = "<!-- made by make accuracy: begin -->", "<!-- made by make accuracy: end -->"
_WITHOUT_JESUITS = ", without the Jesuit murders"
_INCIDENT, _EITHER = "any incident (document)", "attack or hostage"
_FIGURE, _KILLED = "casualty figure (incident)", "killed figure (document)"
_VIOLENT = "attack, hostage or casualty"
Item = dict[str, Any]


class Figure(NamedTuple):
    """A row of the table: where ``score.py --json`` has it, and the figure to reach on the unseen half."""

    set: str
    what: str
    section: str
    row: str
    field: str
    goal: str = ""


FIGURES = (
    Figure("muc4_cased", "any incident: precision", _INCIDENT, _EITHER, "p", "a lower bound"),
    Figure("muc4_cased", "any incident: recall", _INCIDENT, _EITHER, "r", "0.90"),
    Figure("muc4_cased", "any incident: F1", _INCIDENT, _EITHER, "f1", "0.80"),
    Figure("muc4_cased", "hostage: F1", "family (document)", "hostage", "f1", "0.80"),
    Figure("muc4_cased", "killed, total: exact", "casualty total (document)", "killed", "exact", "0.60"),
    Figure("muc4_cased", "killed, total: within one", "casualty total (document)", "killed", "within_one", "0.75"),
    Figure(
        "muc4_cased",
        "the same without one much told case: exact",
        "casualty total (document)",
        "killed" + _WITHOUT_JESUITS,
        "exact",
    ),
    Figure("muc4_cased", "wounded, total: exact", "casualty total (document)", "wounded", "exact"),
    Figure("muc4_cased", "killed figure of an incident", _FIGURE, "killed", "figure_found", "0.80"),
    Figure("muc4_cased", "killed figure where the key has none", "figure where the key has none", "killed", "share"),
    Figure("muc4_cased", "country of an incident", "place", "country of a found incident", "right", "0.85"),
    Figure(
        "muc4_cased",
        "town or department of an incident",
        "place",
        "town or department of a found incident",
        "right",
    ),
    Figure(
        "muc4_cased",
        "date of an incident before publication, within a day",
        "date of a found incident",
        "within one day, dated before publication",
        "right",
    ),
    Figure("muc4", "capitals throughout, any incident: F1", _INCIDENT, _EITHER, "f1"),
    Figure("muc4", "capitals throughout, killed, total: exact", "casualty total (document)", "killed", "exact"),
    Figure("plover", "family found", "sentence", "hit", "accuracy", "0.88"),
    Figure("plover", "kept quiet where nothing is to signal", "sentence", "kept quiet where gold is none", "accuracy"),
    Figure("plover", "families: macro F1", "by family", "macro F1", "f1", "0.82"),
    Figure(
        "plover", "planned or actual right", "planned or actual", "all sentences with a set realis", "right", "0.80"
    ),
    Figure("withdrawal", "forces leave or not: precision", "by family", "force", "p"),
    Figure("withdrawal", "forces leave or not: recall", "by family", "force", "r"),
    Figure("withdrawal", "forces leave or not: F1", "by family", "force", "f1", "0.90"),
    Figure("withdrawal", "planned or actual right", "planned or actual", "withdrawals", "right", "0.85"),
    Figure("mixed", "current incident: precision", "current incident (document)", _VIOLENT, "p", "0.90"),
    Figure("mixed", "current incident: recall", "current incident (document)", _VIOLENT, "r", "0.90"),
    Figure("mixed", "wrong killed figure", _KILLED, "wrong of all documents", "share", "at most 0.03"),
    Figure("mixed", "killed, exact", _KILLED, "where gold has one", "exact"),
    Figure(
        "news",
        "sport, business, science: an incident told",
        "news, escalation expected: none",
        "ALL",
        "with_incident",
        "at most 0.003",
    ),
)  # fmt: skip
SEED_ROWS = (
    ("signals that must be found, with realis and scope", "signals found", "must, strict", "14 of 14"),
    ("signals that should be found", "signals found", "should", "13 of 15"),
    ("traps hit", "false positives", "listed traps hit", "0 of 34"),
    ("killed, of the page", "page totals (counting signals)", "killed", "10"),
    ("wounded, of the page", "page totals (counting signals)", "wounded", "6"),
    ("hostages, of the page", "page totals (counting signals)", "hostages", "0"),
)
_TITLES = {
    "muc4_cased": "MUC-4, Latin America 1988–1990",
    "muc4": "MUC-4 as distributed",
    "plover": "PLOVER sentences",
    "withdrawal": "withdrawal sentences",
    "mixed": "mixed news, by hand",
    "news": "other news",
}


class Scorer:
    """Runs ``score.py`` of the sets' folder on readings of this checkout. Raises SystemExit with its message."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder, self._scratch = folder, scratch

    def halves(self, items: Sequence[Item], half_of: Callable[[Item], bool]) -> tuple[Any, Any]:
        """The scores of the seen and of the unseen half."""
        reports = self._read(items)
        seen = [half_of(item) for item in items]
        return tuple(  # type: ignore[return-value]
            self._score([x for x, s in zip(items, seen, strict=True) if s is wanted], reports)
            for wanted in (True, False)
        )

    def seed(self, page: Path, gold: Path) -> Any:
        """The scores of the seed page."""
        prediction = self._scratch / "seed.jsonl"
        lines = (contract_line(classify(a)) for a in read_feed(str(page), ReadOptions()) if isinstance(a, Article))
        prediction.write_bytes(b"\n".join(lines) + b"\n")
        return self._run("--seed", str(page), str(gold), str(prediction))

    def _read(self, items: Sequence[Item]) -> dict[str, bytes]:
        feed = self._scratch / "articles.jsonl"
        _write(feed, items)
        found = (a for a in read_feed(str(feed), ReadOptions()) if isinstance(a, Article))
        return {article.id: contract_line(classify(article)) for article in found}

    def _score(self, items: Sequence[Item], reports: dict[str, bytes]) -> Any:
        if not items:
            return {}
        gold, prediction = self._scratch / "gold.jsonl", self._scratch / "prediction.jsonl"
        _write(gold, items)
        prediction.write_bytes(b"".join(reports[item["id"]] + b"\n" for item in items))
        return self._run("--gold", str(gold), "--pred", str(prediction))

    def _run(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, str(self._folder / "score.py"), *arguments, "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"score.py {' '.join(arguments)}: {done.stderr or done.stdout}")
        return json.loads(done.stdout)


def _write(path: Path, items: Iterable[Item]) -> None:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")


# --- sets labelled by hand --------------------------------------------------------------------------------------------


def labels(name: str) -> list[Item]:
    """The label lines of ``labels/NAME.jsonl``, empty when there are none yet."""
    path = LABELS / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def labelled_mixed(folder: Path) -> list[Item]:
    """The mixed news with their labels as gold."""
    golds = {row["id"]: row for row in labels("mixed")}
    fields = ("current_incident", "killed", "cause")
    return [
        {**item, "gold": {"kind": "labels", **{f: golds[item["id"]][f] for f in fields}}}
        for item in mixed_items(folder)
        if item["id"] in golds
    ]


def labelled_withdrawals(folder: Path) -> list[Item]:
    """The withdrawal sentences with their labels as gold; ``of`` is the item that a sentence is from."""
    golds = {row["key"]: row for row in labels("withdrawal")}
    return [
        {
            "id": s["key"],
            "of": s["id"],
            "body": s["text"],
            "published": s["published"],
            "gold": withdrawal_gold(golds[s["key"]]),
        }
        for s in withdrawal_sentences(folder)
        if s["key"] in golds
    ]


def withdrawal_gold(label: Item) -> Item:
    """A label of a withdrawal sentence as score.py takes it: other families beside ``force`` are not asked for."""
    gold: Item = {"kind": "family", "family": "force" if label["force"] else "none", "also": [], "withdrawal": True}
    if label["force"] and label["realis"]:
        gold["realis_class"] = label["realis"]
    return gold


def agreement(name: str) -> list[str]:
    """How far the second labeller agrees with the first, a line a field; empty without a second."""
    first = {row.get("key") or row["id"]: row for row in labels(name)}
    pairs = [
        (first[key], row)
        for row in labels(f"{name}_second")
        if (key := row.get("key") or row["id"]) in first
    ]  # fmt: skip
    fields = [
        f for f in (pairs[0][0] if pairs else {}) if f in ("force", "realis", "current_incident", "killed", "cause")
    ]
    lines = []
    for field in fields:
        both = [(str(a.get(field)), str(b.get(field))) for a, b in pairs]
        same = sum(a == b for a, b in both)
        lines.append(f"| {_TITLES[name]}: `{field}` | {len(both)} | {same / len(both):.2f} | {kappa(both)} |")
    return lines


def kappa(pairs: Sequence[tuple[str, str]]) -> str:
    """Cohen's kappa: agreement beyond chance."""
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    values = {v for pair in pairs for v in pair}
    chance = sum(sum(a == v for a, _ in pairs) * sum(b == v for _, b in pairs) for v in values) / n**2
    return "–" if chance == 1 else f"{(same - chance) / (1 - chance):.2f}"


# --- the page ---------------------------------------------------------------------------------------------------------


def _cell(scores: Any, figure: Figure) -> str:
    row = scores.get(figure.section, {}).get(figure.row)
    if row is None or row.get(figure.field) is None:
        return "–"
    low, high = row.get("ci", {}).get(figure.field, (None, None))
    interval = f" [{low:.2f}, {high:.2f}]" if low is not None else ""
    digits = 3 if row[figure.field] < 0.02 else 2
    return f"{row[figure.field]:.{digits}f}{interval} (n {row['n']})"


def tables(folder: Path, scratch: Path) -> str:
    """The score tables as Markdown."""
    scorer = Scorer(folder, scratch)
    results: dict[str, tuple[Any, Any]] = {}
    for name in ("muc4_cased", "muc4", "plover", "news"):
        results[name] = scorer.halves(read_set(folder, name), lambda item: is_seen(item["id"]))
    for name, items in (("mixed", labelled_mixed(folder)), ("withdrawal", labelled_withdrawals(folder))):
        if items:
            results[name] = scorer.halves(items, lambda item: is_seen(item.get("of", item["id"])))
    lines = ["| set | figure | seen half | unseen half | to reach |", "|---|---|---|---|---|"]
    for figure in FIGURES:
        seen, unseen = results.get(figure.set, ({}, {}))
        cells = (_TITLES[figure.set], figure.what, _cell(seen, figure), _cell(unseen, figure), figure.goal)
        lines.append(f"| {' | '.join(cells)} |")
    page, gold = (folder.parent / "data" / name for name in ("seed.txt", "seed_gold.json"))
    if page.exists() and gold.exists():
        lines += ["", *_seed_table(scorer.seed(page, gold))]
    agreed = [line for name in ("mixed", "withdrawal") for line in agreement(name)]
    if agreed:
        head = ["| labels read twice | n | equal | Cohen's kappa |", "|---|---|---|---|"]
        lines += ["", *head, *agreed]
    return "\n".join(lines)


def _seed_table(scores: Any) -> list[str]:
    lines = ["| seed page | found | to reach |", "|---|---|---|"]
    for what, section, row, goal in SEED_ROWS:
        got = scores[section][row]
        found = f"{got['got']}" if "got" in got else f"{got.get('found', got.get('hit'))} of {got['of']}"
        lines.append(f"| {what} | {found} | {goal} |")
    return lines


def with_tables(page: str, made: str) -> str:
    """The page with what stands between the markers replaced. Raises ValueError when a marker is missing."""
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"{PAGE.name} lacks the line {_BEGIN!r} or {_END!r}: put both where the tables belong")
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n\n{made}\n\n{_END}{after}"


def main(argv: list[str]) -> int:
    """Score all sets and write the page."""
    folder = Path(argv[0]) if argv else sets_folder()
    if folder is None or not (folder / "score.py").exists():
        print(
            "the evaluation sets are not here: say where with TOCSIN_SETS=FOLDER (it holds score.py)", file=sys.stderr
        )
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        made = tables(folder, Path(scratch))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    print(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
