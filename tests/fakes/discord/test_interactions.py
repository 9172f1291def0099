"""People use a bot made with the real discord.py client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord.basics import Bits
from tests.fakes.discord.clients import running
from tests.fakes.discord.interactions import LateAnswerError
from tests.fakes.discord.offers import NotOfferedError
from tests.fakes.discord.people import User
from tests.fakes.discord.sample_bot import CATEGORIES, SampleBot
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Channel, Guild


@dataclass
class Scene:
    """A guild with a reader and an admin, and the bot in it."""

    server: FakeDiscord
    guild: Guild
    news: Channel
    reader: User
    admin: User


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    server = FakeDiscord()
    guild = server.add_guild("readers")
    news = guild.add_text("news")
    reader = guild.add_member(server.add_user("ada"))
    admin = guild.add_member(server.add_user("bo"), permissions=Bits.MANAGE_GUILD)
    async with server, running(server, SampleBot()):
        yield Scene(server, guild, news, reader, admin)


async def test_the_commands_are_registered_as_the_client_declared_them(scene: Scene) -> None:
    alerts = scene.server.commands.named("alerts")

    assert alerts is not None
    assert alerts["default_member_permissions"] == str(int(Bits.MANAGE_GUILD))
    assert alerts["contexts"] == [0]
    assert alerts["options"][0]["options"][1]["type"] == 7
    assert scene.server.commands.overwrites == 1


async def test_a_deferred_answer_is_the_edited_message(scene: Scene) -> None:
    used = await scene.server.interact(scene.reader, scene.news, "follow", categories="China-U.S.")
    answer = await used.answer()

    assert answer.content == "You now get China-U.S., now"
    assert answer.ephemeral
    assert used.callback == 5
    assert used.answered_after is not None
    assert scene.server.messages(scene.news) == []
    await scene.server.wait_until(lambda: used.followups)
    assert used.followups[0].content.startswith("3 of the last 10")


async def test_a_command_works_in_a_dm_and_for_who_installed_the_app(scene: Scene) -> None:
    server = scene.server
    stranger = server.add_user("cy", has_app=True)
    elsewhere = server.add_guild("elsewhere", with_bot=False)
    lobby = elsewhere.add_text("lobby")
    elsewhere.add_member(stranger)

    for where in (server.dm_of(scene.reader), lobby):
        someone = scene.reader if where.guild is None else stranger
        used = await server.interact(someone, where, "follow", categories="Trade", when="daily")
        assert (await used.answer()).content == "You now get Trade, daily"

    assert used.place.installed_for(stranger) == {"1": str(stranger.id)}


async def test_autocomplete_returns_the_choices(scene: Scene) -> None:
    choices = await scene.server.autocomplete(
        scene.reader, scene.news, "follow", "categories", categories="t"
    )

    assert [each["value"] for each in choices] == ["Trade", "Technology"]


async def test_a_sub_command_gets_its_options_and_the_permissions_of_who_asks(scene: Scene) -> None:
    used = await scene.server.interact(
        scene.admin, scene.guild, "alerts add", categories="Trade", channel=scene.news
    )
    assert (await used.answer()).content == "admin: Trade to news"
    assert not (await used.answer()).ephemeral

    used = await scene.server.interact(
        scene.reader, scene.guild, "alerts add", offered=False, categories="Trade", channel=scene.news
    )
    assert (await used.answer()).content == "reader: Trade to news"


@pytest.mark.parametrize(
    ("command", "in_dm", "options", "why"),
    [
        ("alerts add", "", {"categories": "Trade"}, "needs permissions"),
        ("alerts add", "dm", {"categories": "Trade"}, "is for contexts"),
        ("follow", "", {}, "a value is needed for categories"),
        ("follow", "", {"categories": 5}, "takes no int"),
        ("follow", "", {"categories": "Trade", "colour": "red"}, "no such option: colour"),
        ("unknown", "", {}, "is not registered"),
    ],
)
async def test_what_the_client_would_not_offer_is_not_sent(
    scene: Scene, command: str, in_dm: str, options: dict[str, Any], why: str
) -> None:
    where = scene.server.dm_of(scene.reader) if in_dm else scene.news
    with pytest.raises(NotOfferedError, match=why):
        await scene.server.interact(scene.reader, where, command, **options)


async def test_a_button_answers_the_one_who_clicked(scene: Scene) -> None:
    shown = await (await scene.server.interact(scene.reader, scene.news, "menu")).answer()
    clicked = await scene.server.click(scene.admin, shown, "follow:trade")
    answer = await clicked.answer()

    assert answer.content == "bo follows Trade"
    assert answer.ephemeral
    with pytest.raises(NotOfferedError):
        await scene.server.click(scene.admin, shown, "no such button")


async def test_a_select_menu_changes_its_message(scene: Scene) -> None:
    shown = await (await scene.server.interact(scene.reader, scene.news, "menu")).answer()
    chosen = await scene.server.choose(scene.reader, shown, "pick", [CATEGORIES[0], CATEGORIES[1]])

    assert await chosen.answer() is shown
    assert shown.content == "picked China-U.S., Trade"
    assert shown.components == []


async def test_a_modal_is_filled_in_and_sent(scene: Scene) -> None:
    opened = await scene.server.interact(scene.reader, scene.news, "ask")
    assert (await opened.modal())["title"] == "Follow"
    sent = await scene.server.submit(opened, wanted="China-U.S., -Taiwan")

    assert (await sent.answer()).content == "asked for China-U.S., -Taiwan"


async def test_a_second_answer_is_refused(scene: Scene) -> None:
    used = await scene.server.interact(scene.reader, scene.news, "twice")
    await used.answer()

    await scene.server.wait_until(lambda: used.original and used.original.content == "refused with 40060")


async def test_no_answer_in_time_is_noticed(scene: Scene) -> None:
    scene.server.hub.deadline = 0.1
    used = await scene.server.interact(scene.reader, scene.news, "slow")

    with pytest.raises(LateAnswerError, match=r"no answer within 0\.1 s"):
        await used.answer()


async def test_a_late_answer_meets_10062_and_is_a_violation(scene: Scene) -> None:
    used = await scene.server.interact(scene.reader, scene.news, "slow")
    scene.server.clock.advance(3.1)
    async with aiohttp.ClientSession() as session:
        url = f"{scene.server.api_base}/interactions/{used.id}/{used.token}/callback"
        answer = await (await session.post(url, json={"type": 5})).json()

    assert answer["code"] == 10062
    assert any("was answered after 3.1" in each for each in scene.server.take_violations())


async def test_a_token_lives_fifteen_minutes(scene: Scene) -> None:
    used = await scene.server.interact(scene.reader, scene.news, "menu")
    await used.answer()
    scene.server.clock.advance(901)
    async with aiohttp.ClientSession() as session:
        url = f"{scene.server.api_base}/webhooks/{scene.server.world.application_id}/{used.token}"
        answer = await session.patch(f"{url}/messages/@original", json={"content": "too late"})

    assert answer.status == 401
    assert (await answer.json())["code"] == 50027


async def test_an_interaction_that_came_while_away_is_replayed(scene: Scene) -> None:
    scene.server.sockets.hold()
    used = await scene.server.interact(scene.reader, scene.news, "follow", categories="Trade")
    scene.server.sockets.drop()

    assert (await used.answer()).content == "You now get Trade, now"
