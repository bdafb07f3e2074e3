"""The page of a replay: whole in one file, true to what was said, harmless whatever a headline holds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from alerts.report.looks import marked, mrkdwn
from conftest import ROOT

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
REQUIRED = bool(os.environ.get("TOCSIN_REQUIRE_CHROMIUM"))
browser = pytest.mark.skipif(
    CHROMIUM is None and not REQUIRED, reason="Chromium is not installed (apt-get install chromium)"
)
HOSTILE = '<script>document.title="owned"</script><img src=x onerror=alert(1)> $x^2$ {{ 7*7 }} <!channel> & "quoted"'
#: Hosts that the browser itself asks, for the time and its updates, whatever page is shown.
OWN = re.compile(r"(^|\.)(google|googleapis|gvt1|gstatic)\.com$")
#: Put into a copy of the page: tells how it was laid out.
PROBE = """<script>addEventListener("load", () => {
  const images = [...document.images];
  parent.postMessage(JSON.stringify({
    width: innerWidth, overflow: document.documentElement.scrollWidth - innerWidth,
    broken: images.filter(i => !i.naturalWidth).length, images: images.length,
    shapes: images.map(i => i.naturalWidth / i.naturalHeight), title: document.title,
    unnamed: images.filter(i => i.alt.length < 40).length}), '*');
});</script>"""
#: A screen of some width, narrower than the narrowest window; writes down what the page in it tells.
SCREEN = """<!doctype html><body style="margin:0"><script>
addEventListener("message", told => { document.documentElement.dataset.probe = told.data; });
</script><iframe src="probed.html" width="WIDTH" height="1200" style="border:0"></iframe>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's report, of a history with one more article: hostile."""
    folder = tmp_path_factory.mktemp("report")
    article = {
        "id": "evil", "source": "<b>Evil & Sons</b>", "published": "2026-04-05T12:00:00+00:00",
        "url": "javascript:alert(1)", "title": f"Bomb kills 9 in Mosul {HOSTILE}",
        "body": f"A bomb killed nine people in Mosul, Iraq, on Sunday, police said. {HOSTILE}",
    }  # fmt: skip
    history, out = folder / "h.jsonl", folder / "report.html"
    history.write_text(
        (ROOT / "examples/history.jsonl").read_text(encoding="utf-8") + json.dumps(article) + "\nbroken\n"
    )
    command = [sys.executable, "-m", "alerts.cli", "replay", str(history), "-c", "examples/tocsin.yml"]
    done = subprocess.run(
        [*command, "--report", str(out), "--alerts", str(folder / "a.jsonl"), "--workers", "0"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


class Outline(HTMLParser):
    """What tags there are, and all that they point to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action") or (tag == "link" and name == "href"):
                self.fetched.append(value or "")
            if tag == "a" and name == "href":
                self.links.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)


def test_page_needs_nothing_from_outside_and_runs_nothing(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    outline = Outline(text)
    assert "script" not in outline.tags
    assert outline.handlers == []
    assert all(address.startswith("data:") for address in outline.fetched)
    assert len(outline.fetched) > 8
    assert all(link.startswith(("#", "https://")) for link in outline.links)
    assert len(text) < 3_000_000


def test_hostile_headline_is_shown_as_it_stands(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;document.title=" in text
    assert "<!channel>" not in text
    assert "{{ 7*7 }}" in text
    assert "&lt;b&gt;Evil &amp; Sons&lt;/b&gt;" in text


def test_every_alert_stands_there_with_its_sentences_marked_in_the_article(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    alerts = [json.loads(line) for line in (page.parent / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(re.findall('<details class="alert"', text)) == len(alerts) == 60
    assert "was not found again" not in text
    assert "<mark>Italian troops have begun to withdraw from their base near Niamey in Niger" in text
    assert "The first aircraft left with 40 soldiers on Thursday night." in text, "what stands round the sentence"


def test_silence_and_sources_are_told(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "Do enough publishers tell of it?" in text
    assert re.search(r'<td class="name">disease</td><td>\d+</td>', text)
    assert "1 could not be read" in text
    assert "h.jsonl:141</code>" in text
    assert re.search(r"<td>Sahel Courier</td><td>\d+</td>", text)


def test_same_replay_gives_the_same_page(page: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "alerts.cli", "replay", str(page.parent / "h.jsonl"), "-c", "examples/tocsin.yml"]
    again = tmp_path / "again.html"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(
        [*command, "--report", str(again), "--workers", "0"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    assert again.read_bytes() == page.read_bytes()


def test_colors_of_text_stand_out_enough() -> None:
    css = (ROOT / "alerts/report/page.html.j2").read_text(encoding="utf-8")
    pairs = [("#1b1b1b", "#ffffff"), ("#444444", "#f2f4f6"), ("#333333", "#ffffff"), ("#00508a", "#ffffff")]
    pairs += [("#ffffff", "#b00020"), ("#ffffff", "#8a4500"), ("#ffffff", "#00508a"), ("#1b1b1b", "#ffe27a")]
    used = {
        color if len(color) == 7 else "#" + "".join(c * 2 for c in color[1:])
        for color in re.findall(r"#[0-9a-f]{3,6}\b", css)
    }
    for text, ground in pairs:
        assert {text, ground} <= used, "a color that is no longer used is tested"
        light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"


def luminance(color: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@browser
@pytest.mark.parametrize("width", [1200, 390])
def test_browser_lays_it_out_without_error_or_request(page: Path, tmp_path: Path, width: int) -> None:
    assert CHROMIUM is not None, "TOCSIN_REQUIRE_CHROMIUM is set, and there is no Chromium: apt-get install chromium"
    probed, log = tmp_path / "probed.html", tmp_path / "net.json"
    text = page.read_text(encoding="utf-8")
    probed.write_text(
        re.sub("<meta http-equiv=[^>]*>", "", text).replace("</head>", f"{PROBE}</head>"), encoding="utf-8"
    )
    screen = tmp_path / "screen.html"
    screen.write_text(SCREEN.replace("WIDTH", str(width)), encoding="utf-8")
    seen = render(screen, tmp_path, "--dump-dom", "--virtual-time-budget=3000")
    told = json.loads(re.search(r'data-probe="([^"]*)"', seen.stdout)[1].replace("&quot;", '"'))  # type: ignore[index]
    assert told["width"] == width
    assert told["overflow"] <= 0, "nothing is wider than the screen"
    assert told["broken"] == told["unnamed"] == 0
    assert told["images"] >= 6
    assert told["title"].startswith("Replay: ")
    assert (min(told["shapes"]) > 1.3) is (width == 1200), "each screen gets its own plots"
    plain = render(page, tmp_path, "--dump-dom", f"--log-net-log={log}", "--enable-logging=stderr")
    assert "CONSOLE" not in plain.stderr, plain.stderr
    asked = set(re.findall(r'"url":"https?://([^/"]*)', log.read_text(encoding="utf-8")))
    assert {host for host in asked if not OWN.search(host)} == set()


def render(page: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Headless Chromium on a page."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    quiet += ["--disable-default-apps", "--disable-extensions", "--disable-domain-reliability", "--no-pings"]
    quiet += [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1300,1200",
        f"--user-data-dir={folder}/profile",
    ]
    command = [str(CHROMIUM), *quiet, *arguments, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)


def test_slack_markup_links_only_to_the_web() -> None:
    link = '<a href="https://a.example/x?y=1&amp;z" rel="noreferrer noopener">the &lt;page&gt;</a>'
    assert str(mrkdwn("*Changed:* <https://a.example/x?y=1&amp;z|the &lt;page&gt;>")) == (
        f"<strong>Changed:</strong> {link}<br>"
    )
    assert "<a" not in str(mrkdwn("<javascript:alert(1)|click>"))
    assert str(mrkdwn("&gt; said")) == "<blockquote>said</blockquote>"


def test_marks_stand_at_their_places_and_far_text_is_cut() -> None:
    text = "a" * 1000 + "One. Two." + "<b>" * 400
    html = str(marked(text, [(1005, 1009), (1000, 1004)]))
    assert "<mark>One.</mark> <mark>Two.</mark>&lt;b&gt;" in html
    assert html.startswith("… a")
    assert html.endswith(" …")
    assert str(marked("short", [(0, 99)])) == "short"


def test_report_says_what_it_needs(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "alerts.cli",
        "replay",
        "-c",
        "examples/tocsin.yml",
        "--report",
        str(tmp_path / "r"),
    ]
    done = subprocess.run(
        [*command, "--store", str(tmp_path / "s")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "leave out --store" in done.stderr
