"""The real program and a hub that is bad: it costs no alert, and whoever looks is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.acceptance.hub_place import HubPlace
from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog
from tests.fakes.hub import FakeHub, Verified


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with FakeHub() as running:
        yield running


@pytest.fixture
def place(home: Home, blog: FaultyBlog, hub: FakeHub) -> HubPlace:
    return HubPlace(home, blog, hub)


async def known(place: HubPlace, bot: Bot) -> Verified:
    """Follow, and return what the hub knows of the bot."""
    await place.subscribed(bot)
    await bot.follow("alice Trade")
    (found,) = place.hub.verified.values()
    return found


async def test_a_hub_that_refuses_is_told_of_and_the_feed_is_polled_as_ever(place: HubPlace) -> None:
    place.hub.denies = "no <b>strangers</b>\r\nhere"
    place.home.feed["every"] = "0.5s"
    async with place.running() as bot:
        said = await place.health(bot, "it refuses")
        await bot.follow("alice Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)

    assert (
        "Its hub cannot be used: it refuses: no <b>strangers</b> here; the feed is checked as often" in said
    )
    assert place.wait() < 1.0
    assert place.hub.verifications == [("denied", 200)]


async def test_a_hub_that_disappears_is_told_of_when_its_promise_has_ended(place: HubPlace) -> None:
    place.hub.lease, place.home.feed["every"] = 7, "1s"
    async with place.running() as bot:
        await known(place, bot)
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
        await bot.until(lambda: place.wait() >= 2.0)
        await place.hub.__aexit__(None, None, None)
        said = await place.health(bot, "Its hub cannot be used")
        await bot.until(lambda: place.wait() < 1.5)
        async with place.hub:
            await place.subscribed(bot)

    assert "refuses connections" in said


async def test_a_lease_is_renewed_before_it_ends(place: HubPlace) -> None:
    place.hub.lease, place.home.feed["every"] = 11, "1s"
    async with place.running() as bot:
        first = await known(place, bot)
        await bot.until(lambda: len(place.hub.verifications) == 2)
        (renewed,) = place.hub.verified.values()

    assert renewed.until > first.until
    assert (renewed.callback, renewed.secret) == (first.callback, first.secret)


async def test_a_hub_that_tells_nothing_any_more_is_found_out_by_polls(place: HubPlace) -> None:
    place.home.feed["every"] = "0.5s"
    async with place.running() as bot:
        await known(place, bot)
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
        await bot.until(lambda: place.wait() >= 2.0)
        place.hub.silent = True
        for number, title in enumerate(("Steel Is Next", "Rice Is Late"), 2):
            await place.publish(number, title)
            await bot.alerted(number)
        said = await place.health(bot, "did not tell of the last posts")
        await bot.until(lambda: place.wait() < 1.0)
        place.hub.silent = False
        await place.publish(4, "Corn Is Up")
        await bot.alerted(4)
        await place.health(bot, "Its hub tells of new posts at once")

    assert "the feed is checked as often as without one" in said
    assert bot.titles() == ["Soy Is Back", "Steel Is Next", "Rice Is Late", "Corn Is Up"]


@pytest.mark.parametrize("signature", ["sha256=" + "0" * 64, "sha1=0", "md5=x", "sha256", "", "sha256=\xe9"])
async def test_a_push_without_the_right_signature_is_answered_like_any_other_and_ignored(
    place: HubPlace, signature: str
) -> None:
    async with place.running() as bot:
        to = await known(place, bot)
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        before = len(place.blog.seen("/feed/"))
        status = await place.hub.push(to.callback, b"<rss/>", signature)
        ignored = await place.pushes("forged") + await place.pushes("unsigned")
        polls = len(place.blog.seen("/feed/")) - before
        await place.hub.publish(place.blog.feed_url)
        await bot.alerted(1)

    assert status == 202
    assert (ignored, polls) == (1, 0)
    assert [each.status for each in place.hub.pushes] == [202, 202]


async def test_a_push_that_is_replayed_brings_nothing_twice_and_few_polls(place: HubPlace) -> None:
    async with place.running() as bot:
        await known(place, bot)
        await place.publish(1, "Soy Is Back")
        await bot.alerted(1)
        (old,) = place.hub.pushes
        before = len(place.blog.seen("/feed/"))
        for _ in range(50):
            await place.hub.push(old.callback, old.body, old.signature)
        coalesced = await place.pushes("coalesced")
        polls = len(place.blog.seen("/feed/")) - before
        await bot.say("/health")

    assert {each.status for each in place.hub.pushes} == {202}
    assert coalesced >= 48
    assert polls <= 1
    assert bot.titles() == ["Soy Is Back"]
    assert bot.of("edit") == []


async def test_nobody_can_make_the_bot_agree_to_what_it_did_not_ask_for(place: HubPlace) -> None:
    challenge = "<script>alert(1)</script>"
    async with place.running() as bot:
        to = await known(place, bot)
        asked = {"hub.topic": to.topic, "hub.challenge": challenge, "hub.lease_seconds": "1"}
        wrong = [
            (to.callback, {**asked, "hub.mode": "unsubscribe"}),
            (to.callback, {**asked, "hub.mode": "publish"}),
            (to.callback, {**asked, "hub.mode": "subscribe", "hub.topic": f"{to.topic}x"}),
            (to.callback, {"hub.mode": "subscribe", "hub.topic": to.topic}),
            (to.callback, {**asked, "hub.mode": "denied", "hub.topic": "x"}),
            (f"{to.callback}x", {**asked, "hub.mode": "subscribe"}),
            (f"{place.base}/websub/", {**asked, "hub.mode": "subscribe"}),
        ]
        answers = [await place.hub.get(callback, query) for callback, query in wrong]
        place.home.database.run("UPDATE hubs SET asked_until = asked_until - 7200000")
        late = await place.hub.get(to.callback, {**asked, "hub.mode": "subscribe"})
        unknown = await place.hub.push(f"{to.callback}x", b"", "")

    assert {status for status, _ in [*answers, late]} == {404}
    assert not any(challenge in text for _, text in [*answers, late])
    assert unknown == 404
    assert place.hub.verifications == [("subscribe", 200)]


async def test_a_hub_in_a_private_network_is_not_asked(place: HubPlace) -> None:
    place.blog.blog.hub = "http://192.168.7.7/"
    async with place.running() as bot:
        await bot.ready()
        said = await place.health(bot, "Its hub cannot be used")

    assert "192.168.7.7" in said
