"""Converts cards to discord.py's objects: embeds, buttons, menus, and the attempt key of a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from adapters.discord.interactions import callback
from adapters.discord.interactions.callback import COMMAND, CallbackData
from adapters.discord.messages.card import Button, Card, Menu
from adapters.discord.sdk import discord
from bot.model import Attachment


def with_key(card: Card, key: str) -> Card:
    """Return a card with the attempt key in the custom id of one of its buttons.

    Discord returns the bot's own messages with their components; whether it still returns the nonce is not
    documented. A card whose buttons do not contain the key gets a Health button, which is of use to anyone.
    """
    if any(key in each.custom_id for each in card.buttons):
        return card
    health = Button("Health", custom_id=callback.short(CallbackData(COMMAND, "health", detail=key)))
    return replace(card, buttons=(*card.buttons, health))


def mentions(card: Card) -> discord.AllowedMentions:
    """Return the mentions that may notify: only the one that an admin chose."""
    roles = [discord.Object(each) for each in card.mention_roles]
    return discord.AllowedMentions(
        everyone=card.mention_everyone, users=False, roles=roles or False, replied_user=False
    )


def bears(message: discord.Message, key: str) -> bool:
    """Whether a message was sent with this key."""
    if message.nonce is not None and str(message.nonce) == key:
        return True
    ids = [getattr(child, "custom_id", None) or "" for row in message.components for child in _children(row)]
    return any(key in custom_id.split(":") for custom_id in ids)


def _children(row: Any) -> Sequence[Any]:
    return getattr(row, "children", ())


def embeds(card: Card) -> list[discord.Embed]:
    """Return a card's embeds."""
    return [discord.Embed.from_dict(each) for each in card.embeds]


def file(attachment: Attachment) -> discord.File:
    """Return a text file to upload; each attempt needs its own."""
    return discord.File(BytesIO(attachment.text.encode()), attachment.name)


def view(card: Card) -> discord.ui.View | None:
    """Return a card's menu and buttons as a view; None if it has neither.

    The view is stopped before it is sent, so that discord.py does not store it. Clicks are handled by their
    custom ids alone, so they also work after a restart.
    """
    if not (card.buttons or card.menu):
        return None
    made = discord.ui.View(timeout=None)
    if card.menu:
        made.add_item(_menu(card.menu))
    for each in card.buttons:
        style = discord.ButtonStyle.link if each.url else discord.ButtonStyle.secondary
        made.add_item(
            discord.ui.Button(
                style=style, label=each.label, url=each.url or None, custom_id=each.custom_id or None
            )
        )
    made.stop()
    return made


def _menu(menu: Menu) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=menu.custom_id,
        placeholder=menu.prompt,
        min_values=1,
        max_values=menu.most,
        options=[discord.SelectOption(label=each, value=each) for each in menu.choices],
    )
