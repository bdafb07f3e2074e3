"""The Faust app that classifies: articles in, reports out, as many of these workers as there are partitions.

It starts by ``tocsin run --engine kafka --roles classify``, and, with the config's path in ``TOCSIN_CONFIG``, by
``faust -A alerts.worker worker --without-web``.

Faust commits past what was not acknowledged as soon as an agent fails. So an agent of ours never fails: reports are
sent in pipelines, an article is acknowledged when its reports are durable and all before it are, and on any trouble
the process ends at once, for what starts it to start it again. Then articles are read twice; their reports have the
same ids, and the journal takes the second for what it is.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Awaitable
from typing import Any

import faust
import msgspec
from aiokafka import AIOKafkaProducer
from kafka.errors import KafkaError
from msgspec import Struct

from alerts.brokers import aiokafka_settings, classify_group, client_settings, faust_settings
from alerts.classifying import Given, give
from alerts.config import load
from alerts.config.types import Config, Kafka
from alerts.reading import topic_options
from alerts.ready import RefusedError, wait_until_ready
from alerts.stuck import Watchdog
from streams.article import Article
from streams.classify import classify
from streams.engines.kafka import seal
from streams.engines.pool import Pool, read_decoded
from streams.sources.topic_records import Record

log = logging.getLogger("tocsin.worker")
#: Names the config's file.
CONFIG = "TOCSIN_CONFIG"
#: Exit codes of the process: something failed and it must be started again; it cannot work as things are.
AGAIN, REFUSED = 70, 2
#: Batches of reports on their way at once, and bytes of one.
IN_FLIGHT, BATCH_BYTES = 32, 512 * 1024
#: Seconds that a report waits for company.
LINGER = 0.02
#: Seconds after which the brokers are asked anew which topics there are.
METADATA = 10.0
#: Articles of a partition that are read in a process of their own after it was assigned: one of them may have ended
#: the worker before. More than a worker reads between two commits.
CAREFUL = 4000


class _Batch(Struct):
    """What is on its way together, and the articles that are done once it has arrived."""

    sent: Awaitable[Any]
    done: list[Any]


class Line:
    """Records in, reports out, acknowledged in order."""

    def __init__(self, config: Config, producer: AIOKafkaProducer, watchdog: Watchdog) -> None:
        assert config.kafka is not None
        self._topics = config.kafka.topics
        self._options = topic_options(config, self._topics.articles)
        self._producer, self._watchdog = producer, watchdog
        self._builder = producer.create_batch()
        self._done: list[Any] = []
        self._sent: deque[_Batch] = deque()
        self._lock = asyncio.Lock()
        self._pool = Pool(classify, 1)
        self._careful: dict[int, int] = {}
        self.stopping = False
        """Whether nothing is taken any more: what comes is not acknowledged, and is read by another."""
        self._yielded = 0.0

    async def take(self, event: Any) -> None:
        """Classify one record and send what it gives."""
        if self.stopping:
            return
        message = event.message
        self._watchdog.began(message.partition, message.offset)
        record = Record(
            place=f"{message.topic}/{message.partition}/{message.offset}",
            value=event.value,
            at=message.timestamp or 0.0,
            headers=dict(message.headers or ()),
        )
        given = await self._read(record, message.partition)
        async with self._lock:
            if self.stopping:
                return
            for dead in given.dead:
                await self._bury(record, dead.value, dead.where, dead.why)
            for key, received, entry in given.entries:
                await self._add(key, seal(entry, received))
            self._done.append(event)
        if len(self._sent) > IN_FLIGHT:
            await self.settle()
        elif time.monotonic() - self._yielded > LINGER:
            await asyncio.sleep(0)  # what waits in the queue comes without a pause, and others must have their turn
            self._yielded = time.monotonic()

    async def stop(self) -> None:
        """Take nothing more, and let what is on its way arrive."""
        self.stopping = True
        await self.settle(all_of_it=True)

    async def settle(self, *, all_of_it: bool = False) -> None:
        """Send what waits for company, and acknowledge what arrived; ``all_of_it`` waits for the rest."""
        async with self._lock:
            if self.stopping and not all_of_it:
                return
            await self._flush()
            while self._sent and (all_of_it or len(self._sent) > IN_FLIGHT or _is_over(self._sent[0].sent)):
                batch = self._sent.popleft()
                await batch.sent
                for event in batch.done:
                    event.ack()
                    self._watchdog.ended(event.message.partition, event.message.offset)

    def close(self) -> None:
        """End the careful reader."""
        self._pool.close()

    async def _read(self, record: Record, partition: int) -> Given:
        """What a record gives: read here, or where it can do no harm when it may have ended a worker before."""
        left = self._careful.get(partition, CAREFUL)
        if left <= 0:
            return give(record, self._options, lambda articles: [read_decoded(classify, one) for one in articles])
        given = await asyncio.get_running_loop().run_in_executor(None, self._carefully, record)
        self._careful[partition] = left - max(1, len(given.entries))
        return given

    def _carefully(self, record: Record) -> Given:
        def read(articles: list[Article]) -> list[bytes]:
            return [entry for *_, entry in self._pool.map([(0, 0, msgspec.json.encode(one)) for one in articles])]

        return give(record, self._options, read)

    async def _add(self, key: bytes, value: bytes) -> None:
        if self._builder.append(key=key, value=value, timestamp=int(time.time() * 1000)) is None:
            await self._flush()
            if self._builder.append(key=key, value=value, timestamp=int(time.time() * 1000)) is None:
                raise RuntimeError(f"a report of {len(value)} bytes fits in no batch")

    async def _flush(self) -> None:
        if self._builder.record_count():
            sent = await self._producer.send_batch(self._builder, self._topics.reports, partition=0)
            self._builder = self._producer.create_batch()
        elif self._done:
            sent = asyncio.get_running_loop().create_future()
            sent.set_result(None)
        else:
            return
        self._sent.append(_Batch(sent=sent, done=self._done))
        self._done = []

    async def _bury(self, record: Record, value: bytes, where: str, why: str) -> None:
        """Put what cannot be read where people look for it, with the reason; the record waits for that."""
        log.warning("%s: %s", where, why)
        cut = value[:BATCH_BYTES]
        headers = [("where", where.encode()), ("reason", why.encode())]
        if len(cut) < len(value):
            headers.append(("bytes", str(len(value)).encode()))
        await self._producer.send_and_wait(
            self._topics.dead_letters, key=record.place.encode(), value=cut, headers=headers
        )


def _is_over(sent: Any) -> bool:
    return bool(sent.done())


class ClassifyApp(faust.App):
    """The app. It waits for the broker, and refuses topics that are not as they must be."""

    def __init__(self, config: Config) -> None:
        if config.kafka is None:
            sys.exit(f"{config.path}: it has no `kafka` section; say there which servers to use")
        self.config = config
        self.line: Line | None = None
        self._producer_of_reports: AIOKafkaProducer | None = None
        super().__init__(classify_group(config.kafka), **_settings(config.kafka))
        self.topic_of_articles = self.topic(config.kafka.topics.articles, value_serializer="raw", key_serializer="raw")
        self.watchdog = Watchdog(
            client_settings(config.kafka), config.kafka.topics.articles, classify_group(config.kafka)
        )

    async def on_first_start(self) -> None:
        """Before anything connects."""
        kafka = self.config.kafka
        assert kafka is not None
        try:
            await asyncio.get_running_loop().run_in_executor(None, wait_until_ready, kafka)
        except (RefusedError, KafkaError) as error:
            log.error("%s", error)
            os._exit(REFUSED)
        self._producer_of_reports = AIOKafkaProducer(
            **aiokafka_settings(kafka), acks="all", enable_idempotence=True, max_batch_size=BATCH_BYTES * 2,
            max_request_size=BATCH_BYTES * 4,
        )  # fmt: skip
        await self._producer_of_reports.start()
        self.line = Line(self.config, self._producer_of_reports, self.watchdog)
        threading.Thread(target=self.watchdog.run, name="watchdog", daemon=True).start()
        await super().on_first_start()
        log.info("classifying %s", kafka.topics.articles)

    async def on_stop(self) -> None:
        """Let what is on its way arrive."""
        if self.line is not None:
            await self.line.stop()
        await super().on_stop()
        if self._producer_of_reports is not None:
            await self._producer_of_reports.stop()
        if self.line is not None:
            self.line.close()


def _settings(kafka: Kafka) -> dict[str, Any]:
    """Faust's settings. Its own web server stays off, and so does all that it would make or decide itself."""
    return {
        **faust_settings(kafka),
        "web_enabled": False,
        "store": "memory://",
        "datadir": os.path.join(tempfile.gettempdir(), "tocsin-faust"),
        "value_serializer": "raw",
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "broker_commit_interval": 1.0,
        "broker_commit_every": 1000,
        "broker_max_poll_records": 500,
        "broker_max_poll_interval": 300.0,
        "broker_session_timeout": float(kafka.session),
        "broker_heartbeat_interval": 0.2 * kafka.session,
        "stream_wait_empty": False,
        "consumer_auto_offset_reset": "earliest",
        # brokers that just restarted may know no topic yet: who leads the group then gives nobody anything to read
        "consumer_metadata_max_age_ms": int(METADATA * 1000),
        "producer_acks": -1,
    }


def make_app(config: Config) -> ClassifyApp:
    """The app of a config, with its agent."""
    app = ClassifyApp(config)

    @app.agent(app.topic_of_articles, concurrency=1)
    async def classifying(stream: Any) -> None:
        assert app.line is not None
        async for event in stream.noack().events():
            try:
                await app.line.take(event)
            except Exception:
                if not app.line.stopping:  # what it needs is being closed; another reads the record again
                    _end("a record could not be classified")

    @app.task  # type: ignore[untyped-decorator]
    async def settling() -> None:
        while not app.should_stop:
            await asyncio.sleep(LINGER)
            try:
                if app.line is not None:
                    await app.line.settle()
            except Exception:
                if app.line is None or not app.line.stopping:
                    _end("reports could not be sent")

    return app


def run(config: Config) -> None:
    """Classify until stopped by SIGTERM or Ctrl-C; ends the process."""
    app = make_app(config)
    worker: Any = app.Worker(loglevel=None, override_logging=False, redirect_stdouts=False, quiet=True)
    worker.execute_from_commandline()


def _end(why: str) -> None:
    log.exception("%s: ending at once, so that nothing is skipped", why)
    logging.shutdown()
    os._exit(AGAIN)


if CONFIG in os.environ:
    app = make_app(load(os.environ[CONFIG], os.environ))
