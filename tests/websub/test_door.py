"""What hubs may ask and tell, and what strangers at the same address get."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import aiohttp
import pytest

from bot.model import FeedState
from bot.ports import PollRecord, PushOutcome
from bot.websub.rules import HUBS
from tests.contracts.store_samples import later
from tests.fakes.hub import Verified
from tests.websub.listener import TOPIC, Listener

CHALLENGE = "<b>x</b>&\u00e9"


async def subscribed(listener: Listener) -> Verified:
    await listener.names()
    await listener.ask()
    (found,) = listener.hub.verified.values()
    return found


async def push(listener: Listener, to: Verified, body: bytes = b"<rss/>") -> int:
    return await listener.hub.push(to.callback, body, listener.hub.signature(to.secret, body))


def question(**changes: str) -> dict[str, str]:
    asked = {"mode": "subscribe", "topic": TOPIC, "challenge": CHALLENGE, "lease_seconds": "86400"}
    return {f"hub.{name}": value for name, value in (asked | changes).items() if value}


async def test_a_push_makes_its_feed_due_at_once(listener: Listener) -> None:
    to = await subscribed(listener)
    listener.clock.forward(60)
    status = await push(listener, to)
    feed = await listener.feed()

    assert status == 202
    assert (feed.push_due, feed.next_poll_at) == (later(60), later(60))
    assert listener.nudges == [later(60)]
    assert listener.meter.counts == {PushOutcome.ACCEPTED: 1}


async def test_many_pushes_at_once_are_one_poll_now_and_one_soon(listener: Listener) -> None:
    to = await subscribed(listener)
    for _ in range(20):
        await push(listener, to)
    feed = await listener.feed()

    assert feed.push_due == later(HUBS.gap)
    assert feed.next_poll_at == later(0)
    assert listener.meter.counts == {PushOutcome.ACCEPTED: 2, PushOutcome.COALESCED: 18}


async def test_of_a_flood_of_pushes_only_so_many_an_hour_are_believed(listener: Listener) -> None:
    to = await subscribed(listener)
    for _ in range(HUBS.pushes.limit + 10):
        listener.clock.forward(HUBS.gap)
        await push(listener, to)

    assert listener.meter.counts[PushOutcome.ACCEPTED] == HUBS.pushes.limit
    assert listener.meter.counts[PushOutcome.LIMITED] == 10


@pytest.mark.parametrize(
    ("state", "due"),
    [(FeedState(not_before=later(600)), later(600)), (FeedState(failures=3), later(60))],
)
async def test_a_push_waits_for_what_the_server_asked_for(
    listener: Listener, state: FeedState, due: object
) -> None:
    to = await subscribed(listener)
    feed = await listener.feed()
    await listener.store.record_polls([PollRecord(feed.id, feed.url, state, later(9000))], later(1))
    listener.clock.forward(60)
    await push(listener, to)

    assert (await listener.feed()).next_poll_at == due


async def test_a_feed_that_is_gone_for_good_stays_so(listener: Listener) -> None:
    to = await subscribed(listener)
    feed = await listener.feed()
    gone = PollRecord(feed.id, feed.url, FeedState(stopped=True), later(9_000_000))
    await listener.store.record_polls([gone], later(1))
    await push(listener, to)

    assert (await listener.feed()).next_poll_at == later(9_000_000)


async def test_what_is_not_signed_is_read_and_ignored(listener: Listener) -> None:
    to = await subscribed(listener)
    bad = listener.hub.signature("other", b"x")
    answers = [await listener.hub.push(to.callback, b"x", each) for each in (bad, "", "md5=1")]

    assert answers == [202, 202, 202]
    assert listener.meter.counts == {PushOutcome.FORGED: 1, PushOutcome.UNSIGNED: 2}
    assert (await listener.feed()).push_due is None
    assert listener.nudges == []


async def test_a_push_may_be_larger_than_any_feed(listener: Listener) -> None:
    to = await subscribed(listener)

    assert await push(listener, to, b"x" * 5_000_000) == 202
    assert listener.meter.counts == {PushOutcome.ACCEPTED: 1}


@pytest.mark.parametrize("says", [{"Content-Length": "10000001"}, {}])
async def test_a_push_without_bound_is_refused_whether_it_says_so_or_not(
    listener: Listener, says: dict[str, str]
) -> None:
    to = await subscribed(listener)
    async with (
        aiohttp.ClientSession() as session,
        session.post(to.callback, headers=says, data=much()) as answer,
    ):
        status = answer.status

    assert status == 413
    assert listener.meter.counts == {PushOutcome.UNREAD: 1}


async def much() -> AsyncIterator[bytes]:
    """Yield a body that is a little too large."""
    for _ in range(160):
        yield b"x" * 65_536


@pytest.mark.parametrize("secret", ["x" * 43, "x", "%00", "%ff", "x" * 3000, "..%2f", "a/b", "\u00e9" * 43])
async def test_an_address_that_no_hub_was_given_is_not_found(listener: Listener, secret: str) -> None:
    await subscribed(listener)
    callback = f"{listener.base}/websub/{secret}"

    assert await listener.hub.push(callback, b"x", "") == 404
    assert (await listener.hub.get(callback, question()))[0] == 404


async def test_a_hub_may_ask_twice_as_its_first_answer_may_be_lost(listener: Listener) -> None:
    to = await subscribed(listener)
    before = await listener.store.hub_called(to.callback.rpartition("/")[2])

    assert await listener.hub.get(to.callback, question(lease_seconds="1")) == (200, CHALLENGE)
    assert await listener.store.hub_called(to.callback.rpartition("/")[2]) == before, "nothing is written"


@pytest.mark.parametrize(
    "asked",
    [
        question(mode="unsubscribe"),
        question(mode="publish"),
        question(mode=""),
        question(topic=f"{TOPIC}?"),
        question(topic=""),
        question(challenge=""),
        question(challenge="x" * 1001),
        question(mode="denied", topic="x"),
        {},
    ],
)
async def test_what_was_not_asked_for_is_not_found(listener: Listener, asked: dict[str, str]) -> None:
    to = await subscribed(listener)
    before = await listener.store.hub_called(to.callback.rpartition("/")[2])
    status, text = await listener.hub.get(to.callback, asked)

    assert status == 404
    assert CHALLENGE not in text
    assert await listener.store.hub_called(to.callback.rpartition("/")[2]) == before


async def test_long_after_a_request_nothing_is_agreed_to(listener: Listener) -> None:
    to = await subscribed(listener)
    listener.clock.forward(HUBS.agreed + 1)

    assert (await listener.hub.get(to.callback, question()))[0] == 404


@pytest.mark.parametrize("lease", ["", "x", "-5", "\u0663", "9" * 400, "1e9", "0"])
async def test_a_lease_that_makes_no_sense_is_bounded(listener: Listener, lease: str) -> None:
    await listener.names()
    listener.hub.denies = "not yet"
    await listener.ask()
    known = await listener.known(await listener.feed())
    assert known is not None
    assert await listener.store.save_hub(replace(known, asked_until=later(60)), listener.clock.now())
    callback = f"{listener.base}/websub/{known.callback}"
    status, _ = await listener.hub.get(callback, question(lease_seconds=lease))
    feed = await listener.feed()

    assert status == 200
    assert feed.hub_until is not None
    assert later(0) <= feed.hub_until <= later(30 * 86_400)


async def test_a_hub_may_refuse_at_any_time(listener: Listener) -> None:
    to = await subscribed(listener)
    reason = "quota\u202e\n exceeded " + "x" * 500
    status, text = await listener.hub.get(to.callback, question(mode="denied", reason=reason))
    feed = await listener.feed()
    known = await listener.known(feed)

    assert (status, text) == (200, "")
    assert feed.hub_until is None
    assert known is not None
    assert known.error.startswith("it refuses: quota exceeded xxx")
    assert len(known.error) < 250
    assert known.next_at == listener.clock.now() + timedelta(days=1)
    listener.clock.forward(60)
    assert await listener.hub.get(to.callback, question(mode="denied", reason="x")) == (200, "")
    assert await listener.known(feed) == known, "who refuses again and again changes nothing more"


async def test_the_secret_is_in_no_log(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    to = await subscribed(listener)
    await push(listener, to)
    await listener.hub.push(to.callback, b"x", "")
    listener.hub.refuses = 500
    await listener.ask(6 * 86_400)
    listener.store.hub_called = broken  # type: ignore[method-assign, assignment]
    assert await push(listener, to) == 500
    secret = to.callback.rpartition("/")[2]

    assert secret not in caplog.text
    assert to.secret not in caplog.text


async def broken(_callback: str) -> NoReturn:
    raise RuntimeError("a fault")
