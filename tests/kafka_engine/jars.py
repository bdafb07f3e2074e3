"""Where do the jars of the tests' broker come from, and what is missing on a machine that cannot run it?"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
REQUIRED = "TOCSIN_REQUIRE_KAFKA"
NEEDS = {
    "java": "Java 17 or newer (apt-get install openjdk-17-jre-headless)",
    "mvn": "Maven (apt-get install maven)",
}


def missing() -> str | None:
    """What this machine lacks for a real broker and how to get it; None when it lacks nothing."""
    lacks = [how for program, how in NEEDS.items() if shutil.which(program) is None]
    installed = {distribution.name for distribution in importlib.metadata.distributions()}
    if not {"kafka-python", "faust-streaming"} <= installed:
        lacks.append("the kafka extra (make setup)")
    return f"the tests on Apache Kafka need {', '.join(lacks)}" if lacks else None


def fetch() -> Path:
    """The folder of the broker's jars, downloaded once for each content of the pom into the user's cache.

    Raises RuntimeError with Maven's words when they cannot be had.
    """
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    cache = Path.home() / ".cache" / "tocsin"  # XDG_CACHE_HOME is another for every run of the tests
    cache.mkdir(parents=True, exist_ok=True)
    jars = cache / f"kafka-{digest}"
    with (cache / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            _download(jars)
    return jars


def _download(jars: Path) -> None:
    with tempfile.TemporaryDirectory(dir=jars.parent) as folder:
        got = Path(folder) / "jars"
        command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={got}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
        if done.returncode:
            raise RuntimeError(
                f"Maven could not fetch the broker of the tests:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
            )
        got.rename(jars)
