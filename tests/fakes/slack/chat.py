"""Messages: chat.postMessage, chat.postEphemeral, chat.update, chat.delete, and what Slack takes as one."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack import blocks as slack_blocks
from tests.fakes.slack.basics import ApiError, Json, words
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.web import Handler
from tests.fakes.slack.world import Channel, Team

_TEXT = 40_000
_METADATA = 8_000  # characters as JSON
_KEPT = words(
    "parse unfurl_links unfurl_media mrkdwn link_names reply_broadcast username icon_url icon_emoji"
)


class Chat:
    """The chat methods over the world's messages."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.ephemerals: list[StoredMessage] = []  # of chat.postEphemeral and of response_urls

    def table(self) -> dict[str, Handler]:
        """Return the handlers by method."""
        return {
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
        }

    def add(
        self, channel: Channel, content: Json, *, user_id: str = "", ephemeral: bool = False
    ) -> StoredMessage:
        """Store a message of the bot; `user_id`: who alone sees it."""
        team = channel.team
        message = StoredMessage(
            team.stamps.next(),
            channel.id,
            team.id,
            user_id=user_id if ephemeral else team.bot_user_id,
            bot_id=team.bot_id,
            app_id=team.app_id,
            ephemeral=ephemeral,
            metadata=content.get("metadata") or {},
            thread_ts=content.get("thread_ts") or "",
            arguments={name: content[name] for name in _KEPT if name in content},
        )
        message.write(content_text(content), content.get("blocks") or [])
        (self.ephemerals if ephemeral else channel.stored).append(message)
        return message

    def check(self, method: str, content: Json) -> None:
        """Raise why Slack does not take this text, these blocks and this metadata; they are violations."""
        try:
            check_content(method, content)
        except ApiError as error:
            told = error.body.get("response_metadata", {}).get("messages", "")
            self._core.violate(f"{method}: {error.name} {told}")
            raise

    def _post(self, asked: Request) -> Json:
        channel = self._target(asked.team, str(asked.get("channel")))
        self._core.limits.post(asked.team.id, channel.id)
        self.check(asked.method, asked.arguments)
        if (thread := asked.get("thread_ts")) and channel.find(thread) is None:
            raise ApiError("cannot_reply_to_message")
        message = self.add(channel, asked.arguments)
        return {"channel": channel.id, "ts": message.ts, "message": message.show(metadata=True)}

    def _target(self, team: Team, name: str) -> Channel:
        """Return where a message goes; a person's id opens the DM."""
        user = team.users.get(name)
        if user is not None and (user.deactivated or user.is_bot):
            raise ApiError("channel_not_found")
        channel = team.dm_channel(user) if user is not None else seen(team, name)
        if channel.user is not None and channel.user.deactivated:
            raise ApiError("channel_not_found")
        if channel.archived:
            raise ApiError("is_archived")
        if not channel.has_bot and "chat:write.public" not in team.scopes:
            raise ApiError("not_in_channel")
        return channel

    def _post_ephemeral(self, asked: Request) -> Json:
        channel = seen(asked.team, str(asked.get("channel")))
        if channel.archived:
            raise ApiError("is_archived")
        if not channel.has_bot:
            raise ApiError("not_in_channel")
        user_id = str(asked.get("user"))
        if user_id not in asked.team.users or (channel.is_private and user_id not in channel.members):
            raise ApiError("user_not_in_channel")
        self.check(asked.method, asked.arguments)
        message = self.add(channel, asked.arguments, user_id=user_id, ephemeral=True)
        return {"message_ts": message.ts}

    def _update(self, asked: Request) -> Json:
        channel = seen(asked.team, str(asked.get("channel")))
        if channel.archived:
            raise ApiError("is_inactive")
        message = self._own(asked, channel, "cant_update_message")
        self.check(asked.method, asked.arguments)
        kept = message.blocks if asked.get("blocks") is None else asked.get("blocks")  # as documented
        message.write(content_text(asked.arguments), kept)
        if asked.get("metadata") is not None:
            message.metadata = asked.get("metadata")
        message.edited = asked.team.stamps.next()
        shown = message.show(metadata=True)
        return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}

    def _delete(self, asked: Request) -> Json:
        channel = seen(asked.team, str(asked.get("channel")))
        message = self._own(asked, channel, "cant_delete_message")
        message.deleted = True
        return {"channel": channel.id, "ts": message.ts}

    @staticmethod
    def _own(asked: Request, channel: Channel, refusal: str) -> StoredMessage:
        message = channel.find(str(asked.get("ts")))
        if message is None:
            raise ApiError("message_not_found")
        if message.bot_id != asked.team.bot_id:
            raise ApiError(refusal)
        return message


def seen(team: Team, channel_id: str) -> Channel:
    """Return a channel that the bot sees: public ones, its DMs, and the private ones it is in."""
    channel = team.channels.get(channel_id)
    if channel is None or channel.deleted or (channel.is_private and not channel.has_bot):
        raise ApiError("channel_not_found")
    return channel


def content_text(content: Json) -> str:
    """Return the text of a message."""
    return str(content.get("text") or content.get("markdown_text") or "")


def check_content(method: str, content: Json) -> None:
    """Raise an ApiError for a text, blocks or metadata that Slack does not take."""
    blocks = content.get("blocks") or []
    if content.get("markdown_text") and (content.get("text") or blocks):
        raise ApiError("markdown_text_conflict")
    if not content_text(content).strip() and not blocks and not content.get("attachments"):
        raise ApiError("no_text")
    if len(content_text(content)) > _TEXT:
        raise ApiError("msg_too_long")
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if faults := slack_blocks.message_faults(blocks):
        raise ApiError("invalid_blocks", *faults)
    if slack_blocks.size(blocks) > slack_blocks.ALL_BLOCKS:
        # Only chat.postMessage lists the former.
        raise ApiError("msg_blocks_too_long" if method == "chat.postMessage" else "msg_too_long")
    if content.get("metadata"):
        _check_metadata(content["metadata"])


def _check_metadata(metadata: Any) -> None:
    """Raise unless it is `{"event_type": …, "event_payload": {…flat…}}`."""
    known = isinstance(metadata, dict) and metadata.keys() == {"event_type", "event_payload"}
    if not known or not isinstance(metadata["event_type"], str) or not metadata["event_type"]:
        raise ApiError("invalid_metadata_format")
    payload = metadata["event_payload"]
    flat = isinstance(payload, dict) and all(isinstance(each, str | int | float) for each in payload.values())
    if not flat:
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata)) > _METADATA:
        raise ApiError("metadata_too_large")
