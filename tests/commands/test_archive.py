from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import EvidenceRank, FeedSettings, Filing, SuggestedAction
from tests.commands.room import Room, post_row


async def test_categories_are_listed_with_most_posts_first(room: Room) -> None:
    text = (await room.say("/categories")).text

    assert text == (
        "Categories, with their posts: China-U.S. (5), Trade (4), Economy (2), Markets (2), Media (2), "
        "Taiwan (2), Technology (2) and Hong Kong (1)"
    )


async def test_tags_are_listed_apart(room: Room) -> None:
    text = (await room.say("/categories tags")).text

    assert text.startswith("Tags, with their posts: #Huawei (2), #Technology (2), #TikTok (2), #Boeing (1)")


async def test_several_feeds_have_a_heading_each(two_blogs: Room) -> None:
    lines = (await two_blogs.say("/categories")).text.splitlines()

    assert [line.partition(",")[0] for line in lines] == [
        "Categories of China Bystander",
        "Categories of Second Blog",
    ]
    assert (await two_blogs.say("/categories Second Blog")).text == (
        "Categories, with their posts: Gardening (2) and Trade (1)"
    )
    assert "Nearest: Second Blog." in await two_blogs.refused("/categories feed:Secnd")


async def test_the_categories_of_many_feeds_are_counted_at_the_end(empty_room: Room) -> None:
    for number in range(12):
        site = f"{number:02}.example"
        feed = await empty_room.watch(FeedSettings(f"Blog {number:02}", f"https://{site}/feed/"))
        await empty_room.publish(feed, post_row(1, "One", ("Trade",), site=site))

    lines = (await empty_room.say("/categories")).text.splitlines()

    assert len(lines) == 11
    assert lines[-1] == "2 more feeds: /categories feed:NAME"


async def test_without_categories_the_next_step_is_named(empty_room: Room) -> None:
    for line in ("/categories", "/follow"):
        assert "No categories are known yet; /health" in (await empty_room.say(line)).text
    assert "No tags are known yet" in (await empty_room.say("/categories tags")).text


async def test_a_long_list_of_tags_is_counted_at_its_end(empty_room: Room) -> None:
    rows = [post_row(number, f"Post {number}", ("Trade",), (f"Tag {number:03}",)) for number in range(1, 61)]
    await empty_room.publish(await empty_room.watch(), *rows)

    assert "#Tag 040 (1) and 20 more" in (await empty_room.say("/categories tags")).text


async def test_latest_lists_the_newest_posts(room: Room) -> None:
    reply = await room.say("/latest 2")

    assert reply.text == (
        "The newest 2 posts:\n"
        "1. Tariffs stay in place\n"
        "   China-U.S., Trade \u00b7 29 Oct 2022, 23:41 UTC\n"
        "   https://blog.example/2022/12/a-post/\n"
        "2. Export controls again\n"
        "   China-U.S., Trade \u00b7 28 Oct 2022, 23:41 UTC\n"
        "   https://blog.example/2022/11/a-post/"
    )
    assert [post.title for post in reply.posts] == ["Tariffs stay in place", "Export controls again"]


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("/latest", 5),
        ("/latest 10", 10),
        ("/latest all", 5),
        ("/latest trade", 4),
        ("/latest trade 1", 1),
        ("/latest hong-kong", 1),
        ("/latest #hong kong", 1),
        ("/latest #huawei 10", 2),
    ],
)
async def test_latest_takes_a_category_and_a_number(room: Room, line: str, titles: int) -> None:
    assert len((await room.say(line)).posts) == titles


async def test_latest_of_a_category_leaves_out_what_is_only_tagged_so(room: Room) -> None:
    category = {post.title for post in (await room.say("/latest Technology")).posts}
    tag = {post.title for post in (await room.say("/latest #Technology")).posts}

    assert category == {"Apps under review", "Chip rules widen"}
    assert tag == {"Harbour traffic", "Export controls again"}


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("/latest since:2022-10-28", ["Tariffs stay in place", "Export controls again"]),
        ("/latest Trade since:30d", ["Tariffs stay in place", "Export controls again"]),
        ("/latest Media since:2022-10-28", []),
        ("/latest since:yesterday", []),
    ],
)
async def test_latest_since_a_time_leaves_out_what_is_older(room: Room, line: str, titles: list[str]) -> None:
    assert [post.title for post in (await room.say(line)).posts] == titles


async def test_a_day_of_latest_begins_at_midnight_of_the_person(room: Room) -> None:
    await room.say("/settings Asia/Shanghai")

    text = (await room.say("/latest Trade since:2022-10-30")).text

    assert text.startswith("The newest post under Trade since 30 Oct 2022, 00:00 Asia/Shanghai:\n1. Tariffs")


async def test_latest_is_turned_page_by_page(room: Room) -> None:
    first = await room.say("/latest Trade 3")
    (more,) = first.offers
    second = await room.dispatcher.execute(room.caller(), more.path, dict(more.values))

    assert more.values == (("count", "3"), ("category", "Trade"), ("page", "2"))
    assert second.text.startswith("Post 4 under Trade:\n4. Harbour traffic\n")
    assert [each.label for each in second.offers] == ["Previous page"]
    assert second.first == 4
    beyond = await room.say("/latest Trade page:9")
    assert beyond.text == "No more posts are known under Trade."
    assert beyond.offers == (SuggestedAction("First page", "latest", (("category", "Trade"), ("page", "1"))),)
    assert (await room.say("/latest Trade since:yesterday")).text == (
        "No posts are known under Trade since 25 Nov 2022, 00:00 UTC."
    )


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/latest Trad", "Nearest: Trade."),
        ("/latest -Trade", "/latest takes one category; it cannot leave one out."),
        ("/latest TikTok", "A tag of that name exists: /latest #TikTok"),
        ("/latest #Economy", "A category of that name exists: /latest Economy"),
        ("/latest 11", "The nearest is 10."),
        ("/latest Trade 0", "The nearest is 1."),
        ("/latest since:soon", "is no day; write one such as yesterday, monday, 3d, 12h or 2022-11-25."),
        ("/latest since:2023-01-01", "is still to come. Nearest: today."),
        ("/latest page:0", "The nearest is 1."),
        ("/find", "/find needs WORDS. Usage: /find WORDS"),
    ],
)
async def test_what_cannot_be_listed_is_answered_with_what_can(room: Room, line: str, answer: str) -> None:
    assert answer in await room.refused(line)


async def test_latest_without_posts(empty_room: Room) -> None:
    await empty_room.publish(await empty_room.watch(), vocabulary=("Trade",))

    assert (await empty_room.say("/latest")).text == "No posts are known yet."
    assert (await empty_room.say("/latest Trade")).text == "No posts are known yet under Trade."


async def test_find_lists_posts_with_all_the_words(room: Room) -> None:
    reply = await room.say('/find "controls export"')

    assert reply.text.startswith(
        "1 post for \u201ccontrols export\u201d, best first:\n1. Export controls again\n"
    )
    assert [post.title for post in reply.posts] == ["Export controls again"]


async def test_find_says_when_more_posts_have_the_words_than_it_shows(empty_room: Room) -> None:
    feed = await empty_room.watch()
    await empty_room.publish(
        feed, *(post_row(number, f"Kitty {number}", ("Cats",)) for number in range(1, 7))
    )

    some = await empty_room.say("/find kitty")
    assert some.text.startswith("The best 5 posts for “kitty”; more words find others:\n1. Kitty ")
    assert len(some.posts) == 5
    await empty_room.publish(feed, post_row(9, "Dog", ("Dogs",)))
    assert (await empty_room.say("/find dog")).text.startswith("1 post for “dog”, best first:")


async def test_a_post_without_a_title_is_called_by_its_first_sentence(empty_room: Room) -> None:
    row = post_row(1, "", ("Cats",))
    told = replace(row, post=replace(row.post, summary="A cat sat. It purred.", link=""))
    bare = post_row(2, "", ("Cats",))
    bare = replace(bare, post=replace(bare.post, summary=""))
    feed = await empty_room.watch()
    await empty_room.publish(feed, told, bare)

    lines = (await empty_room.say("/latest")).text.splitlines()
    assert [lines[1], lines[4]] == ["1. Untitled post", "2. A cat sat."]
    assert len(lines) == 6  # the second one has no link
    assert "“Untitled post”" in (await empty_room.say("/why")).text


@pytest.mark.parametrize("words", ["qqq", "export qqq", '" OR 1=1 --', "AND NOT (", "*", "\u201c"])
async def test_find_takes_any_words_and_says_when_nothing_has_them(room: Room, words: str) -> None:
    reply = await room.say(f"/find {words}")

    assert "No post has all of" in reply.text or reply.posts


async def test_a_post_of_several_feeds_names_its_feed(two_blogs: Room) -> None:
    await two_blogs.publish(
        (await two_blogs.store.feeds())[1], post_row(30, "Newest", ("Gardening",), site="second.example")
    )

    assert "   Second Blog \u00b7 Gardening \u00b7 " in (await two_blogs.say("/latest 2")).text


async def test_what_a_feed_says_is_shown_on_one_clean_line(room: Room) -> None:
    filing = Filing(("A\nB\u202eC",), (), EvidenceRank.API)
    await room.publish(
        (await room.store.feeds())[0],
        post_row(30, "Two\nlines\x1b[31m \u202eturned" + "x" * 500, filing=filing),
    )

    lines = (await room.say("/latest 1")).text.splitlines()

    assert len(lines) == 4
    assert lines[1].startswith("1. Two lines [31m turnedxxx")
    assert len(lines[1]) < 160
    assert lines[2].startswith("   A BC \u00b7")
