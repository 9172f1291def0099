"""Names that a blog no longer uses are answered with the new ones."""

from __future__ import annotations

import pytest

from bot.model import Rename
from bot.ports import CategoryChange
from tests.commands.room import BLOG, Room, post_row


@pytest.fixture
async def renamed(empty_room: Room) -> Room:
    """A room whose blog calls Trade Tariffs now, and has one post under it."""
    blog = await empty_room.watch(BLOG)
    await empty_room.publish(
        blog, post_row(1, "Rain", ("Trade",)), post_row(2, "Snow", ("Media",), ("Trade",))
    )
    change = CategoryChange(blog.id, "api", empty_room.clock.now(), renames=(Rename("Trade", "Tariffs"),))
    await empty_room.store.change_categories(change)
    while await empty_room.store.move_on(blog.id):
        pass
    return empty_room


async def test_who_follows_an_old_name_follows_the_new_one_and_is_told(renamed: Room) -> None:
    reply = await renamed.say("/follow trade")

    assert reply.text.splitlines() == [
        "You now get: Tariffs; at once, on the console.",
        "Trade is called Tariffs now.",
        "1 of the 2 posts known so far would have reached you: \u201cRain\u201d.",
    ]
    assert await renamed.follows() == [({"c:tariffs"}, set(), None)]


async def test_an_old_name_is_also_left_out_and_unfollowed_as_the_new_one(renamed: Room) -> None:
    await renamed.say("/follow Media, -Trade")
    assert await renamed.follows() == [({"c:media"}, {"c:tariffs"}, None)]
    await renamed.say("/follow Tariffs", "bob")
    reply = await renamed.say("/unfollow Trade", "bob")

    assert reply.text.startswith("Trade is called Tariffs now.\n")
    assert await renamed.follows("bob") == []


async def test_posts_of_an_old_name_are_those_of_the_new_one(renamed: Room) -> None:
    assert (await renamed.say("/latest Trade")).text.startswith("The newest post under Tariffs:")
    assert "Tariffs (1)" in (await renamed.say("/categories")).text
    assert "Trade" not in (await renamed.say("/categories")).text
    assert "Tariffs" in await renamed.complete("follow", "categories", "T")
    assert "Trade" not in await renamed.complete("follow", "categories", "T")


async def test_a_tag_of_the_old_name_is_still_that_tag(renamed: Room) -> None:
    await renamed.say("/follow #Trade")

    assert await renamed.follows() == [({"t:trade"}, set(), None)]


async def test_a_name_that_is_used_again_is_itself(renamed: Room) -> None:
    blog = (await renamed.store.feeds())[0]
    await renamed.publish(blog, post_row(3, "Hail", ("Trade",)))
    reply = await renamed.say("/follow Trade")

    assert "is called" not in reply.text
    assert await renamed.follows() == [({"c:trade"}, set(), None)]


async def test_why_tells_the_new_name_and_since_when_it_is_known(renamed: Room) -> None:
    await renamed.say("/follow Tariffs")

    assert "Tariffs" in (await renamed.say("/why Rain")).text
    assert "Trade is called Tariffs now." in (await renamed.say("/why Rain")).text


async def test_who_follows_both_because_another_blog_has_the_old_name_takes_off_each(renamed: Room) -> None:
    await renamed.say("/follow Tariffs")
    await renamed.store.follow(
        "console:alice",
        feed_id=None,
        include={"c:trade": "Trade"},
        exclude={},
        cadence=(await renamed.store.subscriptions())[0].cadence,
        channel=False,
        mention=None,
        by="console:alice",
        now=renamed.clock.now(),
    )
    await renamed.say("/unfollow Trade")

    assert await renamed.follows() == [({"c:tariffs"}, set(), None)]
