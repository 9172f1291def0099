"""The interactive elements of Block Kit, their keys and limits (documentation, reference of elements)."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.slack.schema import Check, anything, fields, flag, many, number, one_of, string, text, typed

ID = string(255)
URL = string(3000)
_LABEL = text(75, "plain_text")
PLACEHOLDER = text(150, "plain_text")

CONFIRM = fields(
    {
        "title": text(100, "plain_text"),
        "text": text(300, "plain_text", "mrkdwn"),
        "confirm": text(30, "plain_text"),
        "deny": text(30, "plain_text"),
    },
    {"style": one_of("primary", "danger")},
)
_OPTION = fields({"text": _LABEL, "value": string(150)}, {"description": _LABEL})
_MARKED_OPTION = fields(
    {"text": text(75, "plain_text", "mrkdwn"), "value": string(150)},
    {"description": text(75, "plain_text", "mrkdwn")},
)
_OVERFLOW_OPTION = fields({"text": _LABEL, "value": string(150)}, {"description": _LABEL, "url": URL})
OPTIONS = many(_OPTION, 100)
GROUPS = many(fields({"label": _LABEL, "options": OPTIONS}), 100)
# What the listener of an external select may answer; there may be nothing to offer.
OFFER = fields(
    {},
    {
        "options": many(_OPTION, 100, 0),
        "option_groups": many(fields({"label": _LABEL, "options": many(_OPTION, 100, 0)}), 100, 0),
    },
)
_DISPATCH = fields({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)})

_Fields = Mapping[str, Check]


def _element(required: _Fields, optional: _Fields | None = None, *, focus: bool = True) -> Check:
    common: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM}
    if focus:
        common["focus_on_load"] = flag
    return fields({"type": anything, **required}, {**common, **(optional or {})})


def _select(required: _Fields, optional: _Fields, *, several: bool) -> Check:
    extra: dict[str, Check] = {"placeholder": PLACEHOLDER, **optional}
    if several:
        extra["max_selected_items"] = number
    return _element(required, extra)


def _selects() -> dict[str, Check]:
    found: dict[str, Check] = {}
    for several, prefix, end in ((False, "", ""), (True, "multi_", "s")):
        initial: dict[str, Check] = {f"initial_option{end}": many(_OPTION, 100) if several else _OPTION}
        groups: dict[str, Check] = {"option_groups": GROUPS, "options": OPTIONS}
        found[f"{prefix}static_select"] = _select({}, {**groups, **initial}, several=several)
        found[f"{prefix}external_select"] = _select(
            {}, {"min_query_length": number, **initial}, several=several
        )
        for kind in ("user", "conversation", "channel"):
            extra: dict[str, Check] = {
                f"initial_{kind}{end}": many(string(255), 100) if several else string(255)
            }
            if kind == "conversation":
                extra |= {"default_to_current_conversation": flag, "filter": anything}
            if not several and kind != "user":
                extra["response_url_enabled"] = flag
            found[f"{prefix}{kind}s_select"] = _select({}, extra, several=several)
    return found


SELECTS = _selects()
_CHOICES = {
    "checkboxes": _element(
        {"options": many(_MARKED_OPTION, 10)}, {"initial_options": many(_MARKED_OPTION, 10)}
    ),
    "radio_buttons": _element({"options": many(_MARKED_OPTION, 10)}, {"initial_option": _MARKED_OPTION}),
    "datepicker": _element({}, {"initial_date": string(10), "placeholder": PLACEHOLDER}),
    "timepicker": _element(
        {}, {"initial_time": string(5), "placeholder": PLACEHOLDER, "timezone": string(100)}
    ),
    "datetimepicker": _element({}, {"initial_date_time": number}),
}
BUTTON = _element(
    {"text": _LABEL},
    {
        "url": URL,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
    focus=False,
)
_OVERFLOW = _element({"options": many(_OVERFLOW_OPTION, 5)}, focus=False)
IMAGE = fields({"type": anything, "alt_text": string(2000)}, {"image_url": URL, "slack_file": anything})
_TEXTS = {
    "plain_text_input": _element(
        {},
        {
            "placeholder": PLACEHOLDER,
            "initial_value": string(3000, 0),
            "multiline": flag,
            "min_length": number,
            "max_length": number,
            "dispatch_action_config": _DISPATCH,
        },
    ),
    "number_input": _element(
        {"is_decimal_allowed": flag},
        {
            "initial_value": string(100, 0),
            "min_value": string(100),
            "max_value": string(100),
            "placeholder": PLACEHOLDER,
            "dispatch_action_config": _DISPATCH,
        },
    ),
    "url_text_input": _element(
        {},
        {"initial_value": string(3000, 0), "placeholder": PLACEHOLDER, "dispatch_action_config": _DISPATCH},
    ),
}

ACTIONS: Check = typed({"button": BUTTON, "overflow": _OVERFLOW, **SELECTS, **_CHOICES})
ACCESSORY: Check = typed({"button": BUTTON, "overflow": _OVERFLOW, "image": IMAGE, **SELECTS, **_CHOICES})
INPUT: Check = typed({**_TEXTS, **SELECTS, **_CHOICES})
