"""Slack's Web API: the first message of an alert is edited to what holds now, and answered in its thread.

The official SDK makes the calls; the bytes go through our own connection, which follows no redirect, uses no proxy
and goes to no internal address.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from alerts.channels.base import Answer, Message, Payload, Timeouts, Verdict, Verdicts
from alerts.channels.http import Poster, json_payload
from alerts.channels.slack.client import Client, NoAnswerError
from alerts.channels.slack_webhook.form import SLACK, blocks_of, brief, fallback, fields, short_text
from alerts.channels.words import word_of
from alerts.channels.written import Written
from alerts.config.types import Destination

API = "https://slack.com/api/"

_PARK = """
    access_denied account_inactive as_user_not_supported cannot_reply_to_message channel_not_found
    channel_type_not_supported ekm_access_denied enterprise_is_restricted invalid_auth is_archived missing_scope
    no_permission not_allowed_token_type not_authed not_in_channel org_login_required restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
    restricted_action_thread_only_channel team_access_not_granted team_not_found thread_locked token_expired
    token_revoked two_factor_setup_required user_is_bot
""".split()
_INVALID = """
    block_mismatch invalid_arg_name invalid_arguments invalid_array_arg invalid_attachments invalid_blocks
    invalid_blocks_format invalid_charset invalid_form_data invalid_json invalid_metadata_format json_not_object
    markdown_text_conflict messages_tab_disabled metadata_too_large msg_blocks_too_long msg_too_long no_text
    too_many_attachments
""".split()
_RETRY = """
    accesslimited deprecated_endpoint duplicate_message_not_found internal_error message_limit_exceeded rate_limited
    ratelimited rollup_error service_unavailable team_added_to_org
""".split()
_WORDS: dict[str, Verdict] = {
    **dict.fromkeys(_PARK, "park"),
    **dict.fromkeys(_INVALID, "invalid"),
    **dict.fromkeys(_RETRY, "retry"),
    "fatal_error": "uncertain",  # Slack: some of it may have succeeded
    "request_timeout": "uncertain",
    "no JSON": "uncertain",  # someone between us and Slack answered
}
#: The message to edit is gone, or is too old for it: what it should say goes out as a new one.
_NO_EDIT = frozenset(
    "cant_update_message edit_window_closed is_inactive message_not_found msg_not_found thread_not_found".split()
)


class Slack(Written):
    """One channel that a bot writes to."""

    dialect = SLACK
    rate = 1.0
    burst = 3
    digest_over = 15
    verdicts = Verdicts(words=_WORDS)

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        settings = destination.settings
        api = settings.get("api", API)
        self._channel: str = settings["channel"]
        self._poster = Poster(api, allow_private=destination.allow_private, timeouts=timeouts)
        self._client = Client(settings["token"].reveal(), api, self._poster)

    def render(self, message: Message) -> Payload:
        """A new message; for what follows one the text to edit it to, and a line for its thread."""
        told = self.told(message)
        if message.before is None or message.digest:
            return json_payload(fields(short_text(told, message), blocks_of(told, told.head)))
        edit = fields(short_text(told, message), blocks_of(told, told.standing))
        return json_payload(self._reply(message, brief(message, told)), edit, message.before)

    def plain(self, message: Message) -> Payload:
        """The same without blocks; an edit takes the old ones away."""
        text = fallback(message, self.zone)
        if message.before is None or message.digest:
            return json_payload(fields(text, None))
        return json_payload(self._reply(message, text), fields(text, []), message.before)

    def _reply(self, message: Message, text: str) -> dict[str, Any]:
        """A line in the thread; what must not be missed is shown in the channel too."""
        return {**fields(text, None), "reply_broadcast": message.alert.kind != "update"}

    def attempt(self, payload: Payload) -> Answer:
        """Edit and answer, or post."""
        before, body = payload.before, json.loads(payload.body)
        if before is None or payload.edit is None:
            return self._post(body)
        edited = self._call("chat_update", channel=before["channel"], ts=before["ts"], **_editable(payload.edit))
        if edited.word in _NO_EDIT:
            return self._post(json.loads(payload.edit))
        if self.verdict(edited) != "delivered":
            return edited
        answer = self._call("chat_postMessage", channel=before["channel"], thread_ts=before["ts"], **body)
        return replace(answer, handle=before)

    def _post(self, body: dict[str, Any]) -> Answer:
        return self._call("chat_postMessage", channel=self._channel, **body)

    def _call(self, method: str, **arguments: Any) -> Answer:
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            found: Any = getattr(self._client.web, method)(**arguments)
        except NoAnswerError as none:
            return none.answer
        except SlackApiError as error:
            found = error.response
        except SlackClientError as error:
            return Answer(word="invalid_arguments", text=str(error))
        answer: Answer = self._client.last
        word = word_of(answer)
        if word is None and answer.status == 200 and found.get("ok") is not True:
            word = "no JSON"
        handle = {"channel": str(found["channel"]), "ts": str(found["ts"])} if word is None and "ts" in found else None
        return replace(answer, word=word, handle=handle)

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()


def _editable(edit: bytes) -> dict[str, Any]:
    """What ``chat.update`` takes of a message's fields."""
    return {key: value for key, value in json.loads(edit).items() if key in ("text", "blocks")}
