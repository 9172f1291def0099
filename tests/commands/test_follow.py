from __future__ import annotations

from dataclasses import replace

import pytest

from bot.match import matches, subject_of
from bot.model import EVERYTHING, Alert, Cadence, SuggestedAction
from tests.commands.room import BLOG, Room, post_row


async def test_follow_answers_with_the_state_and_a_back_test(room: Room) -> None:
    reply = await room.say("/follow china us, #tiktok, -taiwan")

    assert reply.ok
    assert reply.text == (
        "You now get: China-U.S. and #TikTok, but not Taiwan; at once, on the console.\n"
        "5 of the last 10 posts would have reached you: \u201cTariffs stay in place\u201d, "
        "\u201cExport controls again\u201d, \u201cChip rules widen\u201d and 2 more."
    )
    assert await room.follows() == [({"c:chinaus", "t:tiktok"}, {"c:taiwan"}, None)]
    (stored,) = await room.store.subscriptions()
    assert stored.filter.labels == {"c:chinaus": "China-U.S.", "t:tiktok": "TikTok", "c:taiwan": "Taiwan"}
    assert stored.cadence is Cadence.NOW
    assert not stored.channel


async def test_the_back_test_counts_what_the_whole_state_lets_through(room: Room) -> None:
    await room.say("/follow Media")

    reply = await room.say("/follow Trade, -#Huawei")

    (subscription,) = await room.store.subscriptions()
    newest = await room.store.latest(10)
    hits = [post for post in newest if matches(subscription.filter, subject_of(post, ""))]
    assert reply.text.splitlines()[1].startswith(f"{len(hits)} of the last 10 posts would have reached you: ")
    assert len(hits) == 4


async def test_a_category_does_not_count_posts_that_are_only_tagged_so(room: Room) -> None:
    category = (await room.say("/follow Technology", "alice")).text
    tag = (await room.say("/follow #Technology", "bob")).text

    assert "\u201cApps under review\u201d" in category
    assert "\u201cHarbour traffic\u201d" not in category
    assert "\u201cHarbour traffic\u201d" in tag
    assert "\u201cApps under review\u201d" not in tag


async def test_what_would_have_brought_nothing_is_said(room: Room) -> None:
    assert "None of the last 10 posts would have reached you." in (await room.say("/follow #PBOC")).text


async def test_a_young_archive_is_named_so(empty_room: Room) -> None:
    blog = await empty_room.watch()
    await empty_room.publish(blog, vocabulary=("Trade", "Media"))
    assert "No posts are known yet" in (await empty_room.say("/follow Trade")).text

    await empty_room.publish(blog, post_row(1, "First", ("Trade",)))
    text = (await empty_room.say("/follow Trade", "bob")).text
    assert "The only post known so far would have reached you: \u201cFirst\u201d." in text
    text = (await empty_room.say("/follow Media", "carol")).text
    assert "The only post known so far would not have reached you: \u201cFirst\u201d." in text


async def test_follow_adds_to_what_is_followed(room: Room) -> None:
    await room.say("/follow Trade")

    assert "You now get: Media and Trade; at once" in (await room.say("/follow Media")).text
    assert "You now get: Media and Trade, but not Taiwan; at once" in (await room.say("/follow -Taiwan")).text
    assert await room.follows() == [({"c:trade", "c:media"}, {"c:taiwan"}, None)]


async def test_followers_do_not_share_anything(room: Room) -> None:
    await room.say("/follow Trade", "alice")
    await room.say("/follow Media", "bob")

    assert await room.follows("alice") == [({"c:trade"}, set(), None)]
    assert await room.follows("bob") == [({"c:media"}, set(), None)]


async def test_following_an_excluded_name_lets_it_in_and_the_reverse(room: Room) -> None:
    await room.say("/follow Trade, -Taiwan")

    assert "Taiwan and Trade; at once" in (await room.say("/follow Taiwan")).text
    assert "You now get: Trade, but not Taiwan" in (await room.say("/follow -Taiwan")).text


@pytest.mark.parametrize(
    "line", ["/follow Trade", "/follow TRADE, media", "/follow -Taiwan", "/follow Trade, -Taiwan"]
)
async def test_following_the_same_again_says_so_and_changes_nothing(room: Room, line: str) -> None:
    await room.say("/follow Trade, Media, -Taiwan")
    before = await room.everything()

    reply = await room.say(line)

    assert reply.ok
    assert "You already" in reply.text
    assert "You get: Media and Trade, but not Taiwan; at once, on the console." in reply.text
    assert await room.everything() == before


async def test_everything_covers_each_category(room: Room) -> None:
    assert "You now get: every post; at once" in (await room.say("/follow all")).text
    before = await room.everything()

    reply = await room.say("/follow Trade, Media")

    assert "You already get every post, Trade and Media too." in reply.text
    assert "/unfollow all, then /follow Trade, Media" in reply.text
    assert await room.everything() == before
    assert await room.follows() == [({EVERYTHING}, set(), None)]


async def test_a_name_left_out_of_everything_is_let_in_again(room: Room) -> None:
    await room.say("/follow all, -Taiwan")

    assert "You now get: every post; at once" in (await room.say("/follow Taiwan")).text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/follow Trde", "No category is called \u201cTrde\u201d. Nearest: Trade.\n"),
        ("/follow Trde", "If its first post is still to come: /follow Trde new:yes\n"),
        ("/follow All-Star, zzqq", "still to come: /follow All-Star, zzqq new:yes\n"),
        ("/follow Trade, Taiwn", "Nearest: Taiwan."),
        ("/follow Trade, -Taiwn", "Nearest: Taiwan."),
        ("/follow #Economy", "A category of that name exists: /follow Economy"),
        ("/follow Trade feed:Chna", "No feed is called \u201cChna\u201d. Nearest: China Bystander."),
        ("/follow Trade when:dayly", "Nearest: daily."),
        ("/follow -Taiwan", "nothing to leave Taiwan out of. Say what to get as well: /follow all, -Taiwan"),
        ("/follow Trade, -Trade", "both asked for and left out"),
        ("/follow ,", "Name at least one category"),
        ("/follow -*", "would leave nothing"),
    ],
)
async def test_what_cannot_be_followed_changes_nothing(room: Room, line: str, answer: str) -> None:
    text = await room.refused(line)

    assert answer in text
    assert text.endswith("Nothing was changed.")


async def test_leaving_out_all_that_is_followed_is_refused(room: Room) -> None:
    await room.say("/follow Taiwan")

    assert "Without Taiwan nothing would be left. To stop: /unfollow all." in await room.refused(
        "/follow -Taiwan"
    )


async def test_follow_alone_shows_how_and_what(room: Room) -> None:
    text = await room.refused("/follow")

    assert "Usage: /follow CATEGORIES" in text
    assert "China-U.S. (5), Trade (4)" in text


# --- several feeds -----------------------------------------------------------------------------------------


async def test_without_a_feed_a_name_is_followed_in_every_feed(two_blogs: Room) -> None:
    reply = await two_blogs.say("/follow Trade, Gardening")

    assert "You now get: Gardening and Trade; at once" in reply.text
    assert await two_blogs.follows() == [({"c:trade", "c:gardening"}, set(), None)]


async def test_a_feed_limits_what_is_followed_and_tried(two_blogs: Room) -> None:
    blog, second = await two_blogs.store.feeds()

    reply = await two_blogs.say('/follow Trade feed:"second blog"')

    assert reply.text == (
        "You now get: Trade (from Second Blog); at once, on the console.\n"
        "1 of the 2 posts known so far would have reached you: \u201cSeed prices\u201d."
    )
    assert await two_blogs.follows() == [({"c:trade"}, set(), second.id)]
    await two_blogs.say('/follow Media feed:"china bystander"')
    assert ({"c:media"}, set(), blog.id) in await two_blogs.follows()


async def test_the_back_test_minds_the_feed_of_each_subscription(two_blogs: Room) -> None:
    await two_blogs.say("/follow Trade feed:'Second Blog'")

    text = (await two_blogs.say("/follow Hong Kong")).text

    assert "1 of the last 10 posts would have reached you: \u201cHarbour traffic\u201d." in text


async def test_a_name_of_another_feed_is_unknown_in_this_one(two_blogs: Room) -> None:
    assert "No category is called" in await two_blogs.refused('/follow Gardening feed:"China Bystander"')


async def test_an_exclusion_alone_goes_to_all_that_is_followed(two_blogs: Room) -> None:
    await two_blogs.say("/follow Trade")
    await two_blogs.say('/follow Gardening feed:"Second Blog"')

    reply = await two_blogs.say("/follow -#Tulips")

    assert "- Trade, but not #Tulips (from every feed)" in reply.text
    assert "- Gardening, but not #Tulips (from Second Blog)" in reply.text


async def test_what_is_followed_everywhere_is_already_followed_in_a_feed(two_blogs: Room) -> None:
    await two_blogs.say("/follow Trade")

    assert "You already follow Trade." in (await two_blogs.say('/follow Trade feed:"Second Blog"')).text


async def test_a_name_known_as_a_tag_only_is_no_category_and_the_tag_is_offered(room: Room) -> None:
    text = await room.refused("/follow tiktok when:now")
    reply = await room.say("/follow tiktok when:now")

    assert "No category is called \u201ctiktok\u201d. A tag of that name exists: /follow #TikTok" in text
    assert "/follow tiktok new:yes" in text
    assert reply.offers == (
        SuggestedAction("Follow #TikTok", "follow", (("when", "now"), ("categories", "#TikTok"))),
    )


@pytest.mark.parametrize(
    "line", ["/follow tiktok new:yes", '/follow "TikTok" new:yes', "/follow TikTok new=YES"]
)
async def test_a_name_known_as_a_tag_only_is_followed_as_a_category_when_that_is_said(
    room: Room, line: str
) -> None:
    reply = await room.say(line)

    assert "You now get: TikTok; at once" in reply.text
    assert "No post is filed under TikTok so far; it is known as a tag." in reply.text
    assert "/follow #TikTok" in reply.text
    assert await room.follows() == [({"c:tiktok"}, set(), None)]


async def test_a_name_that_nobody_knows_is_followed_when_it_is_said_to_be_new(room: Room) -> None:
    reply = await room.say("/follow Chips, -#Rumours, Trade new:yes")

    assert "You now get: Chips and Trade, but not #Rumours; at once" in reply.text
    assert "No post is filed under Chips so far." in reply.text
    assert "No post is tagged #Rumours so far." in reply.text
    assert await room.follows() == [({"c:chips", "c:trade"}, {"t:rumours"}, None)]


async def test_the_first_post_of_a_new_category_reaches_who_waits_for_it(room: Room) -> None:
    await room.say("/follow Chips new:yes")
    (blog,) = await room.store.feeds()
    await room.publish(blog, post_row(40, "Fabs", ("Chips",)), post_row(41, "Fried", (), ("Chips",)))

    assert [each.message.post.title for each in await room.claim() if isinstance(each.message, Alert)] == [
        "Fabs"
    ]


@pytest.mark.parametrize(
    "line", ["/follow -- new:yes", f"/follow {'x' * 400} new:yes", '/follow "..." new:yes']
)
async def test_what_can_be_no_name_is_not_new(room: Room, line: str) -> None:
    assert "can be no name" in await room.refused(line)


async def test_names_of_the_config_and_of_the_blogs_own_list_are_categories_from_the_start(
    empty_room: Room,
) -> None:
    blog = await empty_room.watch(replace(BLOG, categories=("Chips",)))
    await empty_room.publish(blog, post_row(1, "Fried", (), ("Chips", "Fish")), vocabulary=("Fish",))

    assert "You now get: Chips and Fish; at once" in (await empty_room.say("/follow Chips, Fish")).text


async def test_the_offers_of_a_refused_list_keep_the_rest_of_it(room: Room) -> None:
    reply = await room.say("/follow Trade, -tiktok feed:'China Bystander'")

    (offer,) = reply.offers
    assert offer.label == "Follow Trade, -#TikTok"
    assert dict(offer.values) == {"categories": "Trade, -#TikTok", "feed": "China Bystander"}
    assert (await room.dispatcher.run(room.caller(), "/follow Nothing, Nowhere")).offers == ()


@pytest.mark.parametrize("names", ["Nothing", "tiktok", "Trade and Technology"])
async def test_a_hint_says_which_options_to_give_again(room: Room, names: str) -> None:
    text = (await room.say(f"/follow {names} when:now feed:'China Bystander'")).text

    assert "\nGive when and feed again as well. Nothing was changed." in text
    assert "again as well" not in (await room.say(f"/follow {names}")).text


async def test_no_options_are_asked_for_again_where_no_command_is_named(room: Room) -> None:
    assert "again as well" not in (await room.say("/follow Trade when:weekly")).text
