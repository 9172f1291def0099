"""What an element holds once somebody has chosen or typed: the state of actions and of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from tests.fakes.slack.basics import Json
from tests.fakes.slack.payloads import listed_options, option

_PLAIN = {
    "plain_text_input": "value",
    "number_input": "value",
    "url_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_LISTED = ("overflow", "radio_buttons", "checkboxes")


class Option(str):
    """The text of an option as somebody reads it, with its `value` and the label of its `group`."""

    __slots__ = ("group", "value")

    value: str
    group: str

    def __new__(cls, text: str, value: str, group: str = "") -> Self:
        """Return an option."""
        made = super().__new__(cls, text)
        made.value, made.group = value, group
        return made


def offered(answer: Json) -> list[Option]:
    """Return the options that a listener has answered."""
    plain = [Option(each["text"]["text"], each["value"]) for each in answer.get("options") or []]
    return plain + [
        Option(each["text"]["text"], each["value"], group["label"]["text"])
        for group in answer.get("option_groups") or []
        for each in group["options"]
    ]


def hold(element: Json, chosen: Any, external: Mapping[str, Json]) -> Json:
    """Return the state of an element after a choice; AssertionError for what it does not offer.

    `chosen`: a text for inputs, a value or list of values for menus. `external`: options that were offered
    for it, by value.
    """
    kind = element["type"]
    if kind in _PLAIN:
        return {"type": kind, _PLAIN[kind]: _typed(element, chosen)}
    values = list(chosen) if isinstance(chosen, list | tuple) else [] if chosen is None else [chosen]
    several = kind.startswith("multi_") or kind == "checkboxes"
    assert several or len(values) <= 1, f"{kind} takes one value, not {values}"
    if kind.removeprefix("multi_") in ("users_select", "conversations_select", "channels_select"):
        noun = kind.removeprefix("multi_").removesuffix("s_select")
        return (
            {"type": kind, f"selected_{noun}s": values}
            if several
            else {
                "type": kind,
                f"selected_{noun}": values[0] if values else None,
            }
        )
    picked = [_pick(element, value, external) for value in values]
    if several:
        return {"type": kind, "selected_options": picked}
    return {"type": kind, "selected_option": picked[0] if picked else None}


def _typed(element: Json, chosen: Any) -> Any:
    if isinstance(chosen, str) and element["type"] == "plain_text_input":
        most, least = element.get("max_length", 3000), element.get("min_length", 0)
        assert least <= len(chosen) <= most, f"the input takes {least} to {most} characters"
    return chosen


def _pick(element: Json, value: Any, external: Mapping[str, Json]) -> Json:
    wanted = value.value if isinstance(value, Option) else str(value)
    if element["type"].endswith("external_select"):
        return external.get(wanted) or option(str(value), wanted)
    for each in listed_options(element):
        if each["value"] == wanted:
            return each
    raise AssertionError(f"{element.get('action_id')} offers no {wanted}: {listed_options(element)}")


def initial(element: Json) -> Json | None:
    """Return the state that an element starts with, None for an empty one."""
    kind = element["type"]
    values = {key: value for key, value in element.items() if key.startswith("initial_")}
    if not values:
        return None
    name, value = next(iter(values.items()))
    return {
        "type": kind,
        "value" if name == "initial_value" else name.replace("initial", "selected", 1): value,
    }


def is_empty(state: Json | None) -> bool:
    """Whether nothing was entered."""
    return state is None or not any(value for key, value in state.items() if key != "type")
