"""A topic's one partition as the journal: what its records are, who holds it, how it is read and written.

The order of the offsets is the only order: the entry at offset n has position n + 1, in every process that folds it.
A record says when it was received, beside its entry; a word that one desk said binds no other. Nothing here knows
what is folded.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from kafka import AsyncConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from kafka.net.selector import KernelEvent
from kafka.structs import OffsetAndMetadata
from msgspec import Struct

from streams.journal import Control, Entry, Tick, decode_entry, encode_entry

log = logging.getLogger("tocsin.kafka")

#: Shares of a session: a heartbeat goes out after each, and a confirmed hold is believed for that long. The group
#: takes nobody's partitions sooner, counted from the last heartbeat before the confirmation.
BEAT, BELIEVED = 0.2, 0.6
#: Seconds between two commits of the position, which confirm the hold.
COMMIT_EVERY = 1.0
#: Seconds that one request may take before the journal's thread goes on to other things.
PATIENCE = 5.0
#: Seconds after which the brokers are asked anew which topics there are: just restarted they may know none yet, and a
#: group of one would be given nothing.
METADATA = 10.0
#: Seconds between two looks at whether what was to be done before leaving is done.
LOOK = 0.02


class PartitionError(Exception):
    """A partition that cannot be this store's journal; the message says why and what to do."""


# --- records ----------------------------------------------------------------------------------------------------------


class Sealed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record's value."""

    received: int
    """Seconds since the epoch."""
    entry: msgspec.Raw
    desk: str = ""
    """Whose word it is; "" for what holds for all."""
    inbox: int | None = None
    """The row of that desk's inbox which it settles."""


class Read(Struct, frozen=True, kw_only=True):
    """A record at its place, as one desk takes it. ``data`` is the entry's bytes."""

    position: int
    received: int
    entry: Entry
    data: bytes
    inbox: int | None = None
    wrong: str = ""
    """Why a record that is no entry stands for nothing but its place."""


_TICK = encode_entry(Tick())
_decode = msgspec.json.Decoder(Sealed).decode


def seal(data: bytes, received: int, desk: str = "", inbox: int | None = None) -> bytes:
    """The value of a record that carries an entry's bytes; ``received`` in seconds."""
    if not desk:
        return b'{"received":%d,"entry":%b}' % (received, data)
    return msgspec.json.encode(Sealed(received=received, entry=msgspec.Raw(data), desk=desk, inbox=inbox))


def read_record(offset: int, value: bytes | None, written_ms: int, desk: str) -> Read:
    """A record as a desk takes it: another desk's word only says how late it is, and what is no entry not even that.

    Nothing was received after it was written (the record's timestamp): a machine whose clock is wrong must not send
    everybody's ahead.
    """
    try:
        sealed = _decode(value or b"")
        data = bytes(sealed.entry)
        entry = decode_entry(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return Read(position=offset + 1, received=0, entry=Tick(), data=_TICK, wrong=f"no journal entry: {error}")
    received = max(0, min(sealed.received, -(-written_ms // 1000)))
    if isinstance(entry, Control) and sealed.desk != desk:
        return Read(position=offset + 1, received=received, entry=Tick(), data=_TICK)
    return Read(position=offset + 1, received=received, entry=entry, data=data, inbox=sealed.inbox)


# --- who holds it -----------------------------------------------------------------------------------------------------


class Hold:
    """Does this process hold the partition, as far as the group has confirmed? Any thread may ask.

    A process that slept past its session finds the confirmation too old, before it knows that another took over.
    """

    def __init__(
        self, session: float, steady: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    ) -> None:
        """``session``: seconds after which a silent member of the group loses its partitions.

        ``steady`` gives seconds that go on while the process is stopped or the machine asleep.
        """
        self.session, self.steady = session, steady
        self._lock = threading.Lock()
        self._term, self._open, self._until = 0, False, 0.0

    def begin(self) -> None:
        """A new term: all is read that was there when it began."""
        with self._lock:
            self._term, self._open = self._term + 1, True

    def confirm(self, asked_at: float) -> None:
        """The group said that we are its member, to what was asked at that steady time."""
        with self._lock:
            self._until = asked_at + BELIEVED * self.session

    def end(self) -> None:
        """The partition goes to another, or may have."""
        with self._lock:
            self._open, self._until = False, 0.0

    @property
    def term(self) -> int:
        """The number of the present term; 0 while the partition is not held."""
        with self._lock:
            return self._term if self._open and self.steady() < self._until else 0


# --- the partition ----------------------------------------------------------------------------------------------------


_GROWN = (
    "{} has more than one partition by now, and the journal must have just one, whose order is the order; name another "
    "under kafka.topics.reports and run `tocsin kafka init`"
)


class Partition:
    """A topic's only partition, read by one member of a group at a time. For one thread."""

    def __init__(
        self,
        client: Mapping[str, Any],
        topic: str,
        group: str,
        hold: Hold,
        *,
        position: Callable[[], int],
        taken: Callable[[], None],
        leaving: Callable[[], None],
    ) -> None:
        """``client`` are kafka-python's settings for servers and security.

        ``position`` gives the last position that was folded; ``taken`` is called when the partition was assigned, and
        ``leaving``, in a thread of its own, before it goes to another: what is being sent should be over when that
        returns. It is waited for no longer than a session.
        """
        self.topic, self.group, self.hold = topic, group, hold
        self._place = TopicPartition(topic, 0)
        self._position, self._taken, self._leaving = position, taken, leaving
        self._committed_at, self._end = 0.0, 0
        self.assigned, self._fresh = False, False
        self.grown = False
        """Whether the group has more than the one partition to share out."""
        self.consumer = KafkaConsumer(
            **{"metadata_max_age_ms": int(METADATA * 1000), **client},
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            session_timeout_ms=int(hold.session * 1000),
            heartbeat_interval_ms=int(BEAT * hold.session * 1000),
            max_poll_interval_ms=300_000,
            max_poll_records=2000,
            fetch_max_wait_ms=200,
            request_timeout_ms=30_000,
        )
        # joined without knowing the topic's partitions, a group of one would be given none, and wait for ever
        try:
            if not self.consumer.partitions_for_topic(topic):
                raise PartitionError(f"no topic {topic} on the brokers; make it with `tocsin kafka init`")
        except (KafkaError, PartitionError):
            self.consumer.close(autocommit=False)
            raise
        self.consumer.subscribe([topic], listener=_Listener(self))

    def read(self, seconds: float) -> Sequence[Any]:
        """The next records, waiting for the first at most that long. Raises KafkaError and PartitionError."""
        try:
            found = self.consumer.poll(timeout_ms=int(seconds * 1000))
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            raise PartitionError(_GROWN.format(self.topic) if self.grown else self.gap()) from error
        if self.grown:
            raise PartitionError(_GROWN.format(self.topic))
        if self._fresh:
            self._check()
        records: Sequence[Any] = found.get(self._place, ())
        return records

    def gap(self) -> str:
        """Why the partition does not go on where the store ended."""
        first, end = self.bounds()
        at = self._position()
        if at > end:
            return (
                f"{self.topic} ends at offset {end}, but this store has folded it up to {at}: the topic was made anew "
                f"or lost records; give another store, or move this one away"
            )
        return (
            f"{self.topic} begins at offset {first}, but this store has folded it only up to {at}: its retention no "
            f"longer covers the gap; move the store away and it is built again from the last published snapshot"
        )

    def bounds(self) -> tuple[int, int]:
        """The first offset that is there, and the one after the last. Raises KafkaError."""
        first = self.consumer.beginning_offsets([self._place], timeout_ms=int(PATIENCE * 1000))[self._place]
        end = self.consumer.end_offsets([self._place], timeout_ms=int(PATIENCE * 1000))[self._place]
        return first, end

    def is_read(self, position: int) -> bool:
        """Whether all was read that was there when the partition was assigned, and all that has been seen since."""
        highest = self.consumer.highwater(self._place) if self.assigned else None
        return self.assigned and not self._fresh and position >= max(self._end, highest or 0)

    def commit(self, position: int, *, now: bool = False) -> None:
        """Tell the group how far the store is, at most once a second: that shows the lag and confirms the hold.

        Raises KafkaError when the group does not answer.
        """
        asked = self.hold.steady()
        if not self.assigned or (not now and asked - self._committed_at < COMMIT_EVERY):
            return
        self._committed_at = asked
        offsets = {self._place: OffsetAndMetadata(position, "", -1)}
        self.consumer.commit(offsets, timeout_ms=int(PATIENCE * 1000))
        self.hold.confirm(asked)

    def close(self) -> None:
        """Leave the group at once."""
        with contextlib.suppress(KafkaError):
            self.consumer.close(autocommit=False, timeout_ms=int(PATIENCE * 1000))

    def _check(self) -> None:
        """Look at a partition that was just assigned: it must go on where the store ended."""
        first, self._end = self.bounds()
        if not first <= self._position() <= self._end:
            raise PartitionError(self.gap())
        log.info("%s: holding it; %d of %d entries are folded", self.topic, self._position(), self._end)
        self._taken()
        self._fresh = False


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """What the group says. It is told in the client's own thread, which must go on with the heartbeats meanwhile."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition

    async def on_partitions_assigned(self, assigned: Any) -> None:
        partition = self._partition
        partition.grown = any(place != partition._place for place in assigned)
        if partition._place in assigned:
            partition.consumer.seek(partition._place, partition._position())
            partition.assigned = partition._fresh = True

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await self._end("giving it up")

    async def on_partitions_lost(self, lost: Any) -> None:
        await self._end("lost; another may hold it")

    async def _end(self, how: str) -> None:
        partition = self._partition
        if not partition.assigned:
            return
        partition.hold.end()
        partition.assigned = False
        log.warning("%s: %s", partition.topic, how)
        leaving = threading.Thread(target=partition._leaving, name="leaving", daemon=True)
        leaving.start()
        until = time.monotonic() + partition.hold.session
        while leaving.is_alive() and time.monotonic() < until:
            await KernelEvent("_sleep", LOOK)
        if leaving.is_alive():
            log.warning("%s: it goes to another before what was sent last is told", partition.topic)


def producer(client: Mapping[str, Any]) -> KafkaProducer:
    """A producer whose records are on every replica before they are believed, each once."""
    return KafkaProducer(**client, acks="all", enable_idempotence=True, linger_ms=2, compression_type="gzip")


def read_topic(client: Mapping[str, Any], topic: str, start: Mapping[int, int] | None = None) -> Iterator[Any]:
    """The records of a topic up to its present end, partition by partition; ``start`` gives offsets to begin at."""
    consumer = KafkaConsumer(
        **client, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest",
        isolation_level="read_committed",
    )  # fmt: skip
    try:
        for number in sorted(consumer.partitions_for_topic(topic) or ()):
            place = TopicPartition(topic, number)
            end = consumer.end_offsets([place])[place]
            first = consumer.beginning_offsets([place])[place]
            consumer.assign([place])
            consumer.seek(place, max(first, (start or {}).get(number, 0)))
            while consumer.position(place) < end:
                for record in consumer.poll(timeout_ms=500).get(place, ()):
                    if record.offset < end:
                        yield record
    finally:
        consumer.close(autocommit=False)
