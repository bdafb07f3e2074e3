"""Destinations in a config: what each kind needs, whose keys are whose, and templates that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.config import ConfigError, load
from alerts.config.types import Destination, Secret

RULES = """rules:
  - {id: toll, when: "attack.*", measure: killed, severity: {warning: 5}}
  - {id: pull-out, when: "force.*", measure: episodes, by: [actor], trigger: first}
destinations:
"""
FIRST_LINE = RULES.count("\n") + 1
KEY = "whsec_" + "QUJD" * 11
OTHER = "whsec_" + "REVG" * 11


def destination(tmp_path: Path, written: str, **environ: str) -> Destination:
    path = tmp_path / "tocsin.yml"
    path.write_text(f"{RULES}{written}", encoding="utf-8")
    [found] = load(path, environ).destinations
    return found


def problems(tmp_path: Path, written: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        destination(tmp_path, written)
    lines = [f"{p.line - FIRST_LINE + 1}:{p.col}: {p.message}" for p in caught.value.problems]
    return [line.replace(str(tmp_path), "") for line in lines]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("  a: {slack: xoxb-1}", '1:7: a destination of the kind slack needs the key "channel"'),
        (
            "  a: {email: x@news.example, from: y@news.example}",
            "1:7: a destination of the kind email needs",
        ),
        (
            "  a: {email: nobody, from: y@n.example, smtp: smtp://h}",
            "1:14: bad address; expected",
        ),
        ("  a: {discord: xoxb}", "1:16: bad address; expected one such as https://example.org/path"),
        ("  a: {pagerduty: 'two words'}", "1:18: expected a token: printable ASCII characters without spaces"),
        (
            "  a: {teams: 'https://x.example', channel: C1}",
            '1:35: "channel" does not belong to a destination',
        ),
        (
            "  a: {webhook: 'https://x.example', text: hi}",
            '1:37: "text" does not belong to a destination',
        ),
        (
            "  a: {file: out, allow_private: true}",
            '1:18: "allow_private" does not belong to a destination',
        ),
        ("  a: {terminal: true, zone: Mars}", '1:29: unknown time zone "Mars"; use an IANA name such as Europe/Paris'),
        ("  a: {apprise: 'nothing://x'}", "1:16: Apprise does not know such an address; see its list"),
        (
            "  a: {webhook: 'https://x.example', form: cloudevent}",
            '1:43: unknown form of a webhook "cloudevent"; did you mean "cloudevents"?',
        ),
        (
            "  a: {email: x@n.example, from: y@n.example, smtp: 'https://n.example'}",
            "1:52: bad address of a mail server; expected smtps://USER:PASSWORD@mail.example.org:465",
        ),
        ("  a: {terminal: true, text: {tol: x}}", '1:35: undefined rule "tol"; did you mean "toll"?'),
        (
            "  a: {terminal: true, text: '{{ alert.titel }}'}",
            '1:29: text template: there is no "titel" here',
        ),
        (
            "  a: {terminal: true, text: '{{ told }}'}",
            '1:29: text template: "told" is not defined',
        ),
        (
            "  a:\n    terminal: true\n    text: |\n      x\n      y {{ alert.titel }}",
            "5:18: text template: there is no",
        ),
        ("  a: {terminal: true, text: '{% if told_at %}x{% endif %}'}", "1:29: text template: the text is empty"),
    ],
)
def test_what_is_wrong_with_a_destination(tmp_path: Path, written: str, problem: str) -> None:
    [found] = problems(tmp_path, written)
    assert found.startswith(problem)


def test_a_secret_is_never_quoted_in_a_problem(tmp_path: Path) -> None:
    for kind in ("slack_webhook", "slack", "discord", "teams", "mattermost", "pagerduty", "apprise", "webhook"):
        told = problems(tmp_path, f'  a: {{{kind}: "hush hush ://x y", channel: 3}}')
        assert "hush" not in "".join(told)


def test_templates_for_all_rules_or_for_some(tmp_path: Path) -> None:
    one = destination(tmp_path, "  a: {terminal: true, text: 'x'}")
    assert one.texts == {"": "x"}
    (tmp_path / "t.j2").write_text("{{ 'a' | link(none) }}", encoding="utf-8")
    some = destination(tmp_path, "  a: {terminal: true, text: {toll: 'file:t.j2', default: 'y'}}")
    assert some.texts == {"toll": "{{ 'a' | link(none) }}", "": "y"}


def test_a_template_can_extend_the_built_in_text(tmp_path: Path) -> None:
    written = "  a: {terminal: true, text: '{% extends \"text\" %}{% block excluded %}{% endblock %}'}"
    assert destination(tmp_path, written).texts


def test_mail_goes_to_one_or_several(tmp_path: Path) -> None:
    url = "smtps://user:${PASS}@mail.news.example:465"
    written = f"  a: {{email: [x@n.example, y@n.example], from: z@n.example, smtp: '{url}'}}"
    found = destination(tmp_path, written, PASS="hush4hush")
    assert found.settings["to"] == ("x@n.example", "y@n.example")
    assert found.settings["smtp"] == Secret(url.replace("${PASS}", "hush4hush"))
    assert "hush4hush" not in repr(found)


@pytest.mark.parametrize("written", [f"[{KEY}, {OTHER}]", f'"{KEY} {OTHER}"'])
def test_secrets_rotate(tmp_path: Path, written: str) -> None:
    found = destination(tmp_path, f"  a: {{webhook: 'https://x.example', secret: {written}}}")
    assert found.settings["secret"].reveal().split() == [KEY, OTHER]


def test_without_the_extra_apprise_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    [told] = problems(tmp_path, "  a: {apprise: 'json://news.example'}")
    assert told == '1:16: needs Apprise; install it with: pip install "tocsin[apprise]"'
