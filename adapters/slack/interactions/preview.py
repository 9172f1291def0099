"""Renders the messages and views that answer commands, without a connection to Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.slack.interactions import views
from adapters.slack.interactions.answers import pages
from adapters.slack.interactions.callback import CallbackData
from adapters.slack.interactions.command_runner import FOLLOW, FOLLOWING, UNFOLLOW
from adapters.slack.interactions.home import tab
from adapters.slack.messages.parts import Json
from adapters.slack.messages.render import arguments
from bot.model import Caller
from bot.ports import BotServices


async def answer(services: BotServices, caller: Caller, path: str, values: Mapping[str, str]) -> list[Json]:
    """Run a command and return its answer: one message for each page, or the form it opens."""
    commands = {command.path: command for command in services.commands}
    if path == FOLLOW and not values:
        feeds = await services.complete(caller, FOLLOW, "feed", "")
        return [views.form(commands[FOLLOW], feeds, place="" if caller.admin else None)]
    if path == UNFOLLOW and not values:
        path = FOLLOWING
    reply = replace(await services.execute(caller, path, values), attachment=None)  # goes beside the answer
    again = None if commands[path].changes else CallbackData(path, dict(values))
    return [arguments(each) for each in await pages(reply, again, services)]


async def home(services: BotServices, caller: Caller) -> list[Json]:
    """Return the App Home."""
    return [await tab(services, replace(caller, place=caller.address))]
