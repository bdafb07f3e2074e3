"""``tocsin kafka``: make the topics, publish articles to them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from alerts.cli.common import BAD_CONFIG, FAILED, OK, UNREADABLE, load_config, progress, stop

if TYPE_CHECKING:
    from alerts.config.types import Config, Kafka
    from alerts.topics import Plan
    from streams.article import Article
    from streams.sources import Unreadable


@click.group("kafka")
def command() -> None:
    """Topics on Apache Kafka; docs/kafka.md says what is in them."""
    # what went wrong is said by the commands themselves, once
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    logging.getLogger("kafka").propagate = False


@command.command("init")
@click.option("-c", "--config", default="tocsin.yml", show_default=True, help="The config with the kafka section.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for a broker to answer.")
def init(config: str, dry_run: bool, wait: float) -> None:
    """Make the topics that are missing, and keep reports for as long as the config says.

    It can be run again at any time. With a topic that cannot serve it does nothing and says why.
    """
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    from alerts import topics
    from alerts.brokers import client_settings
    from streams.engines.brokers import connected

    settings = load_config(config)
    kafka = section(settings)
    with brokers_answering(kafka):
        admin = connected(KafkaAdminClient, client_settings(kafka), bootstrap_timeout_ms=int(wait * 1000))
        try:
            wanted = topics.wanted(settings)
            todo = topics.plan(wanted, topics.look(admin, wanted))
            if todo.wrong:
                stop(FAILED, "\n".join(todo.wrong))
            if not dry_run:
                topics.make(admin, todo, kafka.replication)
        except KafkaError as error:
            stop(FAILED, f"the topics cannot be made: {error}")
        finally:
            admin.close()
    for line in _told(todo, [topic.name for topic in wanted], dry_run):
        click.echo(line)


def _told(todo: Plan, names: list[str], dry_run: bool) -> Iterator[str]:
    would = "would be " if dry_run else ""
    for topic in todo.make:
        parts = f"{topic.partitions} partition{'' if topic.partitions == 1 else 's'}"
        yield f"{topic.name}: {would}made with {parts}"
    for topic, change in todo.change:
        yield f"{topic.name}: {', '.join(f'{name}={value}' for name, value in change.items())} {would}set"
    touched = {topic.name for topic in todo.make} | {topic.name for topic, _ in todo.change}
    for name in names:
        if name not in touched:
            yield f"{name}: as it should be"


@command.command("produce")
@click.argument("feeds", nargs=-1, required=True, metavar="FEED...")
@click.option("-c", "--config", default="tocsin.yml", show_default=True, help="The config with the kafka section.")
@click.option("--as-published", is_flag=True, help="Received when published, as in a replay; default: received now.")
@click.option("--batch", default=1, show_default=True, type=click.IntRange(1, 1000), help="Articles a record, at most.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Articles a second, at most.")
@click.option("--feed-format", metavar="F", help="Override the recognised format: a name of docs/sources.md.")
@click.option("--assume-date", "assume", multiple=True, metavar="T|ID=T", help="Date articles that carry none.")
def produce(
    feeds: tuple[str, ...],
    config: str,
    as_published: bool,
    batch: int,
    rate: float | None,
    feed_format: str | None,
    assume: tuple[str, ...],
) -> None:
    """Publish the articles of FEEDs (files, folders, globs, - for standard input, addresses) to the topic of articles.

    What the brokers confirmed stands there once. A run that broke off can be run again: an article that is there
    already is known by its feed and id, and decides nothing twice.
    """
    from alerts.brokers import client_settings
    from alerts.producing import Publisher, UnpublishedError

    settings = load_config(config)
    kafka = section(settings)
    left_out = 0
    turn = _paced(rate)
    with (
        brokers_answering(kafka),
        progress("publishing", None) as step,
        Publisher(client_settings(kafka), kafka.topics.articles, batch=batch, as_published=as_published) as to,
    ):
        for item in _items(settings, feeds, feed_format, assume):
            try:
                to.publish(item)
            except UnpublishedError as error:
                left_out += 1
                click.echo(str(error), err=True)
            step()
            turn()
    click.echo(f"{to.confirmed} articles published to {kafka.topics.articles}")
    raise SystemExit(UNREADABLE if left_out and not to.confirmed else OK)


def _paced(rate: float | None) -> Callable[[], None]:
    """What to call after each article, so that no more than so many come in a second."""
    if rate is None:
        return lambda: None
    due = time.monotonic()

    def wait() -> None:
        nonlocal due
        due = max(due + 1 / rate, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))

    return wait


def _items(
    config: Config, feeds: tuple[str, ...], feed_format: str | None, assume: tuple[str, ...]
) -> Iterator[Article | Unreadable]:
    from alerts.config.types import Source
    from alerts.reading import read_options, source_of
    from streams.sources import FeedError, read_feed
    from streams.sources.dating import parse_assume

    for feed in feeds:
        source = source_of(config, feed) or Source(id="")
        try:
            dates = parse_assume(assume, source.zone) if assume else None
        except ValueError as error:
            stop(BAD_CONFIG, f"--assume-date: {error}")
        try:
            yield from read_feed(feed, read_options(source, fmt=feed_format, assume=dates))
        except FeedError as error:
            stop(UNREADABLE, str(error))


def section(config: Config) -> Kafka:
    """The ``kafka`` section of a config; ends the command when it has none."""
    if config.kafka is None:
        stop(BAD_CONFIG, f"{config.path} has no kafka section; docs/config.md says what stands in it")
    return config.kafka


@contextmanager
def brokers_answering(kafka: Kafka) -> Iterator[None]:
    """Ends the command with the reason when the brokers cannot be used."""
    from streams.engines.brokers import BrokerError

    try:
        yield
    except BrokerError as error:
        stop(FAILED, str(error))
