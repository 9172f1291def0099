from __future__ import annotations

import pytest

from tests.commands.room import POSTS, Room, post_row


async def test_unfollow_answers_with_the_state(room: Room) -> None:
    await room.say("/follow Trade, Media, #TikTok")

    reply = await room.say("/unfollow trade, #tiktok")

    assert reply.text == "You now get: Media; at once, on the console."
    assert await room.follows() == [({"c:media"}, set(), None)]


async def test_unfollow_all_leaves_nothing(room: Room) -> None:
    await room.say("/follow Trade, -Taiwan")

    assert (await room.say("/unfollow all")).text == "You follow nothing now."
    assert await room.store.subscriptions() == []


async def test_unfollow_with_a_minus_ends_an_exclusion(room: Room) -> None:
    await room.say("/follow Trade, -Taiwan, -Media")

    assert (
        await room.say("/unfollow -Taiwan")
    ).text == "You now get: Trade, but not Media; at once, on the console."


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/unfollow Media", "You do not follow Media."),
        ("/unfollow Taiwan", "You do not follow Taiwan."),
        ("/unfollow #TikTok", "You do not follow #TikTok."),
        ("/unfollow #Trade", "A category of that name exists: /unfollow Trade"),
        ("/unfollow -Media", "Media is not left out."),
        ("/unfollow Trade feed:'Second Blog'", "You do not follow Trade."),
    ],
)
async def test_unfollowing_what_is_not_followed_says_so_and_changes_nothing(
    two_blogs: Room, line: str, answer: str
) -> None:
    await two_blogs.say("/follow Trade, -Taiwan")
    before = await two_blogs.everything()

    reply = await two_blogs.say(line)

    assert answer in reply.text
    assert await two_blogs.everything() == before


async def test_of_a_list_what_is_followed_is_taken_off(room: Room) -> None:
    await room.say("/follow Trade, Economy")

    assert (await room.say("/unfollow Trade, Media")).text == (
        "You do not follow Media.\nYou now get: Economy; at once, on the console."
    )


async def test_unfollowing_a_part_of_everything_tells_how(room: Room) -> None:
    await room.say("/follow all")

    text = (await room.say("/unfollow Media")).text

    assert "You do not follow Media." in text
    assert "to leave some out: /follow -Media" in text


async def test_an_unknown_name_in_the_list_takes_nothing_off(room: Room) -> None:
    await room.say("/follow Trade, Media")

    assert "Nearest: Media." in await room.refused("/unfollow Trade, Medai")


async def test_unfollow_without_follows(room: Room) -> None:
    assert (await room.say("/unfollow all")).text == "You follow nothing."
    assert "Usage: /unfollow" in await room.refused("/unfollow")


async def test_what_no_feed_knows_any_more_can_be_taken_off(two_blogs: Room) -> None:
    await two_blogs.say("/follow Gardening, #Tulips, Trade")
    await two_blogs.say('/feeds remove "Second Blog"', "root", admin=True)

    assert (
        await two_blogs.say("/unfollow gardening, #tulips")
    ).text == "You now get: Trade; at once, on the console."


# --- /following --------------------------------------------------------------------------------------------


async def test_following_tells_the_state(two_blogs: Room) -> None:
    assert "You follow nothing. To begin: /follow CATEGORIES" in (await two_blogs.say("/following")).text
    await two_blogs.say("/follow Trade")
    await two_blogs.say("/follow Gardening feed:'Second Blog'")

    assert (await two_blogs.say("/following")).text == (
        "You get:\n"
        "- Trade (from every feed); at once, on the console\n"
        "- Gardening (from Second Blog); at once, on the console"
    )


async def test_a_person_does_not_see_a_channels_alerts_as_their_own(room: Room) -> None:
    await room.say("/alerts add Trade", "alice", admin=True)

    assert "You follow nothing." in (await room.say("/following", "alice")).text


async def test_the_posts_of_the_room_are_what_the_tests_count_on(room: Room) -> None:
    newest = await room.store.latest(100)

    assert [post.title for post in reversed(newest)] == [title for title, _, _ in POSTS]
    assert await room.store.subscriptions() == []


async def test_following_offers_to_take_each_name_off_again(two_blogs: Room) -> None:
    await two_blogs.say("/follow Trade, #TikTok, -Taiwan")
    await two_blogs.say("/follow all feed:'Second Blog'")
    offers = (await two_blogs.say("/following")).offers

    assert [(offer.label, offer.path, dict(offer.values)) for offer in offers] == [
        ("Unfollow Trade", "unfollow", {"categories": "Trade"}),
        ("Unfollow #TikTok", "unfollow", {"categories": "#TikTok"}),
        ("Unfollow everything (Second Blog)", "unfollow", {"categories": "all", "feed": "Second Blog"}),
    ]


async def test_what_is_offered_does_what_it_says(two_blogs: Room) -> None:
    await two_blogs.say("/follow Trade, #TikTok, -Taiwan")
    await two_blogs.say("/follow all feed:'Second Blog'")
    caller = two_blogs.caller()
    for offer in (await two_blogs.say("/following")).offers:
        line = " ".join(f"{name}:'{value}'" for name, value in offer.values)
        assert (await two_blogs.dispatcher.run(caller, f"/{offer.path} {line}")).ok, line

    assert await two_blogs.store.subscriptions() == []


@pytest.mark.parametrize(
    "name", ["A" + " very long name of a category" * 6, "Ports, Ships and Shipping", "U.S."]
)
async def test_names_of_any_length_and_with_commas_can_be_taken_off_by_their_offer(
    room: Room, name: str
) -> None:
    await room.publish((await room.store.feeds())[0], post_row(31, "Odd one", (name,)))
    quoted = f'"{name}"' if "," in name else name
    assert (await room.say(f"/follow {quoted}")).ok
    (offer,) = (await room.say("/following")).offers
    reply = await room.dispatcher.execute(room.caller(), offer.path, dict(offer.values))

    assert reply.text == "You follow nothing now."
