"""The messages of the fake Discord: what was stored, how it is shown, and the nonce rule."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import payloads, shapes
from tests.fakes.discord.basics import Flags, Json, iso
from tests.fakes.discord.people import User
from tests.fakes.discord.problems import ApiError
from tests.fakes.discord.world import Channel, World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_ALL = re.compile(r"@(?:everyone|here)\b")


@dataclass(eq=False)
class StoredMessage:
    """One message. `body` is what was sent last; `pings` are the mentions that reached somebody."""

    id: int
    channel: Channel
    author: User
    body: Json
    created: float
    nonce: str | int | None = None
    flags: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    edited: float | None = None
    edits: int = 0
    deleted: bool = False
    pinged_users: set[int] = field(default_factory=set)
    pinged_roles: set[int] = field(default_factory=set)
    pinged_all: bool = False
    interaction: Json | None = None  # metadata of the interaction that it answers
    reference: Json | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether only the person who asked sees it."""
        return bool(self.flags & Flags.EPHEMERAL)

    @property
    def crossposted(self) -> bool:
        """Whether it was published from an announcement channel."""
        return bool(self.flags & Flags.CROSSPOSTED)

    @property
    def pings(self) -> set[int | str]:
        """Ids of users and roles that were notified, and "everyone"."""
        everyone: set[int | str] = {"everyone"} if self.pinged_all else set()
        return everyone | self.pinged_users | self.pinged_roles

    def show(self, *, with_nonce: bool = False, hidden: bool = False) -> Json:
        """Return the message's JSON; `hidden` for a reader who lacks the message content intent."""
        users = [self.channel.world.users[each] for each in sorted(self.pinged_users)]
        shown: Json = {
            "id": str(self.id),
            "type": 20 if self.interaction and self.interaction["type"] == 2 else 0,
            "channel_id": str(self.channel.id),
            "author": payloads.user(self.author),
            "content": "" if hidden else self.content,
            "embeds": [] if hidden else self.embeds,
            "components": [] if hidden else self.components,
            "attachments": [] if hidden else self.attachments,
            "mentions": [payloads.user(each) for each in users],
            "mention_roles": [str(each) for each in sorted(self.pinged_roles)],
            "mention_everyone": self.pinged_all,
            "timestamp": iso(self.created),
            "edited_timestamp": iso(self.edited) if self.edited else None,
            "flags": self.flags,
            "pinned": False,
            "tts": False,
        }
        if with_nonce and self.nonce is not None:
            shown["nonce"] = self.nonce
        if self.interaction is not None:
            application = str(self.channel.world.application_id)
            shown |= {
                "interaction_metadata": self.interaction,
                "webhook_id": application,
                "application_id": application,
            }
        if self.reference is not None:
            shown["message_reference"] = self.reference
        return shown

    def fill(self, body: Json) -> None:
        """Take over what `body` says; fields that it does not name stay."""
        self.body = {**self.body, **body}
        if "content" in body:
            self.content = (body["content"] or "").strip()
        if "embeds" in body:
            self.embeds = shapes.embeds(body["embeds"])
        if "components" in body:
            self.components = shapes.components(body["components"])
        if body.get("flags") is not None:
            kept = Flags.EPHEMERAL | Flags.CROSSPOSTED | Flags.COMPONENTS_V2  # set once, never taken back
            self.flags = int(body["flags"]) | self.flags & kept


class MessageBook:
    """All messages by id. `nonce_window` is what Discord calls a few minutes, in seconds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_id: dict[int, StoredMessage] = {}
        self._by_channel: dict[int, list[StoredMessage]] = {}
        self._nonces: dict[tuple[int, str], StoredMessage] = {}
        self.nonce_window = 180.0

    def find(self, channel: Channel, message_id: int) -> StoredMessage:
        """Return a message; ApiError 10008 when it is not there (any more)."""
        message = self._by_id.get(message_id)
        if message is None or message.deleted or message.channel is not channel:
            raise ApiError(10008)
        return message

    def of(self, channel: Channel) -> list[StoredMessage]:
        """Return the messages that everybody in the channel sees, oldest first."""
        stored = self._by_channel.get(channel.id, [])
        return [message for message in stored if not message.deleted and not message.ephemeral]

    def with_nonce(self, author: User, body: Json) -> StoredMessage | None:
        """Return the earlier message that an enforced nonce stands for; ApiError 10008 when that was deleted.

        The key is author and nonce without the channel: whether Discord's key has it is not written anywhere,
        and without it a nonce that two channels share is found out.
        """
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        earlier = self._nonces.get((author.id, str(body["nonce"])))
        if earlier is None or self._world.clock.now() - earlier.created > self.nonce_window:
            return None
        if earlier.deleted:
            raise ApiError(10008)
        return earlier

    def add(
        self,
        channel: Channel,
        author: User,
        body: Json,
        *,
        message_id: int = 0,
        interaction: Json | None = None,
        pings: bool = True,
    ) -> StoredMessage:
        """Store a new message; its body was checked before."""
        now = self._world.clock.now()
        number = message_id or self._world.ids.event()
        message = StoredMessage(number, channel, author, {}, now, body.get("nonce"), interaction=interaction)
        message.fill(body)
        message.attachments = _attachments(body.get("attachments") or [], message.id)
        if body.get("message_reference"):
            message.reference = {"type": 0, "channel_id": str(channel.id), **body["message_reference"]}
            message.reference.pop("fail_if_not_exists", None)
        if pings:
            _notify(message, body.get("allowed_mentions"), parse_all=interaction is None)
        self._by_id[message.id] = message
        self._by_channel.setdefault(channel.id, []).append(message)
        if message.nonce is not None:
            self._nonces[author.id, str(message.nonce)] = message
        channel.last_message_id = message.id
        channel.message_count += 1
        return message

    def edit(self, message: StoredMessage, body: Json) -> None:
        """Change a message; an edit notifies nobody."""
        message.fill(body)
        if "attachments" in body:
            message.attachments = _attachments(body["attachments"] or [], message.id)
        message.edited = self._world.clock.now()
        message.edits += 1

    def delete(self, message: StoredMessage) -> None:
        """Delete a message. Its nonce is remembered."""
        message.deleted = True


def _attachments(sent: list[Json], message_id: int) -> list[Json]:
    shown = []
    for index, each in enumerate(sent):
        name = each.get("filename") or f"file{index}"
        url = f"https://cdn.invalid/{message_id}/{name}"
        shown.append({"id": str(index), "filename": name, "size": 0, "url": url, "proxy_url": url})
    return shown


def _notify(message: StoredMessage, allowed: Json | None, *, parse_all: bool) -> None:
    # Without the field messages parse everything, answers to interactions only users.
    rule: dict[str, Any] = allowed if allowed is not None else {"parse": ["users", "roles", "everyone"]}
    parse = set(rule.get("parse") or []) & ({"users", "roles", "everyone"} if parse_all else {"users"})
    if allowed is not None:
        parse = set(rule.get("parse") or [])
    world = message.channel.world
    named = {int(each) for each in [*(rule.get("users") or []), *(rule.get("roles") or [])]}
    users = {int(each) for each in _USER.findall(message.content)} & world.users.keys()
    roles = {int(each) for each in _ROLE.findall(message.content)}
    message.pinged_users = users if "users" in parse else users & named
    message.pinged_roles = roles if "roles" in parse else roles & named
    message.pinged_all = "everyone" in parse and bool(_ALL.search(message.content))
