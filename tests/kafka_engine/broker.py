"""Apache Kafka on the loopback address, as one process in KRaft mode: for tests that need the truth, and that hurt it.

Every broker has four doors on ports of its own, kept over restarts: ``servers`` (plain), ``sasl`` (PLAIN and SCRAM),
``tls`` (a client certificate is asked for, not demanded) and ``sasl_tls``. ``USER`` and ``PASSWORD`` open those with
SASL.
"""

from __future__ import annotations

import base64
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from kafka.admin import KafkaAdminClient

from . import certificates

USER, PASSWORD = "worker", "wörker-geheim"
DOORS = {"servers": "PLAINTEXT", "sasl": "SASL_PLAINTEXT", "tls": "SSL", "sasl_tls": "SASL_SSL"}
JAVA = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

# A child asked to die with its parent dies with the thread that made it: this one lives as long as the run.
_spawner = ThreadPoolExecutor(1)
_names = itertools.count(1)
#: A copy of the first data folder before anything was in it.
_formatted: list[Path] = []


class Broker:
    """One broker with its data under ``folder``. ``more`` are further lines of its properties."""

    def __init__(self, folder: Path, jars: Path, more: dict[str, str] | None = None) -> None:
        self.folder, self._jars = folder, jars
        self.log = folder / "broker.log"
        self._ports = dict(zip((*DOORS, "controller"), free_ports(len(DOORS) + 1), strict=True))
        self._process: subprocess.Popen[bytes] | None = None
        certificates.make(folder)
        self._properties = folder / "server.properties"
        lines = {**_properties(folder, self._ports), **(more or {})}
        self._properties.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")
        self._format()

    @property
    def servers(self) -> str:
        """Address of the plain door."""
        return f"127.0.0.1:{self._ports['servers']}"

    @property
    def sasl(self) -> str:
        """Address of the door that asks for user and password."""
        return f"127.0.0.1:{self._ports['sasl']}"

    @property
    def tls(self) -> str:
        """Address of the door with TLS; its authority is ``folder/ca.pem``."""
        return f"127.0.0.1:{self._ports['tls']}"

    @property
    def sasl_tls(self) -> str:
        """Address of the door with TLS that asks for user and password."""
        return f"127.0.0.1:{self._ports['sasl_tls']}"

    @property
    def pid(self) -> int:
        """The running broker's process."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self, within: float = 60.0) -> None:
        """Starts and waits until it serves; on the same ports and data after a stop."""
        started_before = self._log_size()
        command = [*_dying_with_us(), *JAVA, "-cp", f"{self._jars}/*", "kafka.Kafka", str(self._properties)]
        with self.log.open("ab") as out:
            self._process = _spawner.submit(
                subprocess.Popen, command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            ).result()
        give_up = time.monotonic() + within
        while b"Kafka Server started" not in self.log.read_bytes()[started_before:]:
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"the broker does not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops it in good order (SIGTERM), by force after 30 seconds. Nothing to do when it is stopped."""
        if self._process is None:
            return
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process = None

    def kill(self) -> None:
        """Ends it with kill -9."""
        assert self._process is not None, "the broker is not running"
        self._process.kill()
        self._process.wait(10)
        self._process = None

    def pause(self) -> None:
        """Freezes it (SIGSTOP): connections stay, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Wakes it after ``pause``; does no harm to one that runs."""
        os.kill(self.pid, signal.SIGCONT)

    def admin(self, **settings: Any) -> KafkaAdminClient:
        """A client to look at and arrange topics; the caller closes it."""
        return KafkaAdminClient(**{"bootstrap_servers": self.servers, **settings})

    def topic(self, name: str = "topic", partitions: int = 1, **configs: str) -> str:
        """Makes a topic with a name that no other test has; ``configs`` are its settings, with ``_`` for ``.``."""
        unique = new_name(name)
        settings = {key.replace("_", "."): value for key, value in configs.items()}
        admin = self.admin()
        try:
            spec = {"num_partitions": partitions, "replication_factor": 1, "configs": settings}
            admin.create_topics({unique: spec}, wait_for_metadata=True)
        finally:
            admin.close()
        return unique

    def _format(self) -> None:
        """An empty data folder; once one was made it is copied, since that takes no Java."""
        if _formatted:
            shutil.copytree(_formatted[0], self.folder / "data")
            return
        ident = base64.urlsafe_b64encode(random.randbytes(16)).rstrip(b"=").decode().replace("-", "a")
        command = [*JAVA, "-cp", f"{self._jars}/*", "kafka.tools.StorageTool", "format", "-t", ident]
        command += ["-c", str(self._properties)]
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            command += ["--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]"]
        done = subprocess.run(
            command, capture_output=True, timeout=60, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        if done.returncode:
            raise RuntimeError(f"the broker's folder cannot be made: {done.stderr.decode(errors='replace')[-2000:]}")
        _formatted.append(shutil.copytree(self.folder / "data", self.folder / "formatted"))

    def _log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0


def new_name(name: str) -> str:
    """A name for a topic or group that no other test of this run has."""
    return f"{name}-{next(_names)}"


def free_ports(count: int) -> list[int]:
    """So many free ports on the loopback address, below the range from which outgoing connections take theirs.

    A port of that range could be taken by any connection while a broker is down for a restart.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(15000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


def _dying_with_us() -> list[str]:
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def _properties(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    listeners = [f"{protocol}://127.0.0.1:{ports[door]}" for door, protocol in DOORS.items()]
    controller = f"127.0.0.1:{ports['controller']}"
    protocols = [f"{protocol}:{protocol}" for protocol in DOORS.values()]
    plain = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{_java(PASSWORD)}";'
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "log.dirs": str(folder / "data"),
        "controller.quorum.voters": f"1@{controller}",
        "listeners": ",".join([*listeners, f"CONTROLLER://{controller}"]),
        "advertised.listeners": ",".join(listeners),
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": ",".join(["CONTROLLER:PLAINTEXT", *protocols]),
        "inter.broker.listener.name": "PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        **{
            f"listener.name.{protocol.lower()}.{mechanism}.sasl.jaas.config": login
            for protocol in ("SASL_PLAINTEXT", "SASL_SSL")
            for mechanism, login in (("plain", plain), ("scram-sha-256", scram), ("scram-sha-512", scram))
        },
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "server.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "ca.pem"),
        "ssl.client.auth": "requested",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
        "log.cleaner.dedupe.buffer.size": "4194304",
        # A broker that was killed may register again only when its session is over: by default after nine seconds.
        "broker.session.timeout.ms": "1000",
        "broker.heartbeat.interval.ms": "200",
        "num.network.threads": "1",
        "num.io.threads": "2",
    }


def _java(text: str) -> str:
    """Text for a Java properties file, which is read as ISO 8859-1."""
    return "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in text)
