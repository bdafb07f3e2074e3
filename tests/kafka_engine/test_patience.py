"""Brokers that were there a moment ago are waited for; a right that is missing does not come by waiting."""

from __future__ import annotations

import logging

import pytest
from kafka.errors import KafkaConnectionError, KafkaTimeoutError, TopicAuthorizationFailedError

from alerts.ready import AGAIN, patiently


def test_what_passes_is_waited_for_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    answers = [KafkaConnectionError("gone"), KafkaConnectionError("gone"), KafkaTimeoutError("slow"), "here"]
    waited: list[float] = []

    def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level(logging.WARNING):
        assert patiently(ask, waited.append) == "here"
    assert waited == [AGAIN] * 3
    assert [line.partition(": ")[2] for line in caplog.messages] == [
        "KafkaConnectionError: gone", "KafkaTimeoutError: slow",
    ]  # fmt: skip


def test_what_does_not_pass_is_told_at_once() -> None:
    def ask() -> None:
        raise TopicAuthorizationFailedError("reports")

    with pytest.raises(TopicAuthorizationFailedError):
        patiently(ask, lambda _: pytest.fail("it waits for ever"))
