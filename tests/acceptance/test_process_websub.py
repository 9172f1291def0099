"""The real program and a real hub: what is published is told at once, and a restart changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.acceptance.hub_place import HubPlace
from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.fakes.blog import FaultyBlog, body
from tests.fakes.hub import FakeHub


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with FakeHub() as running:
        yield running


@pytest.fixture
def place(home: Home, blog: FaultyBlog, hub: FakeHub) -> HubPlace:
    return HubPlace(home, blog, hub)


async def test_a_post_is_told_as_soon_as_the_hub_knows_of_it(place: HubPlace) -> None:
    async with place.running() as bot:
        await place.subscribed(bot)
        await bot.follow("alice Trade")
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
        accepted, verified = await place.pushes("accepted"), await place.verified()
        said = await place.health(bot, "Its hub")

    (asked,) = place.hub.asked
    assert asked["hub.topic"] == place.blog.feed_url
    assert asked["hub.callback"].startswith(f"{place.base}/websub/")
    assert len(asked["hub.secret"]) >= 40
    assert place.hub.verifications == [("subscribe", 200)]
    assert [each.status for each in place.hub.pushes] == [202]
    assert bot.titles() == ["Soy Is Back"]
    assert (accepted, verified) == (1, 1)
    assert "Its hub tells of new posts at once" in said
    assert 4 * 540 <= place.wait() <= 4 * 540 * 1.1


async def test_a_hub_that_verifies_while_the_request_waits_is_understood(place: HubPlace) -> None:
    place.hub.sync, place.hub.method, place.hub.lease = True, "sha1", 315_360_000
    async with place.running() as bot:
        await place.subscribed(bot)
        await bot.follow("alice Trade")
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)

    assert place.hub.asked[0]["hub.verify"] == "sync"
    ((until, now),) = place.home.rows("SELECT verified_until, verified_at FROM hubs")
    assert until - now == 30 * 86_400_000, "ten years are not believed"


async def test_a_restart_asks_no_hub_again_and_misses_no_push(place: HubPlace) -> None:
    async with place.running() as bot:
        await place.subscribed(bot)
        await bot.follow("alice Trade")
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
    async with place.running() as bot:
        await bot.ready()
        await place.publish(2, "Steel Is Next")
        await bot.alerted(1)
        await bot.until(lambda: place.home.states() == ["sent", "sent"])  # the console cannot look for it
        await bot.kill()
    async with place.running() as bot:
        await bot.ready()
        await place.publish(3, "Rice Is Late")
        await bot.alerted(1)

    assert bot.titles() == ["Rice Is Late"]
    assert len(place.hub.asked) == 1


async def test_a_push_that_comes_before_the_feed_knows_of_the_post_is_followed_up(place: HubPlace) -> None:
    async with place.running() as bot:
        await place.subscribed(bot)
        await bot.follow("alice Trade")
        before = len(place.blog.seen("/feed/"))
        await place.hub.publish(place.blog.feed_url)
        await bot.until(lambda: len(place.blog.seen("/feed/")) > before)
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)

    assert bot.titles() == ["Soy Is Back"]


async def test_what_a_push_contains_changes_nothing(place: HubPlace) -> None:
    """It is another document with one forged post, signed, and larger than any feed may be."""
    forged = b"<rss version='2.0'><channel><title>x</title><item><title>Forged</title><guid>x</guid></item>"
    async with place.running() as bot:
        await place.subscribed(bot)
        await bot.follow("alice everything")
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
        (known,) = place.hub.verified.values()
        large = forged + b" " * 4_000_000 + b"</channel></rss>"
        before = len(place.blog.seen("/feed/"))
        status = await place.hub.push(known.callback, large, place.hub.signature(known.secret, large))
        await bot.until(lambda: len(place.blog.seen("/feed/")) > before)
        await place.publish(2, "Steel Is Next")
        await bot.alerted(2)

    assert status == 202
    assert bot.titles() == ["Soy Is Back", "Steel Is Next"]
    assert bot.of("edit") == []


async def test_a_feed_that_is_removed_leaves_its_hub(place: HubPlace) -> None:
    place.home.settings["feeds"].append(
        {"name": "Other", "url": f"{place.blog.url}/feed/atom/", "every": "9m"}
    )
    async with place.running() as bot:
        await place.subscribed(bot, 2)
        place.home.settings["feeds"].pop()
        place.home.write_config()
    async with place.running() as bot:
        await bot.until(lambda: ("unsubscribe", 200) in place.hub.verifications)
        await bot.until(lambda: len(place.hub.callbacks) == 1)
        await bot.until(lambda: len(place.home.rows("SELECT 1 FROM hubs")) == 1)

    assert place.hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in place.hub.asked[-1]


async def test_without_a_public_address_no_hub_is_asked(place: HubPlace, home: Home) -> None:
    del home.settings["web"]["public_url"]
    home.feed["every"] = "0.2s"
    async with place.running() as bot:
        await bot.polls(place.blog)
        await bot.follow("alice Trade")
        status, _ = await place.hub.get(f"{place.base}/websub/x", {"hub.mode": "subscribe"})
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
        said = await bot.say("/health")

    assert status == 404
    assert place.hub.asked == []
    assert "hub" not in said


async def test_a_public_address_that_is_taken_away_ends_what_hubs_had_agreed_to(place: HubPlace) -> None:
    async with place.running() as bot:
        await place.subscribed(bot)
        await bot.follow("alice Trade")
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
    slow = place.wait()
    del place.home.settings["web"]["public_url"]
    async with place.running() as bot:
        await bot.ready()

    assert slow > 2 * 540
    assert place.wait() < 2 * 540
    assert place.home.rows("SELECT hub_until FROM feeds") == [(None,)]


async def test_a_hub_in_the_link_fields_of_an_answer_is_found(place: HubPlace) -> None:
    feed, place.blog.blog.hub = place.blog.feed_url, ""
    links = {"Link": f'<{place.hub.url}>; rel="hub", <{feed}>; rel="self"'}
    place.blog.fail_always(body(await place.hub.fetch(feed), headers=links))
    async with place.running() as bot:
        await place.subscribed(bot)

    assert place.hub.asked[0]["hub.topic"] == feed
