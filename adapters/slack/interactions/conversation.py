"""Answers commands, clicks and forms on Slack. Commands and clicks are acknowledged before handling."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from cachetools import LRUCache
from slack_bolt.async_app import AsyncAck, AsyncApp

from adapters.shared.once import Once
from adapters.shared.tasks import Tasks
from adapters.shared.urgent import urgent
from adapters.shared.welcome import unreached
from adapters.slack.errors import translate
from adapters.slack.interactions import callback, command_text, request_context, views
from adapters.slack.interactions.answers import Answers
from adapters.slack.interactions.callback import CallbackData
from adapters.slack.interactions.command_runner import (
    ADD_ALERTS,
    FOLLOW,
    FOLLOWING,
    UNFOLLOW,
    CommandRunner,
    Greeter,
    PlaceError,
)
from adapters.slack.interactions.home import Home
from adapters.slack.interactions.permissions import PERMISSIONS, Callers, Permissions
from adapters.slack.interactions.request_context import RequestContext
from adapters.slack.interactions.settings import CONVERSATION, ConversationSettings
from adapters.slack.messages import destinations
from adapters.slack.messages.parts import FOLLOW as FOLLOW_BUTTON
from adapters.slack.messages.parts import READ, SHOW, WHY
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import DeliveryError, UsageError
from bot.model import Caller, Reply
from bot.ports import BotServices

UNKNOWN = "That button is too old to be understood; type the command again, or /help."
RECEIVED = "This was received a moment ago; if no answer comes, send it again."
TOO_OLD = "That list is too old to be turned; please ask again."

_ANY = re.compile("")
_Body = Mapping[str, Any]
_Work = Callable[[RequestContext, _Body], Awaitable[None]]

_log = logging.getLogger(__name__)


class Conversation:
    """Answers users. `prefix`: the slash command that accepts every other command as its text."""

    def __init__(
        self,
        services: BotServices,
        workspaces: Workspaces,
        people: Permissions,
        greeter: Greeter,
        *,
        prefix: str,
        settings: ConversationSettings = CONVERSATION,
    ) -> None:
        self._services, self._settings = services, settings
        self._workspaces = workspaces
        self._prefix = prefix
        self._callers = Callers(services, workspaces, people)
        self._answers = Answers(workspaces, services)
        self._home = Home(services, workspaces, self._callers)
        self._tasks = Tasks("Slack")
        self._runner = CommandRunner(
            services, workspaces, self._callers, greeter, home=self._home, tasks=self._tasks
        )
        self._once = Once(services.shared, "slack:once:")
        self._forms: LRUCache[str, asyncio.Task[tuple[Reply, bool]]] = LRUCache(settings.forms)

    def register(self, app: AsyncApp) -> None:
        """Register the listeners."""
        app.command(_ANY)(self._on_command)
        app.action(_ANY)(self._on_click)
        app.options(_ANY)(self._on_search)
        app.view(_ANY)(self._on_form)
        app.event("app_home_opened")(self._on_home)

    async def drain(self, seconds: float) -> None:
        """Wait at most `seconds` for pending answers and App Homes, then cancel the rest."""
        end = asyncio.get_running_loop().time() + seconds
        await self._tasks.drain(seconds)
        await self._home.drain(max(end - asyncio.get_running_loop().time(), 0.0))
        await self._callers.aclose()

    # --- listeners ----------------------------------------------------------------------------------------

    async def _on_command(self, ack: AsyncAck, body: _Body) -> None:
        await ack()
        self._begin(body, self._command)

    async def _on_click(self, ack: AsyncAck, body: _Body) -> None:
        await ack()
        self._begin(body, self._click)

    async def _on_search(self, ack: AsyncAck, body: _Body) -> None:
        found: list[str] = []
        who = request_context.read(body)
        try:
            async with asyncio.timeout(self._settings.search):
                found = await self._suggest(who, body) if who is not None else []
        except TimeoutError:
            _log.warning("Suggestions took too long.")
        await ack(options=views.options(found))

    async def _on_form(self, ack: AsyncAck, body: _Body) -> None:
        """Acknowledge a form with its errors if they are known in time; otherwise close the form."""
        who = request_context.read(body)
        if who is None:
            await ack()
            return
        chosen = views.chosen(body.get("view") or {})
        known = self._forms.get(who.trigger)
        with urgent():
            task = known or self._tasks.start(self._submit(who, chosen))
        if who.trigger:
            self._forms[who.trigger] = task
        done, _ = await asyncio.wait({task}, timeout=self._settings.form)
        reply, of_place = task.result() if done else (None, False)
        if reply is not None and not reply.ok:
            await ack(response_action="errors", errors=views.errors(reply.text, of_place=of_place))
            return
        await ack()
        if known is None:
            with urgent():
                self._tasks.start(self._tell(who, chosen, task))

    async def _on_home(self, body: _Body) -> None:
        who = request_context.read(body)
        if who is not None and body["event"].get("tab") == "home":  # the other tab is Messages
            self._home.refresh(who)

    def _begin(self, body: _Body, work: _Work) -> None:
        """Start to handle a payload, unless Slack has sent it before."""
        who = request_context.read(body)
        if who is None:
            return

        async def answered() -> None:
            if await self._once.first(who.trigger):
                with urgent():
                    await work(who, body)

        self._tasks.start(answered())

    # --- commands -----------------------------------------------------------------------------------------

    async def _command(self, who: RequestContext, body: _Body) -> None:
        name, text = str(body.get("command", "")), str(body.get("text") or "")
        asked = command_text.read(name, text, self._runner.commands, self._prefix)
        wanted = CallbackData(line=asked.raw)
        opens = not asked.rest and asked.path in (FOLLOW, ADD_ALERTS)
        caller = await self._callers.caller(who, self._settings.opening if opens else PERMISSIONS.patience)
        if opens and await self._open(who, caller, asked.path):
            return
        if not asked.rest and asked.path == UNFOLLOW:
            wanted = CallbackData(FOLLOWING)  # its answer has a button to unfollow each
        await self._answer(who, caller, wanted)

    async def _answer(
        self, who: RequestContext, caller: Caller, wanted: CallbackData, *, replace_it: bool = False
    ) -> None:
        reply = await self._runner.run(who, caller, wanted)
        if reply.ok and self._runner.path(wanted) == FOLLOW:
            reply = await self._runner.welcomed(who, caller, reply)
        again = wanted if self._runner.can_turn(wanted) else None
        await self._answers.give(who, reply, again, replace=replace_it)

    # --- clicks -------------------------------------------------------------------------------------------

    async def _click(self, who: RequestContext, body: _Body) -> None:
        action_id, value = request_context.clicked(body)
        kind = action_id.partition(":")[0]
        if kind == FOLLOW_BUTTON:
            await self._answer_reader(who, CallbackData(FOLLOW, {"categories": value}))
        elif kind == WHY:
            await self._answer_reader(who, CallbackData("why", {"link": value} if value.strip("?") else {}))
        elif kind == views.OPEN:
            caller = await self._callers.caller(who, self._settings.opening)
            if not await self._open(who, caller, value) and value == ADD_ALERTS:
                reply = await self._runner.run(who, caller, CallbackData(value))  # the answer says why not
                self._home.refresh(who, reply.text)
        elif kind in (views.OFFER, views.TURN, SHOW):
            await self._run_callback(who, kind, value, in_view=bool(body.get("view")))
        elif kind != READ:  # READ is a link, which Slack itself opens
            await self._decline(who, in_view=bool(body.get("view")))

    async def _run_callback(self, who: RequestContext, kind: str, value: str, *, in_view: bool) -> None:
        """Run the command in the value of a button. SHOW is below a message to all, which stays as it is."""
        wanted = await callback.read(value, self._services)
        if wanted is None:
            await self._answers.give(who, Reply(TOO_OLD), replace=kind != SHOW)
        elif kind == SHOW:
            await self._answer_reader(who, wanted)
        elif kind == views.OFFER:
            await self._take_up(who, wanted, in_view=in_view)
        elif self._runner.can_turn(wanted):
            await self._answer(who, await self._callers.caller(who), wanted, replace_it=True)

    async def _decline(self, who: RequestContext, *, in_view: bool) -> None:
        """Answer that a button is not known, or not any more."""
        if in_view:
            self._home.refresh(who, UNKNOWN)
        else:
            await self._answers.give(who, Reply(UNKNOWN))

    async def _answer_reader(self, who: RequestContext, wanted: CallbackData) -> None:
        """Answer only the person who clicked a button under a public message."""
        await self._answer(who, await self._callers.caller(who), wanted)

    async def _take_up(self, who: RequestContext, wanted: CallbackData, *, in_view: bool) -> None:
        """Run the command of an offer button, and show the answer with the choices that remain."""
        caller = await self._callers.caller(who)
        reply = await self._runner.run(who, caller, wanted)
        if in_view:
            self._home.refresh(who, reply.text)
            return
        again = wanted if self._runner.can_turn(wanted) else None
        if self._runner.path(wanted) == UNFOLLOW:
            left = await self._runner.run(who, caller, CallbackData(FOLLOWING))
            reply, again = replace(reply, offers=left.offers), CallbackData(FOLLOWING)
        await self._answers.give(who, reply, again, replace=True)

    # --- the form -----------------------------------------------------------------------------------------

    async def _open(self, who: RequestContext, caller: Caller, path: str) -> bool:
        """Open the form; return whether it opened."""
        if path == ADD_ALERTS and not caller.admin:
            return False
        preset = who.channel if path == ADD_ALERTS and who.in_channel else ""
        feeds = await self._services.complete(caller, FOLLOW, "feed", "")
        view = views.form(
            self._runner.commands[FOLLOW],
            feeds,
            back=who.channel if who.in_channel else "",
            place=preset if caller.admin else None,
        )
        try:
            client = await self._workspaces.client(who.team)
            await client.views_open(trigger_id=who.trigger, view=view)
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            _log.warning("A form could not be opened: %s", translate(error))
            return False
        return True

    async def _suggest(self, who: RequestContext, body: _Body) -> list[str]:
        address = destinations.address(who.team, who.user, self._workspaces.home)
        parameter, text = str(body.get("action_id", "")), str(body.get("value") or "")
        return await self._services.complete(Caller(address, address), FOLLOW, parameter, text)

    async def _submit(self, who: RequestContext, chosen: views.Chosen) -> tuple[Reply, bool]:
        """Run the command of a form; return the answer, and whether it is an error about the channel."""
        if not await self._once.first(who.trigger):
            return Reply(RECEIVED, ok=False), False  # another process has got it too, and knows the answer
        wanted = CallbackData(FOLLOW, chosen.values)
        if chosen.channel:
            known = {each.name for each in self._runner.commands[ADD_ALERTS].parameters}
            values = {name: value for name, value in chosen.values.items() if name in known}
            wanted = CallbackData(ADD_ALERTS, values | {views.PLACE: chosen.channel})
        try:
            caller = await self._callers.caller(who, self._settings.opening)
            return await self._runner.attempt(who, caller, wanted), False
        except (UsageError, DeliveryError) as error:
            return Reply(str(error), ok=False), isinstance(error, PlaceError)

    async def _tell(
        self, who: RequestContext, chosen: views.Chosen, task: asyncio.Task[tuple[Reply, bool]]
    ) -> None:
        """Answer a form after it closed. New followers get a direct message, to show that those arrive."""
        reply, _ = await task
        direct = reply.ok and not chosen.channel
        back = RequestContext(who.team, who.user, "" if direct else chosen.back)
        try:
            await self._answers.give(back, reply)
        except DeliveryError as error:
            await self._tell_elsewhere(who, chosen, unreached(reply, error) if direct else reply)
        else:
            if direct:
                await self._services.reachable(
                    destinations.address(who.team, who.user, self._workspaces.home)
                )

    async def _tell_elsewhere(self, who: RequestContext, chosen: views.Chosen, reply: Reply) -> None:
        """Answer a form in the channel where it was opened, else in the App Home."""
        try:
            await self._answers.give(RequestContext(who.team, who.user, chosen.back), reply)
        except DeliveryError:
            self._home.refresh(who, reply.text)
