"""Does a window that reaches a band open a root, or go into the one before? And what becomes of that one?

A part of the pure fold, for one entry of the journal.
"""

from __future__ import annotations

from msgspec.structs import replace

from alerts.config.types import Rule
from alerts.roots import Kept, Root
from alerts.triggers.judging import Verdict, is_going_on, is_worse
from alerts.triggers.series import Sight
from alerts.triggers.unusual import is_sudden
from alerts.voice import Voice
from streams.codec import digest
from streams.times import iso


def correct(voice: Voice, rule: Rule, root: Root) -> None:
    """What a root speaks of changed: it hears of that for ``revise_for`` after its window."""
    entered = voice.entered(rule, root.ids)
    if entered > root.last_at:
        voice.revise(rule, replace(root, last_at=entered), entered=True)
        return
    heard_until = root.last_at + rule.over + voice.config.revise_for
    if voice.now > heard_until:
        voice.log(rule, root.id, "beyond_revision", f"it was corrected until {iso(heard_until)}; not told")
        return
    voice.revise(rule, root)


def speak(voice: Voice, rule: Rule, key_text: str, share: Kept, found: Verdict) -> None:
    """A window reaches a band around a happening that no root speaks of yet."""
    id_, peak, severity = share.item.id, found.peak, found.severity or ""
    if voice.hushed(rule):
        voice.log(rule, id_, voice.observation.quiet or "", "recorded; it alerts nobody")
        return
    latest = _begun(voice, rule, key_text, found)
    if peak is None or (latest is not None and not latest.canceled and _joined(voice, rule, latest, id_, found)):
        return
    root_id = "al_" + digest(rule.definition, key_text, id_, voice.record.position)
    root = Root(
        id=root_id,
        rule=rule.id,
        definition=rule.definition,
        key=share.key,
        key_text=key_text,
        severity=severity,
        ids=peak.ids,
        last_at=max(peak.end, voice.entered(rule, peak.ids)),
        opened=voice.now,
        sent=voice.now,
        told=(found.sight,) if found.sight else (),
        upto=found.sight.bucket if found.sight else 0,
    )
    voice.emit(rule, root, "alert", found, severity, voice.snapshot(rule, root, found, severity), [])


def _begun(voice: Voice, rule: Rule, key_text: str, found: Verdict) -> Root | None:
    """The root that what is found may belong to: of a sequence the one that tells of its beginning already."""
    told = voice.judge.following.told_already(key_text, found.peak.ids) if rule.steps and found.peak else None
    return told or voice.tables.latest_root(key_text)


def _joined(voice: Voice, rule: Rule, latest: Root, id_: str, found: Verdict) -> bool:
    """Whether what is found goes into the key's latest root, or waits for the cool-down after it."""
    severity, peak = found.severity or "", found.peak
    if found.sight is not None and is_going_on(rule, found, latest):
        return _grown(voice, rule, latest, id_, found, found.sight)
    begun = bool(rule.steps) and peak is not None and set(peak.ids[:-1]) <= set(latest.ids)
    if begun and peak is not None:
        ids, last_at = tuple(sorted({*latest.ids, *peak.ids})), max(latest.last_at, peak.end)
        voice.revise(rule, replace(latest, ids=ids, last_at=last_at))
        return True
    if rule.trigger == "at_least" and peak is not None and voice.now < latest.last_at + rule.over:
        ids = tuple(sorted({*latest.ids, *peak.ids}))
        entered = voice.entered(rule, ids)
        last_at = max(latest.last_at, peak.end, entered)
        voice.revise(rule, replace(latest, ids=ids, last_at=last_at), entered=entered > latest.last_at)
        return True
    cooling_until = latest.sent + rule.cooldown
    if rule.trigger == "first" or voice.now >= cooling_until or voice.worse(severity, latest.severity):
        return False
    voice.log(rule, id_, "cooling_down", f"until {iso(cooling_until)}")
    return True


def _grown(voice: Voice, rule: Rule, latest: Root, id_: str, found: Verdict, sight: Sight) -> bool:
    """A surge goes on: it is told again when it is half as large again as was told, or of a worse severity."""
    value, told = found.peak.value if found.peak else 0, latest.seen.value
    sudden = is_sudden(rule, value, sight)
    root = replace(latest, upto=max(latest.upto, sight.bucket)) if sudden else latest
    if not is_worse(value, told) and not voice.worse(found.severity or "", latest.severity):
        voice.tables.keep(root)
        voice.log(rule, id_, "not_worse", f"{value:g} {rule.measure}; {latest.id} told {told:g}")
        return True
    ids = found.peak.ids if found.peak else ()
    others = tuple(one for one in root.told if one.bucket != sight.bucket)
    last_at = max(root.last_at, found.peak.end if found.peak else 0)
    ids = tuple(sorted({*root.ids, *ids}))
    voice.revise(rule, replace(root, ids=ids, last_at=last_at, told=(*others, sight)), grown=True)
    return True
