"""A message as Discord takes it, and its limits. Pure.

Limits: documentation, resources/message (Create Message, Embed Limits), components/reference, and
resources/channel for names of threads. Lengths are counted in UTF-16 units, the largest of the usual counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from bot.text.truncate import units

CONTENT, THREAD = 2000, 100
TITLE, DESCRIPTION, VALUE, AUTHOR = 256, 4096, 1024, 256
FOOTER = 200  # Discord allows 2048, but all embeds of a message together must stay below EMBEDS
EMBEDS = 6000
LABEL, CUSTOM_ID = 80, 100
COLOUR = 0x3B6EA5
MOST_OPTIONS, _LONGEST_OPTION = 25, 100  # of a menu
_LONGEST_CHOICE = 1000  # most characters of one value of a command
_ROW, _BUTTON, _MENU = 1, 2, 3  # types of components
_SECONDARY, _LINK_STYLE = 2, 5
_PER_ROW = 5


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
        return [each for each in self.options if 0 < units(each) <= _LONGEST_OPTION][:MOST_OPTIONS]

    @property
    def most(self) -> int:
        """How many may be chosen so that even the longest names, joined by commas, fit one value."""
        longest = sorted((len(each) + len(", ") for each in self.choices), reverse=True)
        return sum(total <= _LONGEST_CHOICE for total in accumulate(longest))


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
    rows = [shown[start : start + _PER_ROW] for start in range(0, len(shown), _PER_ROW)]
    rows = [*([[_menu(made.menu)]] if made.menu else []), *rows]
    if rows:
        body["components"] = [{"type": _ROW, "components": row} for row in rows]
    roles = {"roles": [str(role) for role in made.mention_roles]} if made.mention_roles else {}
    return body | {"allowed_mentions": {"parse": ["everyone"] if made.mention_everyone else [], **roles}}


def _component(button: Button) -> dict[str, Any]:
    if button.url:
        return {"type": _BUTTON, "style": _LINK_STYLE, "label": button.label, "url": button.url}
    return {"type": _BUTTON, "style": _SECONDARY, "label": button.label, "custom_id": button.custom_id}


def _menu(menu: Menu) -> dict[str, Any]:
    options = [{"label": each, "value": each} for each in menu.choices]
    return {
        "type": _MENU,
        "custom_id": menu.custom_id,
        "placeholder": menu.prompt,
        "min_values": 1,
        "max_values": menu.most,
        "options": options,
    }
