"""Modals and the Home tab, driven through the Web API and by people, with the real Bolt app."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack.clients import bolt, connected, error_of, web_client
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team, User

Json = dict[str, Any]


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _modal(**more: Any) -> Json:
    element = {"type": "external_select", "action_id": "category", "min_query_length": 1}
    block = {"type": "input", "block_id": "what", "label": _plain("Category"), "element": element}
    title, submit = _plain("Follow"), _plain("Follow")
    return {
        "type": "modal",
        "callback_id": "form",
        "title": title,
        "submit": submit,
        "blocks": [block],
        **more,
    }


def _home(text: str = "a") -> Json:
    return {"type": "home", "blocks": [{"type": "section", "block_id": "b", "text": _plain(text)}]}


async def _open(slack: FakeSlack, team: Team, user: User, view: Json) -> str:
    try:
        await web_client(slack, team).views_open(trigger_id=slack.views.trigger(user), view=view)
    except SlackApiError as refused:
        return error_of(refused)
    return ""


async def test_a_trigger_opens_one_modal_within_three_seconds() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, bob = team.add_user("alice"), team.add_user("bob")
        client = web_client(slack, team)
        used, late = slack.views.trigger(alice), slack.views.trigger(bob)

        told = await client.views_open(trigger_id=used, view=_modal())
        slack.clock.advance(3.1)
        for trigger, expected in (
            (used, "exchanged_trigger_id"),
            (late, "expired_trigger_id"),
            ("1.2.3", "invalid_trigger_id"),
        ):
            with pytest.raises(SlackApiError) as refused:
                await client.views_open(trigger_id=trigger, view=_modal())
            assert error_of(refused.value) == expected

        shown = slack.modal(alice)
        assert shown is not None
        assert (shown.id, shown.title, shown.callback_id) == (told["view"]["id"], "Follow", "form")
        assert slack.modal(bob) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": _plain("x" * 25)}, "less than 25 characters"),
        ({"title": {"type": "mrkdwn", "text": "a"}}, "unsupported type"),
        ({"private_metadata": "x" * 3001}, "less than 3001 characters"),
        ({"callback_id": "x" * 256}, "less than 256 characters"),
        ({"type": "sheet"}, "must be one of modal"),
        ({"colour": "red"}, "invalid additional property: colour"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items"),
    ],
)
async def test_a_modal_that_slack_refuses(changed: Json, told: str) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()

        assert await _open(slack, team, team.add_user("alice"), _modal(**changed)) == "invalid_arguments"
        assert told in slack.take_violations()[0]


async def test_inputs_need_a_submit_button() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        view = _modal()
        del view["submit"]

        assert await _open(slack, team, team.add_user("alice"), view) == "invalid_arguments"
        assert "missing required field: submit" in slack.take_violations()[0]


async def test_a_view_of_more_than_250_kilobytes_is_too_large() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        sections = [{"type": "section", "text": _plain("x" * 3000)}] * 90

        assert await _open(slack, team, team.add_user("alice"), _modal(blocks=sections)) == "view_too_large"
        slack.take_violations()


async def test_the_home_tab_is_published_and_a_stale_hash_is_a_conflict() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        client = web_client(slack, team)

        first = await client.views_publish(user_id=alice.id, view=_home("a"))
        second = await client.views_publish(user_id=alice.id, view=_home("b"), hash=first["view"]["hash"])
        with pytest.raises(SlackApiError) as refused:
            await client.views_publish(user_id=alice.id, view=_home("c"), hash=first["view"]["hash"])

        home = slack.home(alice)
        assert home is not None
        assert (error_of(refused.value), home.blocks) == ("hash_conflict", _home("b")["blocks"])
        assert first["view"]["id"] == second["view"]["id"] == home.id


async def test_a_view_is_updated_and_another_pushed_on_top() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        client = web_client(slack, team)
        opened = await client.views_open(trigger_id=slack.views.trigger(alice), view=_modal())

        await client.views_update(view_id=opened["view"]["id"], view=_modal(title=_plain("New")))
        trigger = slack.views.trigger(alice, stack=True)
        pushed = await client.views_push(trigger_id=trigger, view=_modal(title=_plain("Top")))

        top = slack.modal(alice)
        assert top is not None
        assert (top.title, top.previous_id) == ("Top", opened["view"]["id"])
        assert pushed["view"]["root_view_id"] == opened["view"]["id"]
        await slack.close(alice, top)
        below = slack.modal(alice)
        assert below is not None
        assert below.title == "New"


async def test_a_form_is_filled_in_with_what_was_offered_and_submitted() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        seen: list[Json] = []

        @app.command("/follow")
        async def follow(ack: Any, client: Any, body: Json) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=_modal())

        @app.options("category")
        async def offer(ack: Any, payload: Json) -> None:
            await ack(options=[{"text": _plain(f"About {payload['value']}"), "value": payload["value"]}])

        @app.view("form")
        async def submitted(ack: Any, view: Json) -> None:
            seen.append(view["state"]["values"])
            await ack(response_action="errors", errors={"what": "No."}) if len(seen) == 1 else await ack()

        async with connected(slack, app):
            await slack.command(alice, alice, "/follow")
            view = await slack.wait_for_modal(alice)
            assert await slack.options(alice, view, "category", "") == []
            (option,) = await slack.options(alice, view, "category", "Trade")
            assert (option, option.value) == ("About Trade", "Trade")

            first = await slack.submit(alice, view, {"category": option})
            await first.acked()
            assert (view.errors, slack.modal(alice)) == ({"what": "No."}, view)
            await (await slack.submit(alice, view, {"category": "Trade"})).acked()

        assert slack.modal(alice) is None
        picked = seen[0]["what"]["category"]["selected_option"]
        assert (picked["value"], picked["text"]["text"]) == ("Trade", "About Trade")
        assert seen[0] == seen[1]


async def test_what_slacks_client_would_not_let_somebody_submit_is_the_tests_mistake() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        await _open(slack, team, alice, _modal())
        view = await slack.wait_for_modal(alice)

        with pytest.raises(AssertionError, match="category is required"):
            await slack.submit(alice, view, {})
        with pytest.raises(LookupError, match="there is no colour"):
            await slack.submit(alice, view, {"colour": "red"})
        assert slack.take_violations() == ["there is no colour to use"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "No."}}, "errors have to name input blocks"),
        ({"response_action": "vanish"}, "there is no response_action vanish"),
        ({"response_action": "update", "view": {"type": "modal"}}, "invalid view"),
    ],
)
async def test_a_wrong_answer_to_a_submission_is_a_violation(answer: Json, told: str) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)

        @app.view("form")
        async def submitted(ack: Any) -> None:
            await ack(**answer)

        async with connected(slack, app, sockets=1):
            await _open(slack, team, alice, _modal())
            view = await slack.wait_for_modal(alice)
            deed = await slack.submit(alice, view, {"category": "Trade"})
            await slack.wait_until(lambda: deed.ack is not None)

        assert told in slack.take_violations()[0]


async def test_closing_is_told_only_where_the_app_has_asked_for_it() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        closed: list[str] = []

        @app.view_closed("form")
        async def gone(ack: Any, view: Json) -> None:
            await ack()
            closed.append(view["title"]["text"])

        async with connected(slack, app, sockets=1):
            for view in (_modal(title=_plain("One")), _modal(title=_plain("Two"), notify_on_close=True)):
                await _open(slack, team, alice, view)
                await (await slack.close(alice, await slack.wait_for_modal(alice))).acked()
            await slack.wait_until(lambda: closed)

        assert closed == ["Two"]


async def test_opening_the_home_tab_lets_the_app_publish_it() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)

        @app.event("app_home_opened")
        async def opened(client: Any, event: Json) -> None:
            await client.views_publish(user_id=event["user"], view=_home(event["channel"]))

        async with connected(slack, app, sockets=1):
            await (await slack.open_home(alice)).acked()
            await slack.wait_until(lambda: slack.home(alice))

        home = slack.home(alice)
        assert home is not None
        assert home.blocks == _home(team.dm(alice))["blocks"]
