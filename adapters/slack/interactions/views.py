"""Builds what is not a message: buttons under answers, the Follow form, the App Home. Pure.

Limits: documentation, Block Kit and views. All text is plain_text or rich text, as in `render`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.interactions.names import with_names
from adapters.slack.interactions.request_context import channel_id
from adapters.slack.messages.parts import BLOCKS, Json
from adapters.slack.messages.render import reply_pages
from bot.model import CommandSpec, ParameterSpec, Reply
from bot.text.sanitize import visible
from bot.text.truncate import clip, units

FORM = "follow"  # callback id
OFFER, TURN, OPEN = "offer", "turn", "open"  # action ids; buttons append a number to them
PLACE = "channel"  # id of the channel field in the form


@dataclass(frozen=True, slots=True)
class ViewLimits:
    """How much of each part there may be, in UTF-16 units unless it says otherwise."""

    options: int = 100  # in a select
    buttons: int = 25  # in one block
    home_pages: int = 3  # shown of one answer in the App Home
    batch: int = 20  # buttons of a page
    batch_size: int = 4000  # of their values and labels
    title: int = 24
    option_value: int = 150
    prompt: int = 150
    hint: int = 2000
    error: int = 300


VIEWS = ViewLimits()


@dataclass(frozen=True, slots=True)
class Button:
    """A button. One whose `value` is over 2,000 units is left out of the message."""

    label: str
    action: str
    value: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The content of a form: values by parameter name; `back`: the channel where the form was opened."""

    values: dict[str, str]
    channel: str = ""
    back: str = ""


# --- answers -----------------------------------------------------------------------------------------------


def actions(buttons: Sequence[Button]) -> list[Json]:
    """Return buttons as blocks; buttons with too long a value are left out."""
    made = [_button(each) for each in buttons if units(each.value) <= BLOCKS.value]
    return [
        {"type": "actions", "elements": made[start : start + VIEWS.buttons]}
        for start in range(0, len(made), VIEWS.buttons)
    ]


def batches(buttons: Sequence[Button]) -> list[list[Button]]:
    """Return buttons in groups, each of which fits under one page of an answer."""
    found: list[list[Button]] = []
    used = 0
    for each in buttons:
        used += units(each.value) + units(each.label)
        if not found or len(found[-1]) == VIEWS.batch or used > VIEWS.batch_size:
            found.append([])
            used = units(each.value) + units(each.label)
        found[-1].append(each)
    return found


def _button(button: Button) -> Json:
    made: Json = {"type": "button", "action_id": button.action, "text": _plain(button.label, BLOCKS.label)}
    if button.value:
        made["value"] = button.value
    return made | ({"style": "primary"} if button.primary else {})


# --- the form ----------------------------------------------------------------------------------------------


def form(command: CommandSpec, feeds: Sequence[str], *, back: str = "", place: str | None = None) -> Json:
    """Return the modal that asks what to follow.

    `command`: the source of the fields. `feeds`: names; the field appears if there are several. `back`: the
    channel it is opened in. `place`: the preselected channel, "" for none; None leaves the channel field out,
    so that alerts can only go to the person.
    """
    parameters = {each.name: each for each in command.parameters}
    blocks = [_categories(parameters["categories"])]
    if (when := parameters.get("when")) is not None and when.choices:
        blocks.append(_select(when, when.choices, label="How soon", chosen=when.choices[0]))
    if len(feeds) > 1 and (feed := parameters.get("feed")) is not None:
        blocks.append(_select(feed, feeds, label=feed.help))
    if place is not None:
        blocks.append(_places(place))
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": back,
        "title": _plain("Follow", VIEWS.title),
        "submit": _plain("Follow", VIEWS.title),
        "close": _plain("Cancel", VIEWS.title),
        "blocks": blocks,
    }


def options(found: Sequence[str]) -> list[Json]:
    """Return suggestions as options of a select; those too long for an option are left out."""
    fitting = (each for each in dict.fromkeys(found) if each.strip() and units(each) <= VIEWS.option_value)
    return [_option(each) for each in fitting][: VIEWS.options]


def chosen(view: Mapping[str, Any]) -> Chosen:
    """Return the content of a submitted form; malformed values are ignored."""
    values = {name: text for name, element in _state(view) if (text := _value(element))}
    channel = channel_id(values.pop(PLACE, ""))
    return Chosen(values, channel, channel_id(view.get("private_metadata")))


def errors(text: str, *, of_place: bool = False) -> dict[str, str]:
    """Return an error message for a field of the form, by the id of the field."""
    return {PLACE if of_place else "categories": clip(text.replace("\n", " "), VIEWS.error, units)}


def _categories(parameter: ParameterSpec) -> Json:
    element = {
        "type": "multi_external_select",
        "action_id": parameter.name,
        "min_query_length": 0,
        "placeholder": _plain("Type to search", VIEWS.prompt),
        "focus_on_load": True,
    }
    hint = "#Name is a tag, text:word a word in the post, -Name leaves one out, all is every post."
    return _input(parameter.name, "Categories", element, hint=hint)


def _select(parameter: ParameterSpec, names: Sequence[str], *, label: str, chosen: str = "") -> Json:
    made = options(names)
    element: Json = {"type": "static_select", "action_id": parameter.name, "options": made}
    if first := next((each for each in made if each["value"] == chosen), None):
        element["initial_option"] = first
    return _input(parameter.name, label, element, optional=not chosen)


def _places(channel: str) -> Json:
    element: Json = {
        "type": "conversations_select",
        "action_id": PLACE,
        "placeholder": _plain("To me, as direct messages", VIEWS.prompt),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if channel:
        element["initial_conversation"] = channel
    hint = "For admins: a channel that gets the alerts. Empty: they go to you."
    return _input(PLACE, "Where", element, hint=hint, optional=True)


def _input(block_id: str, label: str, element: Json, *, hint: str = "", optional: bool = False) -> Json:
    made: Json = {
        "type": "input",
        "block_id": block_id,
        "label": _plain(label, VIEWS.hint),
        "element": element,
        "optional": optional,
    }
    return made | ({"hint": _plain(hint, VIEWS.hint)} if hint else {})


def _option(value: str) -> Json:
    return {"text": _plain(visible(value) or value, BLOCKS.label), "value": value}


def _state(view: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    state = view.get("state")
    blocks = state.get("values") if isinstance(state, Mapping) else None
    for block in blocks.values() if isinstance(blocks, Mapping) else ():
        for name, element in block.items() if isinstance(block, Mapping) else ():
            if isinstance(name, str) and isinstance(element, Mapping):
                yield name, element


def _value(element: Mapping[str, Any]) -> str:
    several = element.get("selected_options")
    if isinstance(several, list):
        return ", ".join(filter(None, map(_option_value, several)))
    one = element.get("selected_conversation")
    return one if isinstance(one, str) else _option_value(element.get("selected_option"))


def _option_value(option: object) -> str:
    value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) else ""


# --- the App Home ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the App Home: a heading, an answer, buttons."""

    heading: str
    reply: Reply
    buttons: tuple[Button, ...] = ()


def home(parts: Sequence[Part], team: str, known: Collection[str], note: str = "") -> Json:
    """Return the App Home. `known`: see `names.with_names`. `note`: shown first."""
    blocks = [_section(note)] if visible(note) else []
    for part in parts:
        blocks.append({"type": "header", "text": _plain(part.heading, 150)})
        for page in reply_pages(part.reply)[: VIEWS.home_pages]:
            blocks += with_names(page.blocks, team, known)
        blocks += actions(part.buttons)
    return {"type": "home", "blocks": blocks}


def _section(text: str) -> Json:
    shown = "\n".join(filter(None, map(visible, text.split("\n"))))
    return {"type": "section", "text": _plain(shown, BLOCKS.section)}


def _plain(text: str, limit: int) -> Json:
    shown = text if "\n" in text else visible(text)
    return {"type": "plain_text", "text": clip(shown, limit, units) or "…", "emoji": False}
