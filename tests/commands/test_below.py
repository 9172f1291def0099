"""What a followed category includes."""

from __future__ import annotations

from dataclasses import replace

from bot.model import BlogCategory
from bot.ports import CategoryChange, PollCommit, PollRecord
from tests.commands.room import BLOG, Room, post_row


async def test_who_follows_a_category_is_told_what_is_below_it(empty_room: Room) -> None:
    blog = await empty_room.watch()
    asia = ("World/Asia", "World")
    await empty_room.publish(blog, post_row(1, "Rain", asia), post_row(2, "Worldwide", ("Worldly",)))

    reply = (await empty_room.say("/follow World")).text
    both = (await empty_room.say("/follow World", "bob")).text
    again = (await empty_room.say("/follow World", "bob")).text

    assert reply.splitlines()[1:] == [
        "World includes World/Asia.",
        "1 of the 2 posts known so far would have reached you: \u201cRain\u201d.",
    ]
    assert both == reply
    assert "\nWorld includes World/Asia.\n" in again
    assert "includes" not in (await empty_room.say("/follow World/Asia, Worldly", "carol")).text


async def test_a_stroke_in_a_name_of_wordpress_says_nothing(empty_room: Room) -> None:
    blog = await empty_room.watch()
    state = blog.state._replace(generator="https://wordpress.org/?v=6.8")
    row = post_row(1, "Rain", ("World/Asia", "World"))
    record = PollRecord(blog.id, blog.url, state, blog.next_poll_at)
    await empty_room.store.commit_poll(PollCommit(record, new=(row,), at=empty_room.clock.now()))

    assert "includes" not in (await empty_room.say("/follow World")).text


async def test_a_short_path_is_below_a_known_category_alone(empty_room: Room) -> None:
    blog = await empty_room.watch()
    await empty_room.publish(
        blog, post_row(1, "Rock", ("AC/DC",)), post_row(2, "Rain", ("UK/London", "UK", "World/Asia"))
    )

    assert "includes" not in (await empty_room.say("/follow AC new:yes")).text
    assert "World includes World/Asia." in (await empty_room.say("/follow World new:yes", "bob")).text
    assert "UK includes UK/London." in (await empty_room.say("/follow UK")).text


async def test_who_follows_a_category_of_wordpress_is_told_what_the_blog_has_below_it(
    empty_room: Room,
) -> None:
    blog = await empty_room.watch(replace(BLOG, children="on", aliases={"East": "Far East"}))
    await empty_room.publish(blog, post_row(1, "Rain", ("China", "Asia")))
    change = CategoryChange(
        blog.id,
        "api",
        empty_room.clock.now(),
        store=(BlogCategory(1, "Asia", 0), BlogCategory(2, "China", 1), BlogCategory(3, "East", 2)),
    )
    await empty_room.store.change_categories(change)

    assert "\nAsia includes China and Far East.\n" in (await empty_room.say("/follow Asia")).text
    assert "includes" not in (await empty_room.say("/follow China feed:other", "bob")).text
    assert "Asia is above" not in (await empty_room.say("/follow China", "bob")).text
