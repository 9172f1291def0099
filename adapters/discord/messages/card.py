"""A message as Discord takes it, and its limits. Pure.

Limits: documentation, resources/message (Create Message, Embed Limits), components/reference, and
resources/channel for names of threads. Lengths are counted in UTF-16 units, the largest of the usual counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from typing import Any

from bot.text.truncate import units


@dataclass(frozen=True, slots=True)
class CardLimits:
    """How much of each part there may be, in UTF-16 units unless it says otherwise."""

    content: int = 2000
    thread: int = 100  # its name
    title: int = 256
    description: int = 4096
    value: int = 1024  # of a field
    author: int = 256
    footer: int = 200  # Discord allows 2048, but all embeds together must stay below `embeds`
    embeds: int = 6000
    label: int = 80  # of a button
    custom_id: int = 100
    options: int = 25  # that a menu shows
    option: int = 100
    choice: int = 1000  # characters of one value of a command
    in_a_row: int = 5  # buttons
    # The bot's own, so that a message can be read at a glance:
    update: int = 1000  # of the description
    plain: int = 700  # of a title that stands alone
    line: int = 300  # of a title on one line, which has a mention beside it
    line_names: int = 300  # of the categories on such a line
    listed: int = 150  # of a title in a list
    link: int = 1000  # in content, which has little room
    heading: int = 200  # of a group
    name: int = 100  # of one category
    names: int = 400  # of all categories of a post in a list
    followed: int = 2  # categories of a post that get a button
    roles: int = 10  # that a message mentions
    digest_embeds: int = 2  # the second one takes what the first has no room for


class Component(IntEnum):
    """Types of components."""

    ROW = 1
    BUTTON = 2
    MENU = 3


class ButtonStyle(IntEnum):
    """How a button looks."""

    SECONDARY = 2
    LINK = 5


CARD = CardLimits()
COLOUR = 0x3B6EA5


@dataclass(frozen=True, slots=True)
class Button:
    """A button. With `url` it opens a page; otherwise Discord sends its `custom_id` on a click."""

    label: str
    url: str = ""
    custom_id: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu with any number of choices; Discord sends them with `custom_id`."""

    custom_id: str
    prompt: str
    options: tuple[str, ...]

    @property
    def choices(self) -> list[str]:
        """The options that are short enough, up to the most that Discord shows."""
        return [each for each in self.options if 0 < units(each) <= CARD.option][: CARD.options]

    @property
    def most(self) -> int:
        """How many may be chosen so that even the longest names, joined by commas, fit one value."""
        longest = sorted((len(each) + len(", ") for each in self.choices), reverse=True)
        return sum(total <= CARD.choice for total in accumulate(longest))


@dataclass(frozen=True, slots=True)
class Card:
    """The contents of one message. `mention_roles`, `mention_everyone`: whom its content may notify."""

    content: str = ""
    embeds: tuple[dict[str, Any], ...] = ()
    buttons: tuple[Button, ...] = ()
    mention_roles: tuple[int, ...] = ()
    mention_everyone: bool = False
    menu: Menu | None = None


def payload(made: Card) -> dict[str, Any]:
    """Return the body of Create Message, without a nonce."""
    body: dict[str, Any] = {"content": made.content} if made.content else {}
    if made.embeds:
        body["embeds"] = list(made.embeds)
    shown = [_component(button) for button in made.buttons]
    rows = [shown[start : start + CARD.in_a_row] for start in range(0, len(shown), CARD.in_a_row)]
    rows = [*([[_menu(made.menu)]] if made.menu else []), *rows]
    if rows:
        body["components"] = [{"type": Component.ROW, "components": row} for row in rows]
    roles = {"roles": [str(role) for role in made.mention_roles]} if made.mention_roles else {}
    return body | {"allowed_mentions": {"parse": ["everyone"] if made.mention_everyone else [], **roles}}


def _component(button: Button) -> dict[str, Any]:
    if button.url:
        return {"type": Component.BUTTON, "style": ButtonStyle.LINK, "label": button.label, "url": button.url}
    return {
        "type": Component.BUTTON,
        "style": ButtonStyle.SECONDARY,
        "label": button.label,
        "custom_id": button.custom_id,
    }


def _menu(menu: Menu) -> dict[str, Any]:
    options = [{"label": each, "value": each} for each in menu.choices]
    return {
        "type": Component.MENU,
        "custom_id": menu.custom_id,
        "placeholder": menu.prompt,
        "min_values": 1,
        "max_values": menu.most,
        "options": options,
    }
