"""The real Bolt app with two Socket Mode connections."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.fakes.slack.clients import bolt, connected, web_client
from tests.fakes.slack.server import FakeSlack

Json = dict[str, Any]


def _message(*buttons: Json) -> list[Json]:
    return [{"type": "actions", "block_id": "row", "elements": list(buttons)}]


def _button(action_id: str, value: str = "") -> Json:
    made: Json = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Go"}}
    return made | ({"value": value} if value else {})


async def test_a_command_arrives_raw_and_is_answered() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        seen: list[Json] = []

        @app.command("/follow")
        async def follow(ack: Any, respond: Any, command: Json) -> None:
            await ack()
            seen.append(command)
            await respond("One.")
            await respond("Two.", response_type="in_channel")

        async with connected(slack, app):
            deed = await slack.command(alice, alice, "/follow", "Trade & Tech, China-U.S.")
            assert await deed.acked() == {}
            answers = await deed.answered(2)

        assert [each["text"] for each in answers] == ["One.", "Two."]
        assert (seen[0]["text"], seen[0]["channel_name"]) == ("Trade & Tech, China-U.S.", "directmessage")
        assert [each.text for each in slack.ephemerals(alice)] == ["One."]
        assert [each.text for each in slack.messages(alice)] == ["Two."]


async def test_an_acknowledgement_may_carry_the_answer_to_a_command() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)

        @app.command("/follow")
        async def follow(ack: Any) -> None:
            await ack("At once.")

        async with connected(slack, app):
            deed = await slack.command(alice, alice, "/follow")
            assert (await deed.acked())["text"] == "At once."

        assert [each.text for each in deed.shown] == ["At once."]
        assert deed.answers == []


async def test_a_click_bears_its_value_its_message_and_a_response_url() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news", member=True)
        app = bolt(slack, team)
        seen: list[Json] = []

        @app.action("follow")
        async def followed(ack: Any, respond: Any, body: Json) -> None:
            await ack()
            seen.append(body)
            await respond("You now get it.", replace_original=False)

        async with connected(slack, app):
            await web_client(slack, team).chat_postMessage(
                channel=news.id, text="a", blocks=_message(_button("follow", "Trade"))
            )
            deed = await slack.click(alice, slack.messages(news)[0], "follow", value="Trade")
            await deed.answered()
            (shown,) = slack.ephemerals(alice)

        assert (seen[0]["actions"][0]["value"], seen[0]["actions"][0]["block_id"]) == ("Trade", "row")
        assert seen[0]["message"]["ts"] == slack.messages(news)[0].ts
        assert seen[0]["container"]["is_ephemeral"] is False
        assert (shown.text, shown.ephemeral) == ("You now get it.", True)


async def test_a_click_on_what_only_one_person_sees_bears_no_message_and_can_replace_it() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        seen: list[Json] = []

        @app.command("/follow")
        async def follow(ack: Any, respond: Any) -> None:
            await ack()
            await respond(text="Sure?", blocks=_message(_button("yes")))

        @app.action("yes")
        async def sure(ack: Any, respond: Any, body: Json) -> None:
            await ack()
            seen.append(body)
            await respond(text="Done.", blocks=[], replace_original=True)

        async with connected(slack, app):
            deed = await slack.command(alice, alice, "/follow")
            await deed.answered()
            await (await slack.click(alice, deed.shown[0], "yes")).answered()

        assert "message" not in seen[0]
        assert seen[0]["container"]["is_ephemeral"] is True
        assert [each.text for each in slack.ephemerals(alice)] == ["Done."]


async def test_a_click_on_what_is_not_there_is_a_violation() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news", member=True)
        await web_client(slack, team).chat_postMessage(
            channel=news.id, text="a", blocks=_message(_button("follow", "Trade"))
        )

        with pytest.raises(LookupError):
            await slack.click(alice, slack.messages(news)[0], "unfollow")
        await slack.click(alice, slack.messages(news)[0], "follow", value="Tech")

        assert [each.split(":")[0] for each in slack.take_violations()] == [
            "there is no unfollow to use",
            "follow is no button with Tech",
        ]


async def test_an_acknowledgement_that_comes_too_late_is_a_violation_and_a_failure() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        slack.core.ack_within = 0.1

        @app.command("/follow")
        async def follow(_ack: Any) -> None:
            await asyncio.sleep(0)

        async with connected(slack, app):
            deed = await slack.command(alice, alice, "/follow")
            with pytest.raises(AssertionError, match="operation_timeout"):
                await deed.acked()

        assert slack.take_violations() == ["late ack: /follow was not acknowledged in time"]
