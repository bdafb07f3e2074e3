"""The explanation is the reading: it never says what classify does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.cli.classify import command
from streams.article import Article
from streams.classify import classify
from streams.explain import explain, without

WHEN = datetime(2024, 5, 17, 12, tzinfo=UTC)
SENTENCES = [
    "Norland will not withdraw its 300 soldiers from the island.",
    "Rebels ambushed a patrol in Basra on Friday, killing three soldiers.",
    "A gas explosion killed four people, and the bank withdrew its bid.",
    "Parliament may impose new sanctions on Syria, officials said.",
    "Since March the truce has been violated, with over 300 villagers killed.",
    "The junta lifted a curfew imposed after the coup.",
]


def article(*sentences: str) -> Article:
    return Article(id="x", body=" ".join(sentences), published=WHEN)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3))
def test_an_explanation_carries_the_very_report(sentences: list[str]) -> None:
    assert explain(article(*sentences)).report == classify(article(*sentences))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_cue_is_a_word_that_changes_the_reading(sentence: str) -> None:
    told = explain(article(sentence))
    for signal, cues in zip(told.report.signals, told.cues, strict=True):
        for cue in cues:
            assert sentence[cue.start : cue.end] == cue.text
            again = classify(without(article(sentence), "body", cue.start, cue.end)).signals
            read = {(s.type, s.realis, s.scope) for s in again if s.trigger.start == signal.trigger.start}
            assert (signal.type, signal.realis, signal.scope) not in read
            assert cue.without is None or cue.without in read


def test_the_words_that_make_it_no_withdrawal_are_named() -> None:
    told = explain(article(SENTENCES[0]))
    [signal] = [s for s in told.report.signals if s.type.startswith("force.")]
    cues = {cue.text: cue.without for cue in told.cues[told.report.signals.index(signal)]}
    assert cues["not"] == ("force.withdrawal_announced", "planned", "incident")
    assert cues["soldiers"] is None


def test_vetoes_are_named_with_their_words() -> None:
    told = explain(article(SENTENCES[2]))
    assert ("gas explosion",) in {tried.near for tried in told.tried if tried.answer == "accident"}


def test_the_command_shows_clause_cue_and_veto() -> None:
    lines = '{"id": "x", "body": "Norland will not withdraw its 300 soldiers. A gas explosion killed four people."}'
    result = CliRunner().invoke(command, ["-", "--explain"], input=lines)
    assert result.exit_code == 0
    shown = " ".join(result.output.split())
    assert "clause Norland will not withdraw its 300 soldiers." in shown
    assert "hangs on 'not': without it type" in shown
    assert "'gas explosion' as accident/veto: accident, because of 'gas explosion'" in shown
