"""Forms, App Homes and buttons: within every limit of Slack's, and hostile states do nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from adapters.slack.interactions import names, views
from adapters.slack.interactions.views import Button, Part
from adapters.slack.messages.parts import BLOCKS
from bot.commands.spec import RUNNABLE
from bot.model import CommandSpec, ParameterSpec, Reply
from bot.text.truncate import units
from tests.adapters.any_messages import NAMES, REPLIES, TEXTS, unhurried
from tests.adapters.slack.talk_rig import texts
from tests.fakes.slack.blocks import message_faults
from tests.fakes.slack.elements import OFFER
from tests.fakes.slack.views import view_faults

FOLLOW = next(each for each in RUNNABLE if each.path == "follow")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=9), inside, max_size=3),
    max_leaves=8,
)
Json = dict[str, Any]


def lawful(view: Json, kind: str) -> None:
    """Hold a view against the SDK's validators and against the fake's."""
    assert [each.to_dict() for each in Block.parse_all(view["blocks"])] == view["blocks"]
    View(**view).validate_json()
    assert list(view_faults(view, kind)) == []


def element(view: Json, block_id: str) -> Json:
    return next(each["element"] for each in view["blocks"] if each.get("block_id") == block_id)


# --- the form ----------------------------------------------------------------------------------------------


def test_the_form_of_a_reader_asks_for_categories_and_cadence() -> None:
    view = views.form(FOLLOW, ["The Blog"], back="C0AAAAAAA")
    when = element(view, "when")

    lawful(view, "modal")
    assert [block["block_id"] for block in view["blocks"]] == ["categories", "when"]
    assert element(view, "categories")["type"] == "multi_external_select"
    assert element(view, "categories")["min_query_length"] == 0
    assert [each["value"] for each in when["options"]] == ["now", "daily", "weekly"]
    assert when["initial_option"]["value"] == "now"
    assert view["private_metadata"] == "C0AAAAAAA"


def test_only_cadences_that_can_be_had_are_offered() -> None:
    when = ParameterSpec("when", "How soon alerts come", "choice", choices=("now", "daily", "weekly"))
    view = views.form(CommandSpec("follow", "", (FOLLOW.parameters[0], when)), [])
    field = next(block for block in view["blocks"] if block["block_id"] == "when")

    lawful(view, "modal")
    assert field["label"]["text"] == "How soon"
    assert [each["value"] for each in field["element"]["options"]] == ["now", "daily", "weekly"]
    assert field["element"]["initial_option"]["value"] == "now"


def test_where_there_are_several_feeds_one_may_be_chosen() -> None:
    view = views.form(FOLLOW, ["The Blog", "Seeds"])

    lawful(view, "modal")
    assert [each["value"] for each in element(view, "feed")["options"]] == ["The Blog", "Seeds"]
    assert view["blocks"][-1]["optional"] is True


def test_an_admin_may_choose_a_channel() -> None:
    view, preset = views.form(FOLLOW, [], place=""), views.form(FOLLOW, [], place="C0AAAAAAA")

    lawful(view, "modal")
    lawful(preset, "modal")
    assert element(view, "channel")["filter"]["include"] == ["public", "private"]
    assert "initial_conversation" not in element(view, "channel")
    assert element(preset, "channel")["initial_conversation"] == "C0AAAAAAA"


@unhurried
@given(st.lists(TEXTS, max_size=120), st.lists(NAMES, max_size=120))
def test_any_names_make_a_lawful_form_and_lawful_options(feeds: list[str], found: list[str]) -> None:
    usable = [each for each in feeds if each]
    if len(views.options(usable)) > 1:
        lawful(views.form(FOLLOW, usable, place=""), "modal")
    options = views.options(found)

    assert list(OFFER({"options": options}, "")) == []
    assert len({each["value"] for each in options}) == len(options)
    assert all(units(each["text"]["text"]) <= BLOCKS.label for each in options)


def state(**elements: Any) -> Json:
    return {"state": {"values": {name: {name: held} for name, held in elements.items()}}}


def test_what_was_chosen_is_read_from_the_state() -> None:
    view = state(
        categories={"selected_options": [{"value": "China-U.S."}, {"value": "Trade"}]},
        when={"selected_option": {"value": "now"}},
        feed={"selected_option": None},
        channel={"selected_conversation": "C0AAAAAAA"},
    )

    assert views.chosen(view | {"private_metadata": "C0BBBBBBB"}) == views.Chosen(
        {"categories": "China-U.S., Trade", "when": "now"}, "C0AAAAAAA", "C0BBBBBBB"
    )


@pytest.mark.parametrize("held", ["U0AAAAAAA", "D0AAAAAAA", "slack:C0AAAAAAA", "C0 AAA", "", None, 1])
def test_only_a_channel_is_taken_for_a_channel(held: object) -> None:
    assert views.chosen(state(channel={"selected_conversation": held})).channel == ""


@unhurried
@given(JSON)
def test_any_state_is_read_without_harm(hostile: Any) -> None:
    for view in (
        {"state": hostile},
        {"state": {"values": hostile}},
        state(categories=hostile, channel=hostile),
    ):
        found = views.chosen(view | {"private_metadata": hostile})

        assert all(type(each) is str and each != "" for each in found.values.values())


def test_an_error_stands_under_the_field_it_is_about() -> None:
    assert views.errors("No such.\nNearest: Trade.") == {"categories": "No such. Nearest: Trade."}
    assert views.errors("x" * 999, of_place=True)["channel"].endswith("…")


# --- the App Home and buttons ------------------------------------------------------------------------------

BUTTONS = st.builds(
    lambda label, value, number: Button(label, f"offer:{number}", value),
    TEXTS,
    TEXTS,
    st.integers(),
)


@unhurried
@given(st.lists(st.tuples(TEXTS, REPLIES, st.integers(0, 60)), min_size=1, max_size=4), TEXTS)
def test_any_answers_make_a_lawful_app_home(answers: list[tuple[str, Reply, int]], note: str) -> None:
    parts = [
        Part(heading, reply, tuple(Button(heading, f"offer:{each}", note[:99]) for each in range(number)))
        for heading, reply, number in answers
    ]

    lawful(views.home(parts, "T0AAAAAAA", note), "home")


@unhurried
@given(st.lists(BUTTONS, max_size=70, unique_by=lambda each: each.action))
def test_any_buttons_are_lawful_and_those_that_cannot_be_are_left_out(buttons: list[Button]) -> None:
    blocks = views.actions(buttons)
    fitting = [each for each in buttons if units(each.value) <= BLOCKS.value]

    assert message_faults(blocks) == []
    assert sum(len(block["elements"]) for block in blocks) == len(fitting)
    assert [each for batch in views.batches(buttons) for each in batch] == buttons


def rich(text: str) -> list[Json]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "elements": [section]}]


KNOWN = frozenset({"C0AAAAAAA", "C0BBBBBBB"})


def test_a_channel_is_shown_by_its_name() -> None:
    text = "Channel T0AAAAAAA/C0BBBBBBB gets: Trade.\nOn hold: slack:C0AAAAAAA. Why"
    ((block,),) = [names.with_names(rich(text), "T0AAAAAAA", KNOWN)]

    assert block["elements"][0]["elements"] == [
        {"type": "channel", "channel_id": "C0BBBBBBB"},
        {"type": "text", "text": " gets: Trade.\nOn hold: "},
        {"type": "channel", "channel_id": "C0AAAAAAA"},
        {"type": "text", "text": ". Why"},
    ]


def test_who_made_a_change_is_shown_by_name() -> None:
    text = "26 Nov: added Trade, by slack:U0BBBBBBB\n27 Nov: paused, by slack:T0AAAAAAA/W0CCCCCCC"
    ((block,),) = [names.with_names(rich(text), "T0AAAAAAA", KNOWN)]

    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "26 Nov: added Trade, by "},
        {"type": "user", "user_id": "U0BBBBBBB"},
        {"type": "text", "text": "\n27 Nov: paused, by "},
        {"type": "user", "user_id": "W0CCCCCCC"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "C0BBBBBBB",
        "sent, by slack:T0OTHERTEAM/U0BBBBBBB",
        "sent, “paused, by slack:U0BBBBBBB”",
        "sent, “paused, by slack:U0BBBBBBB\n”",
        "sent, by slack:U0BBBBBBB (Trade)",
        "paused, by the config",
        "channel T0OTHERTEAM/C0BBBBBBB",
        "channel CNN",
        "slack:U0BBBBBBB",
        "channel C0STRANGE wins, slack:C0STRANGE too",
        "No tag is called “Channel C0BBBBBBB”.",
    ],
)
def test_what_is_no_channel_of_the_workspace_stays_as_it_is(text: str) -> None:
    assert names.with_names(rich(text), "T0AAAAAAA", KNOWN) == rich(text)


@unhurried
@given(TEXTS)
def test_naming_channels_loses_no_text(text: str) -> None:
    named = names.with_names(rich(text or "x"), "T0AAAAAAA", KNOWN)
    if "C" not in text and "G" not in text:
        assert texts(named) == texts(rich(text or "x"))
    assert [each.to_dict() for each in Block.parse_all(named)] == named
