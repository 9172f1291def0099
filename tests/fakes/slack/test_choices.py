"""What elements hold once somebody has chosen, and what can be chosen at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack.choices import Option, hold, initial, is_empty, offered
from tests.fakes.slack.clients import bolt, connected, web_client
from tests.fakes.slack.server import FakeSlack

Json = dict[str, Any]


def _option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value.upper()}, "value": value}


A, B = _option("a"), _option("b")
GROUPS = [{"label": {"type": "plain_text", "text": "One"}, "options": [A, B]}]


@pytest.mark.parametrize(
    ("element", "chosen", "held"),
    [
        ({"type": "static_select", "options": [A, B]}, "a", {"selected_option": A}),
        ({"type": "static_select", "option_groups": GROUPS}, ["b"], {"selected_option": B}),
        ({"type": "static_select", "options": [A]}, None, {"selected_option": None}),
        ({"type": "multi_static_select", "options": [A, B]}, ["a", "b"], {"selected_options": [A, B]}),
        ({"type": "multi_static_select", "options": [A]}, None, {"selected_options": []}),
        ({"type": "external_select"}, Option("Trade", "a"), {"selected_option": A}),
        ({"type": "multi_external_select"}, ["a"], {"selected_options": [A]}),
        ({"type": "overflow", "options": [A, B]}, ["a"], {"selected_option": A}),
        ({"type": "checkboxes", "options": [A, B]}, ["b"], {"selected_options": [B]}),
        ({"type": "radio_buttons", "options": [A, B]}, "b", {"selected_option": B}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "conversations_select"}, "C1", {"selected_conversation": "C1"}),
        ({"type": "multi_channels_select"}, ["C1"], {"selected_channels": ["C1"]}),
        ({"type": "plain_text_input"}, "hello", {"value": "hello"}),
        ({"type": "datepicker"}, "2026-11-01", {"selected_date": "2026-11-01"}),
    ],
)
def test_what_an_element_holds(element: Json, chosen: Any, held: Json) -> None:
    assert hold(element, chosen, {"a": A}) == {"type": element["type"], **held}
    assert is_empty(held) is (chosen is None)


@pytest.mark.parametrize(
    ("element", "chosen"),
    [
        ({"type": "static_select", "options": [A]}, "b"),
        ({"type": "static_select", "options": [A, B]}, ["a", "b"]),
        ({"type": "plain_text_input", "max_length": 3}, "hello"),
    ],
)
def test_what_is_not_offered_cannot_be_chosen(element: Json, chosen: Any) -> None:
    with pytest.raises(AssertionError):
        hold(element, chosen, {})


def test_an_element_may_start_with_something() -> None:
    assert initial({"type": "plain_text_input", "initial_value": "a"}) == {
        "type": "plain_text_input",
        "value": "a",
    }
    assert initial({"type": "conversations_select", "initial_conversation": "C1"}) == {
        "type": "conversations_select",
        "selected_conversation": "C1",
    }
    assert initial({"type": "static_select", "options": [A]}) is None


def test_offered_options_are_read_by_their_texts() -> None:
    (one, two) = offered({"option_groups": GROUPS})

    assert (one, one.value, one.group, two) == ("A", "a", "One", "B")


async def test_a_choice_in_a_message_arrives_with_its_state() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news", member=True)
        app = bolt(slack, team)
        seen: list[Json] = []

        @app.action("when")
        async def chosen(ack: Any, body: Json) -> None:
            await ack()
            seen.append(body)

        menu = {"type": "static_select", "action_id": "when", "options": [A, B]}
        async with connected(slack, app, sockets=1):
            await web_client(slack, team).chat_postMessage(
                channel=news.id, text="a", blocks=[{"type": "actions", "block_id": "row", "elements": [menu]}]
            )
            await (await slack.choose(alice, slack.messages(news)[0], "when", ["b"])).acked()
            await slack.wait_until(lambda: seen)

        assert seen[0]["actions"][0]["selected_option"] == B
        assert seen[0]["state"]["values"]["row"]["when"]["selected_option"] == B


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"options": [_option(str(number)) for number in range(101)]}, "no more than 100 items"),
        ({"options": [_option("x" * 151)]}, "less than 151 characters"),
        ({"choices": []}, "invalid additional property: choices"),
    ],
)
async def test_options_that_slack_does_not_show_are_a_violation(answer: Json, told: str) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news", member=True)
        app = bolt(slack, team)

        @app.options("category")
        async def offer(ack: Any) -> None:
            await ack(answer)

        menu = {"type": "external_select", "action_id": "category"}
        async with connected(slack, app, sockets=1):
            await web_client(slack, team).chat_postMessage(
                channel=news.id, text="a", blocks=[{"type": "actions", "elements": [menu]}]
            )
            message = slack.messages(news)[0]
            assert await slack.options(alice, message, "category", "tr") == []  # too short to ask
            assert slack.violations == []
            assert await slack.options(alice, message, "category", "trade") == []

        assert told in slack.take_violations()[0]
