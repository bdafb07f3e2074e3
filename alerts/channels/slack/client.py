"""The official SDK's client with our own connection under it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from alerts.channels.base import Answer
from alerts.channels.http import Poster

if TYPE_CHECKING:
    from slack_sdk import WebClient


class NoAnswerError(Exception):
    """Nothing came back; ``answer`` says why."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.failure)


class Client:
    """Calls methods of the Web API through a ``Poster``; ``last`` is the newest answer as it came."""

    def __init__(self, token: str, api: str, poster: Poster) -> None:
        self.last = Answer()
        self.web = self._made(token, api, poster)

    def _made(self, token: str, api: str, poster: Poster) -> WebClient:
        from slack_sdk import WebClient

        outer, root = self, urlsplit(api).path.rstrip("/")

        class Ours(WebClient):
            def _perform_urllib_http_request_internal(self, url: str, req: Any) -> dict[str, Any]:
                under = "/" + urlsplit(url).path[len(root) :].lstrip("/")
                answer = poster.post(req.data or b"", dict(req.header_items()), under=under)
                outer.last = answer
                if answer.status is None:
                    raise NoAnswerError(answer)
                return {"status": answer.status, "headers": {}, "body": answer.text}

        silent = logging.Logger("tocsin.slack_sdk", level=logging.CRITICAL + 1)  # it would log articles and errors
        return Ours(token=token, base_url=api, retry_handlers=[], logger=silent, timeout=1)
