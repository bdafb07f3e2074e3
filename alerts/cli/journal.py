"""``tocsin replay kafka:REPORTS``: a desk's journal in its topic, folded again."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from alerts.cli.common import BAD_CONFIG, UNREADABLE, progress, stop

if TYPE_CHECKING:
    from alerts.cli.plan import Plan
    from alerts.cli.shown import Shown
    from alerts.config.types import Config


def is_journal(config: Config, feeds: tuple[str, ...]) -> bool:
    """Whether what is to be replayed is the topic of the config's journal."""
    from streams.sources.topic import topic_of

    return config.kafka is not None and config.kafka.topics.reports in map(topic_of, feeds)


def told(config: Config, plan: Plan, shown: Shown) -> list[bytes]:
    """What the journal gives as it is now. Ends the command when it cannot be read."""
    from kafka import KafkaConsumer
    from kafka.errors import KafkaError

    from alerts import replay
    from alerts.brokers import client_settings
    from alerts.dumped import Dump
    from alerts.following import Following
    from streams.engines.brokers import BrokerError, connected, unreachable
    from streams.engines.kafka import read_topic

    assert config.kafka is not None
    kafka, client, topic = config.kafka, client_settings(config.kafka), config.kafka.topics.reports
    if len(plan.feeds) > 1:
        stop(BAD_CONFIG, f"kafka:{topic} is a journal that is whole by itself; replay it without other FEEDs")
    try:
        with closing(connected(KafkaConsumer, client)) as consumer:
            if not consumer.partitions_for_topic(topic):
                stop(UNREADABLE, f"no topic {topic} on the brokers; make it with tocsin kafka init")
        dump = Dump(lambda: read_topic(client, topic), kafka.group)
        adopted = dump.adopted()
        said = (
            f"with the configs that {kafka.group} had adopted"
            if adopted == config.hash
            else f"with {config.path} throughout, which is not what {kafka.group} goes by"
        )
        click.echo(f"{topic}: {said}", err=True)
        with Following(config, None, deliver=False, workers=0) as into, progress("folding", None):
            count = dump.fold(into, as_adopted=adopted == config.hash, until=plan.until)
            found = replay.told(into.store.writer, plan.since)
            shown.summary(into.store.writer, config, found)
    except BrokerError as error:
        stop(UNREADABLE, str(error))
    except KafkaError as error:
        stop(UNREADABLE, unreachable(list(kafka.servers), [str(error)]))
    if dump.first:
        click.echo(f"{topic}: begins at entry {dump.first + 1}; what was before is no longer there", err=True)
    click.echo(f"{topic}: {count} entries folded", err=True)
    return found
