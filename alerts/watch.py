"""What about the monitor itself should its operators hear? Sources gone silent, destinations that refuse, rules that
nothing ever met, a full disk, a lag. Pure: figures in, troubles out.

None of this enters the journal, so no trouble can make an alert, and none can be about the messages that tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from alerts.config.types import Config, Rule, Source, Watch
from alerts.facts import Facts
from alerts.outbox import Health
from streams.times import duration_text, epoch, iso


class Trouble(Struct, frozen=True, kw_only=True):
    """Something an operator should see to."""

    key: str
    """The same for as long as it lasts."""
    text: str
    destination: str | None = None
    """The destination that it is about: that one is not told of it."""
    lasting: bool = True
    """False for something that happened once and is told once."""


class Own(Struct, frozen=True, kw_only=True):
    """What the daemon knows of itself. Times in seconds."""

    started: float
    trouble: str | None = None
    """Why the store cannot be written."""
    still: float = 0.0
    """Seconds since the journal's thread last made a turn."""
    rules_since: float = 0.0
    """When the rules last changed."""
    met: frozenset[str] = frozenset()
    """Ids of rules that something which came in had to do with."""


def troubles(facts: Facts | None, config: Config, own: Own, now: float) -> list[Trouble]:
    """All troubles there are. ``facts`` is None when the store cannot be read."""
    watch = config.watch or Watch(to=())
    found = list(_of_daemon(own, watch))
    if facts is None:
        return [*found, Trouble(key="unreadable", text="the store cannot be read; the log says more")]
    found += _of_store(facts, watch, now)
    found += [trouble for source in config.sources for trouble in _of_source(source, facts, watch, own, now)]
    for name, health in facts.destinations.items():
        found += _of_destination(name, health, watch, now)
    found += [trouble for rule in config.rules for trouble in _of_rule(rule, watch, own, now)]
    return found


def misfits(failed: Mapping[str, tuple[str, ...]]) -> list[Trouble]:
    """What could not be put in its form, by destination: the plain form went out, and that is told once."""
    return [
        Trouble(
            key=f"form:{name}:{why}",
            text=f"destination {name}: {why}; the plain form went out",
            lasting=False,
        )
        for name, reasons in failed.items()
        for why in reasons
    ]


def _of_daemon(own: Own, watch: Watch) -> Iterator[Trouble]:
    if own.trouble:
        yield Trouble(
            key="store", text=f"the store cannot be written: {own.trouble}; everything waits, nothing is lost"
        )
    if own.still > watch.lag:
        yield Trouble(key="stuck", text=f"no decision has been made for {_for(own.still)}")


def _of_store(facts: Facts, watch: Watch, now: float) -> Iterator[Trouble]:
    if facts.disk_free < watch.free:
        yield Trouble(key="disk", text=f"the store's disk has {facts.disk_free / 1e6:,.0f} MB left")
    if facts.waiting_since is not None and now - facts.waiting_since > watch.lag:
        lag = _for(now - facts.waiting_since)
        yield Trouble(key="lag", text=f"{facts.waiting:,} articles wait to be read, the oldest for {lag}")


def _of_source(source: Source, facts: Facts, watch: Watch, own: Own, now: float) -> Iterator[Trouble]:
    limit = source.silent or (None if source.files else watch.silent)
    if limit is None:
        return
    known = next((row for row in facts.sources if row.source == source.id), None)
    last = known.fresh_at if known is not None and known.fresh_at is not None else own.started
    if now - last <= limit:
        return
    why = f"; its polls fail: {known.detail}" if known is not None and known.outcome == "failed" else ""
    yield Trouble(key=f"silent:{source.id}", text=f"source {source.id}: nothing new for {_for(now - last)}{why}")


def _of_destination(name: str, health: Health, watch: Watch, now: float) -> Iterator[Trouble]:
    told = f", it last said {_answer(health.answer)}" if health.answer else ""
    down, waiting = epoch(health.down_since), epoch(health.waiting_since)
    if health.state == "parked":
        text = f"destination {name} refuses{told}; {health.parked} messages wait for `tocsin dead-letters redrive`"
        yield Trouble(key=f"destination:{name}", text=text, destination=name)
    elif health.state == "failing" and down is not None and now - down > watch.lag:
        text = f"destination {name} has failed since {iso(down)}{told}; {health.waiting} messages wait"
        yield Trouble(key=f"destination:{name}", text=text, destination=name)
    elif waiting is not None and now - waiting > watch.lag:
        text = f"destination {name}: {health.waiting} messages wait, the oldest since {iso(waiting)}"
        yield Trouble(key=f"destination:{name}", text=text, destination=name)
    if health.dead:
        text = f"destination {name}: {health.dead} messages were given up{told}; `tocsin dead-letters list` has them"
        yield Trouble(key=f"dead:{name}:{health.dead}", text=text, destination=name, lasting=False)


def _of_rule(rule: Rule, watch: Watch, own: Own, now: float) -> Iterator[Trouble]:
    since = max(own.rules_since, 0.0)
    if rule.id not in own.met and since and now - since > watch.unused:
        text = f"rule {rule.id}: nothing that came in for {_for(now - since)} had to do with it"
        yield Trouble(key=f"unused:{rule.id}", text=text)


def _answer(answer: Mapping[str, object]) -> str:
    return f"{answer.get('status') or ''} {str(answer.get('text', ''))[:120]}".strip()


def _for(seconds: float) -> str:
    whole = int(seconds)
    return duration_text(whole - whole % 60 if whole >= 3600 else whole)
