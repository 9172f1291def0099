"""Whichever process looks next, a quiet blog is found as soon as by one that looks alone."""

from __future__ import annotations

from bot.quiet_blogs import SUSPECT
from tests.test_quiet_blogs import DAY, QUIET, Watch, watch

__all__ = ["watch"]


async def test_two_looks_of_different_processes_are_as_good_as_two_of_one(watch: Watch) -> None:
    feed = await watch.add()
    for _ in range(4 * 8):
        watch.restart()  # as another process, which remembers nothing
        await watch.live(DAY / 4, feed)

    assert await watch.told() == [QUIET]
    assert await watch.store.list_values(SUSPECT) == {}


async def test_a_suspect_that_is_not_watched_any_more_is_forgotten(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(6 * DAY, feed)
    while not await watch.store.list_values(SUSPECT):
        await watch.live(DAY / 4, feed)
    assert list(await watch.store.list_values(SUSPECT)) == [f"{SUSPECT}{feed.id}"]
    await watch.store.retire_feed(feed.id, watch.clock.now(), by="console:alice")
    await watch.blogs.look()

    assert await watch.store.list_values(SUSPECT) == {}
