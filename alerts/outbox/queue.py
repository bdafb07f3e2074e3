"""What goes next to a destination, and what became of what went?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct

from alerts.outbox import digests
from alerts.outbox.planning import settle

#: What an attempt came to: ``retry`` did not arrive, ``uncertain`` may have, ``park`` stops the whole destination;
#: ``unsent`` was none, since it is no longer ours to send.
Result = Literal["delivered", "retry", "uncertain", "park", "dead", "unsent"]


class Work(Struct, frozen=True, kw_only=True):
    """A notification to send: one alert, or a digest."""

    id: str
    destination: str
    root: str | None
    """None for a digest."""
    kind: str
    attempts: int
    """Those made before this one."""
    tried_since: float | None
    members: tuple[str, ...] = ()
    """Ids of the notifications that a digest carries."""
    data: tuple[bytes, ...]
    """The canonical bytes of its alert, or of each of a digest's, oldest first."""
    words: str | None = None
    """Why alerts go together that were decided to; None for a digest of what merely waits, and for one alert."""
    told_at: str | None = None
    """Time of the first alert of this root that the destination got, or may have got."""
    handle: dict[str, str] | None = None
    """The newest that an answer left for this root."""


class Standing(Struct, frozen=True, kw_only=True):
    """How a destination does. Times are the wall clock."""

    failures: int = 0
    not_before: float | None = None
    parked: bool = False
    redriven: int = 0


class Attempt(Struct, frozen=True, kw_only=True):
    """What one attempt came to, at the wall clock ``at``."""

    work: Work
    result: Result
    answer: dict[str, Any]
    at: float
    handle: dict[str, str] | None = None
    failures: int = 0
    """Of the destination in a row, this one included."""
    destination_not_before: float | None = None
    """When the destination may be tried again."""
    not_before: float | None = None
    """Until when others go before this one."""
    ends_outage: bool = False
    """Whether the destination takes messages again after several failures: the fault was not that of the messages."""


def standing(conn: sqlite3.Connection, destination: str) -> Standing:
    """How the destination does."""
    row = conn.execute(
        "SELECT failures, not_before, parked, redriven FROM destinations WHERE destination = ?", (destination,)
    ).fetchone()
    if row is None:
        return Standing()
    return Standing(
        failures=row["failures"],
        not_before=row["not_before"],
        parked=bool(row["parked"]),
        redriven=row["redriven"],
    )


def recover(conn: sqlite3.Connection, destination: str) -> int:
    """Take back what a killed process was sending: it may have arrived. Gives how many alerts that were."""
    rows = conn.execute(
        "SELECT id, root FROM notifications WHERE destination = ? AND state = 'sending' AND root IS NOT NULL",
        (destination,),
    ).fetchall()
    for row in rows:
        conn.execute(
            "UPDATE notifications SET state = 'planned', uncertain = 1, digest = NULL WHERE id = ?", (row["id"],)
        )
        settle(conn, destination, row["root"])
    conn.execute(
        "UPDATE notifications SET state = 'superseded' WHERE destination = ? AND state = 'sending'", (destination,)
    )
    return len(rows)


_NEXT = (
    "SELECT id FROM notifications n WHERE destination = :destination AND state = 'planned'"
    " AND (:any OR not_before IS NULL OR not_before <= :now)"
    " AND NOT EXISTS (SELECT 1 FROM notifications s"
    " WHERE s.destination = n.destination AND s.root = n.root AND s.state = 'sending')"
    " ORDER BY urgent DESC, seq LIMIT 1"
)


def next_id(conn: sqlite3.Connection, destination: str, now: float, *, probing: bool = False) -> str | None:
    """The notification that goes next: urgent ones first, then in order of planning; None while nothing can go.

    One that keeps failing lets others go before it. ``probing`` takes it all the same when there is no other.
    """
    for any_ in (False, True) if probing else (False,):
        row = conn.execute(_NEXT, {"destination": destination, "now": now, "any": any_}).fetchone()
        if row is not None:
            return str(row["id"])
    return None


def claim(
    conn: sqlite3.Connection,
    destination: str,
    now: float,
    *,
    probing: bool = False,
    digest: digests.Limits | None = None,
    together: int | None = None,
) -> Work | None:
    """The next notification, marked as being sent. Commit before sending it.

    With ``digest``, and more waiting than its limits allow, what waits is gathered into one. With ``together`` so many
    alerts at most go in one message, where that was decided.
    """
    id_ = next_id(conn, destination, now, probing=probing)
    if id_ is None:
        return None
    members, words = _company(conn, destination, id_, None if probing else digest, together)
    mark = (
        "UPDATE notifications SET state = 'sending', attempts = attempts + 1, not_before = NULL,"
        " tried_since = coalesce(tried_since, ?), digest = ? WHERE id = ?"
    )
    if not members:
        conn.execute(mark, (now, None, id_))
        return _single(conn, id_)
    digest_id, attempts = digests.open_digest(conn, destination, members, now)
    conn.executemany(mark, [(now, digest_id, member["id"]) for member in members])
    return Work(
        id=digest_id,
        destination=destination,
        root=None,
        kind="digest",
        attempts=attempts - 1,
        tried_since=None,
        members=tuple(member["id"] for member in members),
        data=tuple(bytes(member["data"]) for member in members),
        words=words,
    )


def _company(
    conn: sqlite3.Connection, destination: str, id_: str, digest: digests.Limits | None, together: int | None
) -> tuple[list[sqlite3.Row], str | None]:
    """What goes in one message with a notification, itself included, and why it was decided so."""
    members = digests.gathered(conn, destination, id_, digest) if digest is not None else []
    if members or together is None:
        return members, None
    members = digests.bundled(conn, destination, id_, together)
    return members, digests.words_of(conn, id_) if members else None


def _single(conn: sqlite3.Connection, id_: str) -> Work:
    row = conn.execute(
        "SELECT n.*, a.data FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?", (id_,)
    ).fetchone()
    before = conn.execute(
        "SELECT a.at, n.handle FROM notifications n JOIN alerts a ON a.id = n.alert"
        " WHERE n.destination = ? AND n.root = ? AND n.revision < ? AND (n.state = 'delivered' OR n.uncertain)"
        " ORDER BY n.revision",
        (row["destination"], row["root"], row["revision"]),
    ).fetchall()
    handles = [item["handle"] for item in before if item["handle"]]
    return Work(
        id=id_,
        destination=row["destination"],
        root=row["root"],
        kind=row["kind"],
        attempts=row["attempts"] - 1,
        tried_since=row["tried_since"],
        data=(bytes(row["data"]),),
        told_at=before[0]["at"] if before else None,
        handle=json.loads(handles[-1]) if handles else None,
    )


def record(conn: sqlite3.Connection, attempt: Attempt) -> None:
    """Write down what became of a claimed notification, and how its destination does.

    What a sender says that was given up on, whose notification another has claimed since, changes nothing.
    """
    if _is_stale(conn, attempt):
        return
    work, answer = attempt.work, json.dumps(attempt.answer, ensure_ascii=False, sort_keys=True)
    handle = json.dumps(attempt.handle, ensure_ascii=False, sort_keys=True) if attempt.handle else None
    if attempt.result == "unsent":
        _give_back(conn, work)
        return
    if attempt.result == "delivered":
        _write(conn, work, "delivered", answer)
        conn.execute("UPDATE notifications SET handle = ? WHERE id = ?", (handle, work.id))
        _welcome(conn, work.destination, attempt)
        return
    if work.members:
        digests.dissolve(conn, work.id, answer, alone=attempt.result == "dead")
    elif attempt.result == "dead":
        _write(conn, work, "dead", answer)
    if attempt.result != "dead":
        ids = [(answer, attempt.not_before, attempt.result == "uncertain", id_) for id_ in work.members or (work.id,)]
        conn.executemany(
            "UPDATE notifications SET state = 'planned', answer = ?, not_before = ?, uncertain = max(uncertain, ?)"
            " WHERE id = ?",
            ids,
        )
    _note(conn, attempt, answer)
    _settle_all(conn, work)


def _give_back(conn: sqlite3.Connection, work: Work) -> None:
    """It waits as before it was claimed."""
    if work.members:
        digests.dissolve(conn, work.id, "{}", alone=False)
    conn.executemany(
        "UPDATE notifications SET state = 'planned', attempts = attempts - 1 WHERE id = ?",
        [(id_,) for id_ in work.members or (work.id,)],
    )
    _settle_all(conn, work)


def _is_stale(conn: sqlite3.Connection, attempt: Attempt) -> bool:
    work = attempt.work
    row = conn.execute("SELECT state, attempts FROM notifications WHERE id = ?", (work.id,)).fetchone()
    if row is None:
        return True
    waits_again = row["state"] == "planned" and attempt.result == "delivered"
    return not waits_again and (row["state"] != "sending" or row["attempts"] != work.attempts + 1)


def _write(conn: sqlite3.Connection, work: Work, state: str, answer: str) -> None:
    conn.executemany(
        "UPDATE notifications SET state = ?, answer = ? WHERE id = ?",
        [(state, answer, id_) for id_ in (work.id, *work.members)],
    )


def _settle_all(conn: sqlite3.Connection, work: Work) -> None:
    roots = [work.root] if work.root is not None else []
    if work.members:
        marks = ",".join("?" * len(work.members))
        found = conn.execute(f"SELECT DISTINCT root FROM notifications WHERE id IN ({marks})", work.members)
        roots = [row["root"] for row in found.fetchall()]
    for root in roots:
        settle(conn, work.destination, root)


def _welcome(conn: sqlite3.Connection, destination: str, attempt: Attempt) -> None:
    """It took one: nothing holds back the rest, nor what was parked before."""
    if attempt.ends_outage:
        conn.execute(
            "UPDATE notifications SET not_before = NULL WHERE destination = ? AND state = 'planned'", (destination,)
        )
    parked = conn.execute(
        "SELECT id, root FROM notifications WHERE destination = ? AND state = 'parked' ORDER BY seq", (destination,)
    ).fetchall()
    for row in parked:
        conn.execute("UPDATE notifications SET state = 'planned' WHERE id = ?", (row["id"],))
        settle(conn, destination, row["root"])
    conn.execute(
        "INSERT INTO destinations (destination, delivered_at) VALUES (?1, ?2) ON CONFLICT (destination) DO UPDATE"
        " SET failures = 0, down_since = NULL, not_before = NULL, parked = 0, delivered_at = ?2",
        (destination, attempt.at),
    )


def _note(conn: sqlite3.Connection, attempt: Attempt, answer: str) -> None:
    """How the destination does after an attempt that it did not take. One whose message it refused is up."""
    park = attempt.result == "park"
    failing = park or attempt.failures > 0
    conn.execute(
        "INSERT INTO destinations (destination, failures, down_since, not_before, parked, answer)"
        " VALUES (:destination, :failures, :since, :not_before, :park, :answer) ON CONFLICT (destination) DO UPDATE"
        " SET failures = :failures, down_since = CASE WHEN :since IS NULL THEN NULL ELSE coalesce(down_since, :since)"
        " END, not_before = :not_before, parked = :park, answer = :answer",
        {
            "destination": attempt.work.destination,
            "failures": attempt.failures,
            "since": attempt.at if failing else None,
            "not_before": attempt.destination_not_before,
            "park": park,
            "answer": answer,
        },
    )
    if park:
        conn.execute(
            "UPDATE notifications SET state = 'parked', not_before = NULL, answer = ?"
            " WHERE destination = ? AND state = 'planned'",
            (answer, attempt.work.destination),
        )


def busy(conn: sqlite3.Connection, destinations: Iterable[str]) -> bool:
    """Whether anything is planned or being sent at these destinations. Parked ones do not count."""
    row = conn.execute(
        "SELECT 1 FROM notifications WHERE destination IN (SELECT value FROM json_each(?))"
        " AND state IN ('planned', 'sending') LIMIT 1",
        (json.dumps(sorted(destinations)),),
    ).fetchone()
    return row is not None
