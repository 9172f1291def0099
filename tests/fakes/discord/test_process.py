"""The fake as a process of its own."""

from __future__ import annotations

import aiohttp
import pytest

from tests.fakes.discord.clients import running
from tests.fakes.discord.process import DiscordProcess
from tests.fakes.discord.sample_bot import SampleBot


async def test_it_builds_a_world_counts_requests_and_plans_faults() -> None:
    async with DiscordProcess("--guilds", "2", "--channels", "3", "--bucket", "1") as discord:
        built = discord.built
        assert [len(guild["channels"]) for guild in built["guilds"]] == [3, 3]
        place = built["guilds"][1]["channels"][0]
        headers = {"Authorization": f"Bot {built['token']}"}
        async with aiohttp.ClientSession(f"{built['api_base']}/", headers=headers) as session:
            for _ in range(2):
                await session.post(f"channels/{place}/messages", json={"content": "Tariffs"})
            await discord.ask("fault", kind="drop_before", on="POST /users")
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await session.post("users/@me/channels", json={"recipient_id": "1"})

        stats = await discord.ask("stats")
        assert stats["statuses"] == {"200": 1, "429": 1, "0": 1}
        assert stats["refused"] == {"user": 1}
        assert stats["violations"] == []
        assert await discord.ask("counts") == {place: 1}
        assert [message["content"] for message in await discord.ask("messages", channel=place)] == ["Tariffs"]
        sent, _ = await discord.ask("requests", on="POST /channels/")
        assert sent == {
            "line": f"POST /channels/{place}/messages",
            "body": {"content": "Tariffs"},
            "status": 200,
            "lost": False,
        }
        await discord.ask("reset")
        assert (await discord.ask("stats"))["requests"] == 0


async def test_people_there_use_a_bot_that_is_connected() -> None:
    async with DiscordProcess("--global-limit", "100") as discord, running(discord, SampleBot()):
        channel = discord.built["guilds"][0]["channels"][0]
        used = await discord.ask(
            "interact", user="ada", channel=channel, command="follow", options={"categories": "Trade"}
        )

        assert used["content"] == "You now get Trade, now"
        assert used["seconds"] < 3


async def test_what_it_cannot_do_is_said() -> None:
    async with DiscordProcess() as discord:
        channel = discord.built["guilds"][0]["channels"][0]
        with pytest.raises(AssertionError, match="/follow is not registered"):
            await discord.ask("interact", user="ada", channel=channel, command="follow")
