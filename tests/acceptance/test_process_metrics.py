"""The metrics and the page of a bot that runs: they tell of what it has just done."""

from __future__ import annotations

import aiohttp

from tests.acceptance.process import FEED, Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.test_process_healthy import free_port
from tests.fakes.blog import FaultyBlog


async def test_polls_posts_and_alerts_are_counted_and_shown(home: Home, blog: FaultyBlog) -> None:
    port = free_port()
    home.settings["web"] = {"listen": f"127.0.0.1:{port}"}
    async with home.running() as bot:
        await bot.ready()
        await bot.polls(blog)
        await bot.follow("alice Trade")
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)
        await bot.polls(blog)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            metrics = await (await session.get("/metrics")).text()
            page = await (await session.get("/")).text()

    for begins in (
        f'bystander_polls_total{{feed="{FEED}",outcome="news"}}',
        f'bystander_polls_total{{feed="{FEED}",outcome="unchanged"}}',
        f'bystander_posts_total{{feed="{FEED}",kind="announced"}} 1.0',
        'bystander_delivery_attempts_total{adapter="console",outcome="sent"} 1.0',
        'bystander_alert_seen_to_sent_seconds_count{adapter="console"} 1.0',
        'bystander_store_operation_seconds_count{operation="commit_poll"}',
        'bystander_deliveries{adapter="console",state="sent"} 1.0',
    ):
        assert f"\n{begins}" in metrics
    assert "All well: 1 feed watched, the last alert took" in page
    assert "Soy Is Back" in page
    assert "console:alice (sent)" in page, "it listens on the machine itself"
