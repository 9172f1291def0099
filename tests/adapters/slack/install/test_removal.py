"""The bot was removed, or its token refused: what is said, and what comes back with a new token."""

from __future__ import annotations

import pytest

from adapters.slack.install.manifest import BOT_SCOPES
from bot.errors import PermanentError
from bot.ports import WebRequest
from tests.adapters.slack.rig import made


async def test_a_new_token_after_a_removal_lets_out_what_waited_at_home_once() -> None:
    async with made() as rig:
        await rig.start()
        await rig.server.wait_for_connections()
        rig.services.known = [rig.address(rig.news), rig.address(rig.alice), "slack:T0AAAAAAA/C0AAAAAAA"]
        for deed in await rig.team.uninstall():
            await deed.acked()
        await rig.server.wait_until(lambda: rig.services.parked)
        await rig.adapter.aclose()
        rig.team.install(set(BOT_SCOPES))
        await rig.restart(bot_token=rig.team.bot_token)
        reached = list(rig.services.reached)
        await rig.restart(bot_token=rig.team.bot_token)

        assert reached == rig.services.reached == [rig.address(rig.news), rig.address(rig.alice)]


async def test_a_start_without_a_removal_before_lets_nothing_out() -> None:
    async with made() as rig:
        rig.services.known = [rig.address(rig.news)]
        await rig.start()

        assert rig.services.reached == []


async def test_the_page_to_install_says_so_when_the_bot_cannot_connect() -> None:
    async with made(public_url="https://bot.example") as rig:
        (page,) = [each for each in rig.adapter.routes if each.path == "/slack/install"]
        before = await page.handle(WebRequest(page.path))
        rig.adapter = rig.build(bot_token="xoxb-wrong", public_url="https://bot.example")
        with pytest.raises(PermanentError):
            await rig.start()
        (page,) = [each for each in rig.adapter.routes if each.path == "/slack/install"]
        after = await page.handle(WebRequest(page.path))

        assert (before.status, after.status) == (503, 503)
        assert b"is starting" in before.body
        assert b"cannot connect to Slack; its log says why" in after.body
