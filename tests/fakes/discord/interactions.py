"""Interactions: what a person sets off, what the bot answers, and whether it was in time."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import payloads
from tests.fakes.discord.basics import Json
from tests.fakes.discord.checks import walk_components
from tests.fakes.discord.commands import CommandBook
from tests.fakes.discord.core import Core
from tests.fakes.discord.messages import StoredMessage
from tests.fakes.discord.offers import NotOfferedError, Place, check_offer, command_data
from tests.fakes.discord.people import User
from tests.fakes.discord.permissions import permissions_of
from tests.fakes.discord.world import Channel, Guild
from tests.fakes.fair_time import Stopwatch

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
_UPLOAD_LIMIT = 10 * 1024 * 1024
_DM_BITS = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16  # what a bot may do in a DM


class LateAnswerError(AssertionError):
    """The bot did not answer in time."""


@dataclass(eq=False)
class Interaction:
    """One interaction. `answered_after` are seconds to the first answer; `callback` is that answer's type."""

    id: int
    token: str
    kind: int
    user: User
    place: Place
    data: Json
    sent_at: float
    deadline: float
    stopwatch: Stopwatch
    source: StoredMessage | None = None  # the message whose component was used
    callback: int = 0
    callback_data: Json = field(default_factory=dict)
    answered_after: float | None = None
    original: StoredMessage | None = None
    followups: list[StoredMessage] = field(default_factory=list)
    _acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def acknowledged(self) -> int:
        """Wait for the first answer and return its type; LateAnswerError after the deadline."""
        while not self._acknowledged.is_set():
            left = self.deadline - self.stopwatch.seconds()
            if left <= 0:
                raise LateAnswerError(f"no answer within {self.deadline} s to {self.data}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._acknowledged.wait(), left)
        return self.callback

    async def answer(self, timeout: float = 10.0) -> StoredMessage:  # noqa: ASYNC109 -- the test's patience
        """Wait for the message that the person gets in the end: after a deferral, what it was replaced by."""
        await self.acknowledged()
        try:
            await asyncio.wait_for(self._settled.wait(), timeout)
        except TimeoutError:
            raise LateAnswerError(
                f"acknowledged with {self.callback}, then nothing for {timeout} s"
            ) from None
        assert self.original is not None, f"the answer is no message but of type {self.callback}"
        return self.original

    async def choices(self) -> list[Json]:
        """Wait for the choices of an autocomplete: `[{"name", "value"}]`."""
        assert await self.acknowledged() == 8, f"no choices but {self.callback}"
        return list(self.callback_data.get("choices") or [])

    async def modal(self) -> Json:
        """Wait for the modal that opens: `{"custom_id", "title", "components"}`."""
        assert await self.acknowledged() == 9, f"no modal but {self.callback}"
        return self.callback_data

    def note_callback(self, kind: int, data: Json) -> None:
        """Record the first answer."""
        self.callback, self.callback_data = kind, data
        self.answered_after = self.stopwatch.seconds()
        self._acknowledged.set()

    def settle(self) -> None:
        """Record that the person has what was promised."""
        self._settled.set()

    def metadata(self) -> Json:
        """Return what a message says of the interaction that it answers."""
        told: Json = {
            "id": str(self.id),
            "type": COMPONENT if self.kind == COMPONENT else COMMAND,
            "user": payloads.user(self.user),
            "authorizing_integration_owners": self.place.installed_for(self.user),
        }
        if self.kind == COMPONENT and self.source is not None:
            told["interacted_message_id"] = str(self.source.id)
        return told


class InteractionHub:
    """Sets off interactions and knows them by token. `deadline` and `lifetime` are seconds."""

    def __init__(self, core: Core, commands: CommandBook) -> None:
        self._core = core
        self._commands = commands
        self.deadline = 3.0
        self.lifetime = 900.0
        self.by_token: dict[str, Interaction] = {}

    def command(
        self, user: User, where: Guild | Channel, command: str, values: Json, *, offered: bool = True
    ) -> Interaction:
        """Use a slash command; `offered=False`: an owner has changed who sees it."""
        place, path = Place.of(where), command.split()
        definition = self._definition(path[0])
        if offered:
            check_offer(definition, place, user)
        return self._send(user, place, COMMAND, command_data(definition, path, values))

    def autocomplete(
        self, user: User, where: Guild | Channel, command: str, focused: str, values: Json
    ) -> Interaction:
        """Type into an option that completes itself."""
        place, path = Place.of(where), command.split()
        definition = self._definition(path[0])
        check_offer(definition, place, user)
        data = command_data(definition, path, values, focused=focused)
        return self._send(user, place, AUTOCOMPLETE, data)

    def component(
        self, user: User, message: StoredMessage, custom_id: str, values: list[str] | None = None
    ) -> Interaction:
        """Click a button, or choose in a select menu."""
        found = _component(message.components, custom_id)
        data: Json = {"custom_id": custom_id, "component_type": found["type"], "id": found["id"]}
        if found["type"] != 2:
            data["values"] = _chosen(found, values or [])
        return self._send(user, Place(message.channel), COMPONENT, data, source=message)

    def forged(
        self, user: User, where: Channel, data: Json, *, source: StoredMessage | None = None
    ) -> Interaction:
        """Click on what no message offered."""
        return self._send(user, Place.of(where), COMPONENT, data, source=source)

    async def submit(self, opened: Interaction, fields: Json) -> Interaction:
        """Fill in the modal that an interaction opened, and send it."""
        modal = await opened.modal()
        data = {"custom_id": modal["custom_id"], "components": _filled(modal["components"], fields)}
        return self._send(opened.user, opened.place, MODAL, data, source=opened.source)

    def find(self, token: str) -> Interaction | None:
        """Return the interaction of a token that has not run out."""
        found = self.by_token.get(token)
        if found is None or self._core.clock.now() - found.sent_at > self.lifetime:
            return None
        return found

    def _definition(self, name: str) -> Json:
        found = self._commands.named(name)
        if found is None:
            raise NotOfferedError(f"/{name} is not registered")
        return found

    def _send(
        self, user: User, place: Place, kind: int, data: Json, *, source: StoredMessage | None = None
    ) -> Interaction:
        interaction = Interaction(
            self._core.world.ids.event(),
            secrets.token_urlsafe(48),
            kind,
            user,
            place,
            data,
            self._core.clock.now(),
            self.deadline,
            Stopwatch(self._core.clock.now),
            source,
        )
        self.by_token[interaction.token] = interaction
        self._core.publish("INTERACTION_CREATE", self._payload(interaction), place.channel.guild)
        return interaction

    def _payload(self, interaction: Interaction) -> Json:
        world, user, place = self._core.world, interaction.user, interaction.place
        guild, channel = place.channel.guild, place.channel
        told: Json = {
            "id": str(interaction.id),
            "application_id": str(world.application_id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": {**payloads.channel(channel), "permissions": str(permissions_of(user, channel))},
            "locale": user.locale,
            "app_permissions": str(permissions_of(world.bot, channel) if guild else _DM_BITS),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": place.installed_for(user),
            "context": place.context,
            "attachment_size_limit": _UPLOAD_LIMIT,
        }
        if interaction.source is not None:
            told["message"] = interaction.source.show()
        if guild is None:
            return {**told, "user": payloads.user(user)}
        permissions = str(permissions_of(user, channel))
        return {
            **told,
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": {**payloads.member(guild, user), "permissions": permissions},
        }


def _component(components: list[Json], custom_id: str) -> Json:
    shown = {each["custom_id"]: each for _, each in walk_components(components) if "custom_id" in each}
    if custom_id not in shown:
        raise NotOfferedError(f"there is no {custom_id!r}, but {sorted(shown)}")
    if shown[custom_id].get("disabled"):
        raise NotOfferedError(f"{custom_id!r} is disabled")
    return shown[custom_id]


def _chosen(select: Json, values: list[str]) -> list[str]:
    offered = [option["value"] for option in select.get("options") or []]
    if offered and not set(values) <= set(offered):
        raise NotOfferedError(f"the menu offers {offered}, not {values}")
    if not select["min_values"] <= len(values) <= select["max_values"]:
        raise NotOfferedError(
            f"{len(values)} values where {select['min_values']} to {select['max_values']} fit"
        )
    return values


def _filled(components: list[Json], fields: Json) -> list[Json]:
    unknown = fields.keys() - {each.get("custom_id") for _, each in walk_components(components)}
    if unknown:
        raise NotOfferedError(f"the modal has no {', '.join(sorted(unknown))}")
    return [_answered(each, fields, number) for number, each in enumerate(components, start=1)]


def _answered(component: Json, fields: Json, number: int) -> Json:
    told: Json = {"type": component["type"], "id": component.get("id") or number}
    if "components" in component:
        told["components"] = [_answered(each, fields, number) for each in component["components"]]
    if "component" in component:
        told["component"] = _answered(component["component"], fields, number)
    if "custom_id" in component:
        told["custom_id"] = component["custom_id"]
        value: Any = fields.get(component["custom_id"], component.get("value") or "")
        told["values" if isinstance(value, list) else "value"] = value
    return told
