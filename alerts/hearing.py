"""Which keys have been silent for too long, and which are heard of again? What is said of that.

A part of the pure fold, for one entry of the journal.
"""

from __future__ import annotations

from msgspec.structs import replace

from alerts.alert import Change, Kind
from alerts.config.types import Rule
from alerts.roots import Root
from alerts.triggers import silence
from alerts.triggers.series import bucket_of, start_of
from alerts.voice import Voice
from streams.codec import digest
from streams.times import iso


def listen(voice: Voice) -> None:
    """See which keys have been silent for too long by now."""
    for key_text, row in silence.take_due(voice.state, voice.now):
        known = voice.tables.definitions.get(key_text.partition("|")[0])
        if known is None or known.retired:
            continue
        rule = known.rule
        seen, found = voice.judge.silence(rule, key_text, row, voice.config.lateness)
        if seen.reached <= row.told:
            silence.keep(voice.state, key_text, replace(row, due=seen.due))
            continue
        root = voice.tables.roots.get(row.root) or Root(
            id="al_" + digest(rule.definition, key_text, row.last, voice.record.position),
            rule=rule.id,
            definition=rule.definition,
            key=row.key,
            key_text=key_text,
            severity=found.severity or "",
            ids=row.ids,
            last_at=voice.now,
            opened=voice.now,
            sent=voice.now,
        )
        silence.keep(voice.state, key_text, replace(row, due=seen.due, told=seen.reached, root=root.id))
        severity = found.severity or ""
        voice.emit(rule, root, "alert", found, severity, voice.snapshot(rule, root, found, severity), [])


def hear(voice: Voice, rule: Rule, key_text: str, *, filling: bool = False) -> None:
    """A key was heard of: a silence that was told has ended, or was none when what came is of its time.

    ``filling`` is for a new rule, which tells of no silence that began before it.
    """
    window = voice.tables.windows.get(key_text)
    rows = silence.table(voice.state)
    row = rows.get(key_text)
    if window is None:
        rows.drop(key_text)
        return
    item = window.items[-1]
    key = voice.tables.shares.rows[f"{rule.definition}|{item.id}"].key
    fresh = silence.Silence(key=key, last=item.at, ids=(item.id,), due=0)
    root = voice.tables.roots.get(row.root) if row else None
    if row is not None and item.at <= row.last:
        fresh = replace(fresh, told=row.told, root=row.root)
    seen, _ = voice.judge.silence(rule, key_text, fresh, voice.config.lateness)
    if filling:
        fresh = replace(fresh, told=seen.reached)
    due = voice.now if seen.reached > fresh.told else seen.due
    silence.keep(voice.state, key_text, replace(fresh, due=due))
    begins = start_of(bucket_of(item.at, rule.over) + 1, rule.over)
    voice.log(rule, item.id, "heard", f"a silence would begin at {iso(begins)}")
    if row is not None and root is not None and item.at > row.last and not root.canceled:
        _break(voice, rule, root, row, item.at)


def _break(voice: Voice, rule: Rule, root: Root, row: silence.Silence, at: int) -> None:
    """Say that a silence has ended; that it was none when it was broken before it was told."""
    _, found = voice.judge.silence(rule, root.key_text, row, voice.config.lateness)
    found = replace(found, detail="")
    because = voice.observation.because or "the clock"
    change = Change(field="silence", from_=f"since {iso(row.last)}", to="ended", because=because)
    kind: Kind = "cancel" if at <= root.opened - voice.config.lateness else "update"
    snapshot = voice.snapshot(rule, root, found, root.severity)
    voice.emit(rule, root, kind, found, root.severity, snapshot, [change])
