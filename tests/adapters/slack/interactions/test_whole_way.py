"""The whole way on Slack with the real desk and a real database: form, answers, buttons, App Home in step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.commands.dispatch import Dispatcher
from bot.model import FeedState
from bot.ports import Inspection, PollCommit, PollRecord, Store
from bot.services import Services
from storage import open_store
from tests.adapters.slack.talk_rig import Talk, buttons, talk, texts
from tests.commands.room import BLOG, NOW, POSTS, Hands, post_row
from tests.databases import Database


class Nobody:
    """An inspector that is never asked."""

    async def inspect(self, url: str) -> Inspection:
        raise AssertionError(url)

    async def check(self, url: str) -> Inspection:
        raise AssertionError(url)


@asynccontextmanager
async def library(database: Database) -> AsyncIterator[Store]:
    """Return a store with a blog's posts."""
    store = await open_store(database.url)
    try:
        feed = await store.add_feed(BLOG, NOW, by="slack:U012AB3CD")
        state = FeedState(baseline_at=NOW, last_success_at=NOW)
        record = PollRecord(feed.id, feed.url, state, NOW + timedelta(minutes=15))
        rows = tuple(post_row(number, *each, silent=True) for number, each in enumerate(POSTS, 1))
        await store.commit_poll(PollCommit(record, new=rows, at=NOW))
        yield store
    finally:
        await store.aclose()


@pytest.fixture
async def rig(database: Database) -> AsyncIterator[tuple[Talk, Store]]:
    async with library(database) as store:
        clock = Hands()
        services = Services(Dispatcher(store, Nobody(), clock), store, clock)
        async with talk(services) as each:
            yield each, store


async def followed(store: Store, address: str) -> set[str]:
    """Return the keys of all that an address follows."""
    keys = [each.filter.include for each in await store.subscriptions(address)]
    return set().union(*keys)


async def test_follow_by_the_form_and_unfollow_by_buttons_with_the_app_home_in_step(
    rig: tuple[Talk, Store],
) -> None:
    way, store = rig
    alice = way.address(way.alice)
    home = await way.home()
    assert "You follow nothing." in texts(home)

    await way.command("/follow")
    form = await way.server.wait_for_modal(way.alice)
    found = await way.server.options(way.alice, form, "categories", "chin")
    assert found[0] == "China-U.S."
    await (await way.server.submit(way.alice, form, {"categories": [found[0], "Trade", "#TikTok"]})).acked()
    await way.drain()
    told = texts(way.server.messages(way.alice)[0])
    assert "You now get: China-U.S., Trade and #TikTok; at once, by DM." in told
    assert await followed(store, alice) == {"c:chinaus", "c:trade", "t:tiktok"}
    assert "You get: China-U.S., Trade and #TikTok" in texts(home)

    await way.restart()
    listed = await way.answer("/following")
    await (await way.click(listed, "Unfollow Trade")).answered()
    await way.drain()
    assert await followed(store, alice) == {"c:chinaus", "t:tiktok"}
    assert set(buttons(listed)) == {"Unfollow China-U.S.", "Unfollow #TikTok"}
    assert "Unfollow Trade" not in buttons(home)

    await way.click(home, "Unfollow China-U.S.")
    await way.drain()
    assert await followed(store, alice) == {"t:tiktok"}
    assert "You now get: #TikTok" in texts(home)
    offered = {"Settings", "Snooze", "Use Europe/Amsterdam"}  # the zone that Slack knows of her
    assert set(buttons(home)) == {"Follow more", "Unfollow #TikTok"} | offered


async def test_an_unknown_name_is_refused_inside_the_form_with_the_nearest(rig: tuple[Talk, Store]) -> None:
    way, store = rig
    await way.command("/follow")
    form = await way.server.wait_for_modal(way.alice)
    await (await way.server.submit(way.alice, form, {"categories": ["Trde"]})).acked()

    assert form.errors["categories"].startswith("No category is called “Trde”. Nearest: Trade.")
    assert form.errors["categories"].endswith("Nothing was changed.")
    assert await followed(store, way.address(way.alice)) == set()


async def test_an_admin_sets_up_a_channel_and_sees_it_in_the_app_home(rig: tuple[Talk, Store]) -> None:
    way, store = rig
    other = way.team.add_channel("other")
    typed = await way.answer("/alerts add Trade mention:S0AAAAAAA", way.boss)
    await way.command("/follow", way.boss)
    form = await way.server.wait_for_modal(way.boss)
    values = {"categories": ["Media"], "channel": other.id}
    await (await way.server.submit(way.boss, form, values)).acked()
    home = await way.home(way.boss)

    assert "This channel now gets: Trade; at once" in texts(typed)
    assert await followed(store, way.address(way.news)) == {"c:trade"}
    assert await followed(store, way.address(other)) == {"c:media"}
    assert "gets: Media; at once" in texts(home)
    assert "China Bystander: " in texts(home)
    assert "You follow nothing." in texts(home)


async def test_nobody_becomes_an_admin_by_asking(rig: tuple[Talk, Store]) -> None:
    way, store = rig
    for text in (
        "/alerts add Trade",
        f"/alerts add Trade channel:{way.news.id}",
        "/bystander alerts add all",
    ):
        assert "Only admins may use /alerts add." in texts(await way.answer(text))

    assert await store.subscriptions() == []


async def test_the_newest_posts_are_listed_with_their_links(rig: tuple[Talk, Store]) -> None:
    way, _ = rig
    answer = await way.answer("/latest Trade 2")
    found = await way.answer("/find export controls")

    assert "Tariffs stay in place" in texts(answer)
    assert "https://blog.example/2022/12/a-post/" in str(answer.blocks)
    assert "Export controls again" in texts(found)
