"""Builds the answers to commands: pages, menus, and buttons below them. Also used for previews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.discord.interactions import callback
from adapters.discord.interactions.callback import CallbackData
from adapters.discord.messages.card import CARD, Button, Card, Menu, payload
from adapters.discord.messages.markdown import with_names
from adapters.discord.messages.render import FENCE, reply_pages
from adapters.shared.pages import can_turn, page_turns
from bot.model import Caller, CommandSpec, ParameterSpec, Reply, SuggestedAction
from bot.ports import BotServices, KeyValueStore
from bot.text.sanitize import visible
from bot.text.truncate import clip, units

MENU_KIND = "categories"  # parameters of this kind may be left out: a menu asks for them
MOST_BUTTONS = 25  # of a message (documentation, components/reference)
MOST_MESSAGES = 5  # for an answer without buttons to turn pages
_PROMPT = "Choose one or more"


async def messages(
    reply: Reply, again: CallbackData, page: int, store: KeyValueStore, *, turns: bool
) -> list[Card]:
    """Return the messages that show a page of an answer, with buttons to the other pages.

    `again`: the command to run for another page. `turns`: whether pages can be turned; otherwise a long
    answer becomes several messages.
    """
    cards = [each if each.content.startswith(FENCE) else _named(each) for each in reply_pages(reply)]
    offers = await _offers(reply.offers, store)
    if not turns:
        return [replace(cards[0], buttons=tuple(offers[:MOST_BUTTONS])), *cards[1:MOST_MESSAGES]]
    page = min(page, len(cards) - 1)
    turning = [
        Button(label, custom_id=await callback.write(replace(again, detail=str(to)), store))
        for label, to in page_turns(page, len(cards))
    ]
    return [replace(cards[page], buttons=(*offers[: MOST_BUTTONS - len(turning)], *turning))]


def _named(card: Card) -> Card:
    return replace(card, content=with_names(card.content))


async def menu(
    command: CommandSpec,
    parameter: str,
    values: Mapping[str, str],
    options: Sequence[str],
    store: KeyValueStore,
) -> Card:
    """Return a menu that asks for a missing parameter."""
    custom_id = await callback.write(CallbackData(callback.MENU, command.path, values, parameter), store)
    return Card(f"{command.help}:", menu=Menu(custom_id, _PROMPT, tuple(options)))


def has_menu(command: CommandSpec, parameter: ParameterSpec) -> bool:
    """Whether the parameter may be left out, so that a menu asks for it."""
    return parameter.kind == MENU_KIND and parameter.required and parameter.suggests and not command.admin


def left_out(command: CommandSpec, values: Mapping[str, str]) -> str:
    """Return the parameter that a menu has to ask for, "" for none."""
    asked = (each.name for each in command.parameters if has_menu(command, each))
    return next((name for name in asked if name not in values), "")


async def preview(
    services: BotServices, caller: Caller, path: str, values: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Run a command and return the messages that show its answer, page by page, as JSON bodies."""
    command = next(each for each in services.commands if each.path == path)
    missing = left_out(command, values)
    if missing and (options := await services.complete(caller, path, missing, "")):
        return [payload(await menu(command, missing, values, options, services))]
    reply = replace(await services.execute(caller, path, values), attachment=None)  # goes beside the text
    again = CallbackData(callback.PAGE, path, values)
    turns = can_turn(command)
    pages = len(reply_pages(reply)) if turns else 1
    shown = [await messages(reply, again, page, services, turns=turns) for page in range(pages)]
    return [payload(each) for cards in shown for each in cards]


async def _offers(offers: Sequence[SuggestedAction], store: KeyValueStore) -> list[Button]:
    """Return a button for each suggested next command."""
    found: dict[str, Button] = {}
    for each in offers[:MOST_BUTTONS]:
        label = clip(visible(each.label), CARD.label, units) or f"/{each.path}"
        custom_id = await callback.write(CallbackData(callback.COMMAND, each.path, dict(each.values)), store)
        found.setdefault(custom_id, Button(label, custom_id=custom_id))
    return list(found.values())
