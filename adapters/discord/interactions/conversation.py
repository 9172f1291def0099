"""Answers interactions on Discord: commands, suggestions, buttons and menus, each within 3 seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, cast

from adapters.discord.errors import translate, where
from adapters.discord.gateway.guild_index import GuildIndex
from adapters.discord.interactions import answers, callback, commands
from adapters.discord.interactions.callback import CallbackData
from adapters.discord.interactions.links import link_of
from adapters.discord.interactions.patience import BROKEN, apologize, defer, is_answered_elsewhere, persist
from adapters.discord.messages import destinations, views
from adapters.discord.messages.alerts import followed
from adapters.discord.messages.card import CARD, Card
from adapters.discord.messages.preflight import refusal
from adapters.discord.sdk import discord
from adapters.shared.once import Once
from adapters.shared.pages import can_turn
from adapters.shared.tasks import Tasks
from adapters.shared.urgent import urgent
from adapters.shared.welcome import welcome
from bot.errors import DeliveryError
from bot.logs.outage import OutageLog
from bot.model import Attachment, Caller, CommandSpec, Reply, local_of
from bot.ports import BotServices

SUGGESTION_LIMIT = 2.0  # seconds; Discord waits for 3
FOLLOW, ADD_ALERTS = "follow", "alerts add"
TOO_OLD = "That is too old to be known; please ask again."
NO_LINK = "The link of this post is gone from the message. Ask with the link of the post: /why LINK"
NO_FILES = "No file may be sent here, so it is shown on the next pages."

_Interaction = discord.Interaction[Any]

_log = logging.getLogger(__name__)


class Greeter(Protocol):
    """Sends first direct messages."""

    async def greet(self, user_id: int, text: str, key: str) -> None:
        """Send a user a first direct message, unless an earlier one is known to have arrived.

        DeliveryError: it cannot be sent.
        """
        ...


class Conversation:
    """Answers interactions. `admins`: ids of users who are admins everywhere. `tasks`: run greetings."""

    def __init__(
        self,
        services: BotServices,
        greeter: Greeter,
        guild_index: GuildIndex,
        tasks: Tasks,
        admins: Collection[str] = (),
    ) -> None:
        self._services = services
        self._greeter = greeter
        self._guild_index = guild_index
        self._tasks = tasks
        self._admins = admins
        self._once = Once(services.shared, "discord:once:")
        self._outage = OutageLog("Answering on Discord")
        self._commands = {command.path: command for command in services.commands}

    async def receive(self, interaction: _Interaction) -> None:
        """Answer one interaction; its errors are logged here.

        Every process that runs its shard gets it, and one of them answers. Suggestions change nothing.
        """
        kinds = {
            discord.InteractionType.application_command: self._command,
            discord.InteractionType.autocomplete: self._suggest,
            discord.InteractionType.component: self._click,
        }
        answer = kinds.get(interaction.type)
        if answer is None:
            return
        if answer != self._suggest and not await self._once.first(str(interaction.id)):
            return
        try:
            with urgent():
                await answer(interaction)
        except (discord.DiscordException, DeliveryError, *BROKEN) as error:
            if not is_answered_elsewhere(error):
                # E.g. 10062: the 3 seconds were over, so that nothing can be sent any more.
                self._lost(translate(error))
        except Exception as error:  # noqa: BLE001 -- the data of an interaction may be forged
            self._lost(where(error))
            await apologize(interaction)
        else:
            if line := self._outage.works():
                _log.info(line)

    def _lost(self, reason: object) -> None:
        """Log a lost answer: the first one, then at most one a minute."""
        if line := self._outage.failed(reason):
            _log.warning(line)

    # --- commands ---------------------------------------------------------------------------------------

    async def _command(self, interaction: _Interaction) -> None:
        await defer(interaction, thinking=True)
        used = commands.read(_data(interaction), interaction.guild_id)
        command = self._commands.get(used.path)
        missing = answers.left_out(command, used.values) if command else ""
        if command and missing and await self._offer_menu(interaction, command, missing, used.values):
            return
        reply = self._refusal(interaction, used) or await self._execute(interaction, used.path, used.values)
        await self._answer(interaction, reply, CallbackData(callback.PAGE, used.path, used.values))

    async def _execute(self, interaction: _Interaction, path: str, values: Mapping[str, str]) -> Reply:
        caller = self._caller(interaction)
        seen = replace(caller, places=await self._places(interaction, caller))
        reply = await self._services.execute(seen, path, values)
        if path == FOLLOW and reply.ok:
            greet = partial(self._greeter.greet, interaction.user.id)
            return await welcome(self._services, self._tasks, caller, reply, greet)
        if path == ADD_ALERTS and reply.ok and interaction.guild_id:
            _, channel_id = destinations.read_address(local_of(values.get("channel", caller.place)))
            await self._guild_index.learn(interaction.guild_id, channel_id)
        return reply

    async def _offer_menu(
        self, interaction: _Interaction, command: CommandSpec, parameter: str, values: Mapping[str, str]
    ) -> bool:
        """Answer with a menu of the choices; False when there are none."""
        options = await self._services.complete(self._caller(interaction), command.path, parameter, "")
        if not options:
            return False
        await self._show(interaction, await answers.menu(command, parameter, values, options, self._services))
        return True

    def _refusal(self, interaction: _Interaction, used: commands.Invocation) -> Reply | None:
        """Return the answer to an /alerts add that cannot work in its channel; None when it may work."""
        if used.path != ADD_ALERTS or not self._is_admin(interaction):
            return None
        return refusal(interaction, used)

    # --- suggestions ------------------------------------------------------------------------------------

    async def _suggest(self, interaction: _Interaction) -> None:
        used = commands.read(_data(interaction), interaction.guild_id)
        typed = used.values.get(used.focused, "")
        found: list[str] = []
        try:
            async with asyncio.timeout(SUGGESTION_LIMIT):
                found = await self._services.complete(
                    self._caller(interaction), used.path, used.focused, typed
                )
        except TimeoutError:
            _log.warning("Suggestions for /%s took too long", used.path)
        choices = [discord.app_commands.Choice(name=each, value=each) for each in found]
        await interaction.response.autocomplete(choices[: CARD.options])

    # --- clicks -----------------------------------------------------------------------------------------

    async def _click(self, interaction: _Interaction) -> None:
        custom_id = str(_data(interaction).get("custom_id", ""))
        kind = custom_id.partition(":")[0]
        if kind == callback.FOLLOW:
            await self._run_for_reader(interaction, FOLLOW, {answers.MENU_KIND: followed(custom_id)})
        elif kind == callback.WHY:
            await self._explain(interaction, link_of(interaction.message))
        elif kind == callback.COMMAND:
            await self._run_offer(interaction, custom_id)
        elif kind in (callback.PAGE, callback.MENU):
            await self._run_callback(interaction, custom_id)
        else:  # of an older version, or forged
            await interaction.response.send_message(TOO_OLD, ephemeral=True)

    async def _explain(self, interaction: _Interaction, link: str) -> None:
        """Explain the post of a card. Without a link (people can hide it) /why would mean another post."""
        if link:
            await self._run_for_reader(interaction, "why", {"link": link})
        else:
            await interaction.response.send_message(NO_LINK, ephemeral=True)

    async def _run_for_reader(self, interaction: _Interaction, path: str, values: Mapping[str, str]) -> None:
        """Run a command for the user who clicked; only they see the answer below the public message."""
        await defer(interaction, thinking=True)
        reply = await self._execute(interaction, path, values)
        await self._answer(interaction, reply, CallbackData(callback.PAGE, path, values))

    async def _run_offer(self, interaction: _Interaction, custom_id: str) -> None:
        """Run the command of a button for the user who clicked."""
        wanted = await callback.read(custom_id, self._services)
        if wanted is None:
            await interaction.response.send_message(TOO_OLD, ephemeral=True)
        else:
            await self._run_for_reader(interaction, wanted.path, wanted.values)

    async def _run_callback(self, interaction: _Interaction, custom_id: str) -> None:
        await defer(interaction)
        wanted = await callback.read(custom_id, self._services)
        if wanted is None:
            await self._show(interaction, Card(TOO_OLD))
            return
        values = dict(wanted.values)
        if wanted.kind == callback.MENU:
            values[wanted.detail] = ", ".join(map(str, _data(interaction).get("values") or ()))
        elif not self._can_turn(wanted.path):
            await interaction.followup.send(TOO_OLD, ephemeral=True)
            return
        page = int(wanted.detail) if wanted.detail.isdecimal() else 0
        reply = await self._execute(interaction, wanted.path, values)
        await self._answer(interaction, reply, CallbackData(callback.PAGE, wanted.path, values), page)

    # --- answers ----------------------------------------------------------------------------------------

    async def _answer(
        self, interaction: _Interaction, reply: Reply, again: CallbackData, page: int = 0
    ) -> None:
        """Replace the present message by an answer. A long one has pages, or follow-up messages."""
        if reply.attachment is not None:
            if await self._show_file(interaction, reply, reply.attachment):
                return
            reply = replace(reply, text=f"{reply.text} {NO_FILES}")
        shown, *more = await answers.messages(
            reply, again, page, self._services, turns=self._can_turn(again.path)
        )
        await self._show(interaction, shown)
        for each in more:
            await interaction.followup.send(content=each.content, embeds=views.embeds(each), ephemeral=True)

    async def _show_file(self, interaction: _Interaction, reply: Reply, file: Attachment) -> bool:
        """Answer with a file; False if Discord takes none there. Only the person who asked sees it."""
        if not interaction.app_permissions.attach_files:
            return False
        again = CallbackData(callback.PAGE, "")
        shown, *_ = await answers.messages(
            replace(reply, attachment=None), again, 0, self._services, turns=False
        )
        try:
            await self._show(interaction, shown, file)
        except discord.HTTPException as error:
            _log.warning("A file is shown as text: %s", translate(error))
            return False
        return True

    async def _show(self, interaction: _Interaction, made: Card, file: Attachment | None = None) -> None:
        async def edit() -> None:
            await interaction.edit_original_response(
                content=made.content or None,
                embeds=views.embeds(made),
                view=views.view(made),
                attachments=[views.file(file)] if file else [],
            )

        await persist(edit)

    def _can_turn(self, path: str) -> bool:
        return can_turn(self._commands.get(path))

    def _caller(self, interaction: _Interaction) -> Caller:
        address = destinations.user_address(interaction.user.id)
        in_dm = interaction.guild_id is None and interaction.context.dm_channel
        place = destinations.channel_address(interaction.channel_id or 0)
        admin, server = self._is_admin(interaction), self._server(interaction)
        return Caller(address, address if in_dm else place, admin=admin, server=server)

    def _server(self, interaction: _Interaction) -> str:
        """Return the server whose limits hold; "" in direct messages, and for admins of the config."""
        if interaction.guild_id is None or str(interaction.user.id) in self._admins:
            return ""
        return destinations.server_name(interaction.guild_id)

    async def _places(self, interaction: _Interaction, caller: Caller) -> frozenset[str] | None:
        """Return the channels whose alerts the caller may see: those of this server, or None for all."""
        if str(interaction.user.id) in self._admins:
            return None
        guild = interaction.guild
        if guild is None:
            return frozenset({caller.place})
        named = (
            _data(interaction).get("resolved", {}).get("channels", {})
        )  # Discord says that these are channels of this server
        seen = (each.id for each in (*guild.channels, *guild.threads))
        ids = {*seen, *map(int, named), *await self._guild_index.of(guild.id)}
        return frozenset({caller.place, *map(destinations.channel_address, ids)})

    def _is_admin(self, interaction: _Interaction) -> bool:
        here = interaction.guild_id is not None and interaction.permissions.manage_guild
        return here or str(interaction.user.id) in self._admins


def _data(interaction: _Interaction) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", interaction.data or {})
