"""Two processes on one database: a feed has one subscription, and either process may get the pushes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import pytest

from tests.acceptance.hub_place import HubPlace
from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.test_process_healthy import free_port
from tests.fakes import postgres
from tests.fakes.blog import FaultyBlog
from tests.fakes.hub import FakeHub

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with FakeHub() as running:
        yield running


async def test_either_of_two_processes_may_get_a_push_and_one_subscription_is_made(
    home: Home, blog: FaultyBlog, hub: FakeHub
) -> None:
    place, other = HubPlace(home, blog, hub), free_port()
    async with postgres.server().database() as url:
        home.settings["database"] = url
        async with place.running() as first:
            await first.ready()
            home.settings["web"]["listen"] = f"127.0.0.1:{other}"
            async with place.running() as second:
                await second.ready()
                await first.until(lambda: hub.callbacks)
                await first.follow("alice Trade")
                publish(blog, draft(1, "Soy Is Back", "Trade"))
                await hub.publish(blog.feed_url)
                await first.until(lambda: first.titles() + second.titles() == ["Soy Is Back"])
                publish(blog, draft(2, "Steel Is Next", "Trade"))
                (known,) = hub.verified.values()
                there = known.callback.replace(f":{place.port}/", f":{other}/")
                document = await hub.fetch(blog.feed_url)
                status = await hub.push(there, document, hub.signature(known.secret, document))
                await first.until(lambda: len(first.titles() + second.titles()) == 2)
                assert await first.stop() == 0
                publish(blog, draft(3, "Rice Is Late", "Trade"))
                document = await hub.fetch(blog.feed_url)
                await hub.push(there, document, hub.signature(known.secret, document))
                await second.until(lambda: "Rice Is Late" in second.titles())

    assert status == 202
    assert sorted(first.titles() + second.titles()) == ["Rice Is Late", "Soy Is Back", "Steel Is Next"]
    assert len(hub.asked) == 1
