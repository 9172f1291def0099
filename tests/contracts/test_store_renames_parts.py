"""Renames of a blog with many posts and followers are carried out in short parts, over any crash."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import pytest

from bot.model import Feed, Rename
from bot.ports import CategoryChange, Store
from storage.shared.moves import DESTINATIONS_AT_ONCE, POSTS_AT_ONCE
from tests.contracts.renaming import API, NEW, ROOM, follows, is_news, names, renamed
from tests.contracts.store_samples import ALICE, BOB, about, add_feed, follow, later, publish, row, send_all
from tests.contracts.stores import opened

pytest_plugins = ["tests.contracts.store_fixtures"]

ROOT = Path(__file__).parents[2]
POSTS, PEOPLE = 3 * POSTS_AT_ONCE, 2 * DESTINATIONS_AT_ONCE
TOLD = "Blog files under Tariffs now what it filed under Trade.\nYou follow Tariffs now."

# Carries out renames under way, and says so after each part.
_CHILD = """
import asyncio, sys
from storage import open_store

async def main(url):
    store = await open_store(url)
    while await store.move_on(int(sys.argv[2])):
        print("part", flush=True)
    await store.aclose()

asyncio.run(main(sys.argv[1]))
"""


async def begun(store: Store, *, posts: int = POSTS, people: int = PEOPLE) -> Feed:
    """Return a feed whose category Trade is being renamed."""
    feed = await add_feed(store)
    await publish(store, feed, *(row(f"p{each}", "Trade", minutes=each) for each in range(posts)))
    for each in range(people):
        await follow(store, f"console:p{each}", "Trade", feed=feed)
    assert await store.change_categories(CategoryChange(feed.id, API, later(60), renames=(NEW,)))
    return feed


async def finish(store: Store, feed: Feed) -> None:
    while await store.move_on(feed.id):
        pass


async def test_each_part_moves_a_bounded_number_of_posts_or_followers(store: Store) -> None:
    feed = await begun(store)
    moved, gone = [], []
    before, followers = 0, 0
    while await store.move_on(feed.id):
        posts = (await names(store)).get("Tariffs", 0)
        now = sum("c:tariffs" in each.filter.include for each in await store.subscriptions())
        moved.append(posts - before)
        gone.append(now - followers)
        before, followers = posts, now

    assert sum(moved) == POSTS
    assert max(moved) <= POSTS_AT_ONCE
    assert sum(gone) == PEOPLE
    assert max(gone) <= DESTINATIONS_AT_ONCE
    assert not [each for each in zip(moved, gone, strict=True) if all(each)]


async def test_a_feed_is_renaming_until_everybody_is_moved(store: Store) -> None:
    feed = await begun(store, posts=1, people=1)
    marks = [(await store.feeds())[0].renaming]
    while await store.move_on(feed.id):
        marks.append((await store.feeds())[0].renaming)

    assert marks[:-1] == [True] * (len(marks) - 1)
    assert not marks[-1]
    assert not await store.move_on(feed.id)


async def test_processes_killed_between_the_parts_lose_nobody_and_tell_once(database_url: str) -> None:
    async with opened(database_url) as store:
        feed = await begun(store)
    killed = 0
    while await _work_until_killed(database_url, feed.id, parts=1 + killed % 2):
        killed += 1

    assert killed > 2
    async with opened(database_url) as store:
        assert not (await store.feeds())[0].renaming
        assert await names(store) == {"Tariffs": POSTS}
        assert {name for each in await store.subscriptions() for name in each.filter.include} == {"c:tariffs"}
        claims = await send_all(store, later(120))
        assert Counter((each.destination.address, str(about(each))) for each in claims) == {
            (f"console:p{each}", TOLD): 1 for each in range(PEOPLE)
        }


async def _work_until_killed(url: str, feed_id: int, parts: int) -> bool:
    """Let a process carry out so many parts and kill it at once; return False if it came to its end first."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CHILD, url, str(feed_id)), cwd=ROOT, stdout=PIPE
    )
    assert child.stdout is not None
    said = [await child.stdout.readline() for _ in range(parts)]
    if all(said):
        child.kill()
    await child.communicate()
    return all(said)


async def test_what_is_due_is_delivered_between_the_parts(store: Store) -> None:
    feed = await begun(store)
    await store.move_on(feed.id)
    await follow(store, ALICE, "Media")
    await publish(store, await add_feed(store, "Other"), row("o1", "Media"), at=later(90))

    assert [about(each) for each in await send_all(store, later(120)) if is_news(each)] == ["o1"]
    await finish(store, feed)


async def test_who_follows_the_old_name_while_posts_are_moved_is_moved_too(store: Store) -> None:
    feed = await begun(store)
    await store.move_on(feed.id)
    await follow(store, ALICE, "Trade", feed=feed)
    await finish(store, feed)

    assert [name for _, _, name, _, _ in await follows(store, ALICE)] == ["Tariffs"]


async def test_a_channel_that_moves_to_a_known_address_meanwhile_follows_the_new_name_there(
    store: Store,
) -> None:
    feed = await begun(store, posts=1, people=0)
    await follow(store, ROOM, "Trade", feed=feed, channel=True)
    await follow(store, BOB, "Media", feed=feed, channel=True)
    for _ in range(2):  # the post, then the names
        await store.move_on(feed.id)
    assert await store.move(ROOM, BOB, later(60))
    await finish(store, feed)

    assert [name for _, _, name, _, _ in await follows(store, BOB)] == ["Media", "Tariffs"]
    assert [str(about(each)) for each in await send_all(store, later(120))] == [
        "Blog files under Tariffs now what it filed under Trade.\nThis channel gets Tariffs now."
    ]


async def test_whoever_is_moved_first_gets_no_post_twice_and_the_last_one_none_too_few(store: Store) -> None:
    feed = await begun(store)
    await finish(store, feed)
    await publish(store, feed, row("new", "Tariffs", minutes=POSTS), at=later(90))
    news = [each for each in await send_all(store, later(120)) if is_news(each)]

    assert Counter(each.destination.address for each in news) == {f"console:p{n}": 1 for n in range(PEOPLE)}


@pytest.mark.parametrize("parts", [0, 1, 4])
async def test_no_other_rename_begins_before_the_first_is_done(store: Store, parts: int) -> None:
    feed = await begun(store)
    for _ in range(parts):
        await store.move_on(feed.id)
    other = CategoryChange(feed.id, API, later(70), renames=(Rename("Tariffs", "Levies"),))

    assert not await store.change_categories(other)
    await finish(store, feed)
    assert await names(store) == {"Tariffs": POSTS}
    assert await store.change_categories(other)


async def test_swapped_names_of_many_posts_are_swapped_once(store: Store) -> None:
    feed = await add_feed(store)
    posts = [row(f"p{each}", ("Trade", "Media")[each % 3 > 0], minutes=each) for each in range(POSTS)]
    await publish(store, feed, *posts)
    await follow(store, ALICE, "Trade", feed=feed)
    await follow(store, BOB, "Media", feed=feed)
    await renamed(store, feed, Rename("Trade", "Media"), Rename("Media", "Trade"))

    assert await names(store) == {"Media": POSTS // 3, "Trade": POSTS - POSTS // 3}
    assert [name for _, _, name, _, _ in await follows(store, ALICE)] == ["Media"]
    assert [name for _, _, name, _, _ in await follows(store, BOB)] == ["Trade"]
