"""The outcome of test files, for people and as JUnit's XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from alerts.ruletests.running import Fault, Outcome

Results = Sequence[tuple[Path, Sequence[Outcome]]]


def lines(results: Results) -> Iterator[str]:
    """A line a test, and under each that failed what does not agree, with its place."""
    for path, outcomes in results:
        yield str(path)
        for outcome in outcomes:
            count = len(outcome.alerts)
            told = f"{count} alert{'' if count == 1 else 's'}"
            yield f"  {'FAIL' if outcome.faults else 'ok  '}  {outcome.case.name} ({told})"
            for fault in outcome.faults:
                yield f"        {path}:{fault.line}: {fault.what}"
                yield from (f"          {line}" for line in fault.more)
    yield summary(results)


def summary(results: Results) -> str:
    """ "3 tests: 2 ok, 1 failed"."""
    outcomes = [outcome for _, of_file in results for outcome in of_file]
    failed = sum(bool(outcome.faults) for outcome in outcomes)
    tests = f"{len(outcomes)} test{'' if len(outcomes) == 1 else 's'}"
    return f"{tests}: {len(outcomes) - failed} ok" + (f", {failed} failed" if failed else "")


def junit(results: Results) -> bytes:
    """JUnit's XML: a suite a file, a case a test, a failure with all that does not agree."""
    root = ET.Element("testsuites", name="tocsin test")
    for path, outcomes in results:
        failures = str(sum(bool(outcome.faults) for outcome in outcomes))
        suite = ET.SubElement(
            root, "testsuite", name=str(path), tests=str(len(outcomes)), failures=failures, errors="0"
        )
        for outcome in outcomes:
            case = ET.SubElement(suite, "testcase", name=outcome.case.name, classname=path.stem, file=str(path))
            case.set("line", str(outcome.case.line))
            if outcome.faults:
                failure = ET.SubElement(case, "failure", message=outcome.faults[0].what)
                failure.text = "\n".join(_text(path, fault) for fault in outcome.faults)
    ET.indent(root)
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _text(path: Path, fault: Fault) -> str:
    return "\n".join([f"{path}:{fault.line}: {fault.what}", *(f"  {line}" for line in fault.more)])
