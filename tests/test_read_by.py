"""Reports of two versions of the classifier side by side are shown as such."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from msgspec.json import decode
from msgspec.structs import replace

from alerts.cli.status import command as status
from builders import killed, report
from stored import Made
from streams import read_by
from streams.engines.store import open_reader
from telling import config


def made(path: Path, *versions: str) -> Path:
    reports = [
        replace(report(f"a{n}", f"2026-03-0{n + 2} 09:00", killed(1)), classifier=version)
        for n, version in enumerate(versions)
    ]
    Made(path / "s.db", (config(), reports))
    return path / "s.db"


def test_a_mix_of_versions_is_shown_with_its_times(tmp_path: Path) -> None:
    store = made(tmp_path, "0.9-aa", "0.9-aa", "1.0-bb")
    shown = decode(CliRunner().invoke(status, ["--store", str(store), "--format", "json"]).output)
    assert shown["read_by"] == {
        "0.9-aa": "2 reports, 2026-03-02T09:00:00+00:00 to 2026-03-03T09:00:00+00:00",
        "1.0-bb": "1 reports, 2026-03-04T09:00:00+00:00 to 2026-03-04T09:00:00+00:00",
    }
    line = read_by.mix(open_reader(store))
    assert line is not None
    assert line.startswith("reports of 2 versions of the classifier stand side by side: 0.9-aa: 2 reports")


def test_one_version_is_no_mix(tmp_path: Path) -> None:
    assert read_by.mix(open_reader(made(tmp_path, "1.0-bb", "1.0-bb"))) is None
