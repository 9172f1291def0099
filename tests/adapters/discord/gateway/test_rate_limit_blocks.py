"""Blocks, pages and wild numbers for answers: nothing ends, nothing is parked, nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from adapters.discord.gateway.rate_limit import PaceSettings, RateLimiter
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from tests.adapters.discord.rig import KEY, Rig, alert, key, made, to
from tests.fakes.discord import faults
from tests.fakes.discord.faults import Fault

PAGE = "<!DOCTYPE html><title>Access denied | discord.com used Cloudflare to restrict access</title>"
BLOCKS: dict[str, Fault] = {
    "code 40333": faults.refuse(40333),
    "code as text": faults.answer(403, {"message": "internal network error", "code": "40333"}),
    "page": faults.answer(403, PAGE, Content_Type="text/html; charset=UTF-8"),
    "page of a ban": faults.answer(403, "error code: 1015", Content_Type="text/plain", Retry_After="30"),
    "page that calls itself JSON": faults.answer(403, PAGE),
    "nothing": faults.answer(403, ""),
}
UNKNOWN: dict[str, Fault] = {
    "unknown 403": faults.refuse(99999, status=403, message="Something new"),
    "unknown 404": faults.refuse(99998, status=404, message="Something new"),
    "no code": faults.answer(403, {"message": "403: Forbidden", "code": 0}),
    "null": faults.answer(403, {"message": None, "code": None}),
    "list": faults.answer(404, [1, 2]),
    "missing access": faults.refuse(50001),
}
PAGES: dict[str, Fault] = {
    "500": faults.status(503),
    "429 without JSON": faults.answer(429, "error code: 1015", Content_Type="text/plain"),
    "429 without a time": faults.answer(429, {"message": "slow"}, Via="1.1 google"),
    "429 with a null": faults.answer(429, {"retry_after": None}, Via="1.1 google", Retry_After="1"),
    "404 page": faults.status(404),
}
WILD = ["nan", "inf", "-1", "1e309", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "1e300", "", "9" * 400]


def impatient() -> RateLimiter:
    """Return a pace that no block of the edge holds up, so that a test need not wait for its end."""

    class Impatient(RateLimiter):
        async def hold(self, left: float) -> None:
            """Hold nothing; the hold has tests of its own."""

    return Impatient(settings=PaceSettings(rate=1000.0, burst=1000.0))


async def failed(rig: Rig, number: int = 1) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await rig.adapter.send(to(rig.news), alert(number), key(number))
    return error.value


@pytest.mark.parametrize(
    ("on", "name"),
    [
        *(("GET /users/@me", name) for name in (*BLOCKS, *UNKNOWN, *PAGES)),
        *(("GET /oauth2", name) for name in ("code 40333", "unknown 403")),
        *(("GET /gateway/bot", name) for name in ("code 40333", "page", "unknown 404", "429 with a null")),
        *(("PUT /applications/", name) for name in ("code 40333", "page of a ban", "null", "404 page")),
    ],
)
async def test_whatever_comes_at_login_the_bot_connects_once_it_is_over(on: str, name: str) -> None:
    fault = (BLOCKS | UNKNOWN | PAGES)[name]
    async with made(pace=impatient()) as rig:
        rig.server.faults.next(fault, on)
        await rig.start()
        await rig.until(lambda: rig.adapter.connected)

        assert await rig.adapter.send(to(rig.news), alert(1), KEY)
        assert rig.server.faults.pending == 0


@pytest.mark.parametrize("name", BLOCKS)
async def test_a_block_on_sends_is_temporary_and_puts_off_every_other_channel(rig: Rig, name: str) -> None:
    other = rig.guild.add_text("other")
    rig.server.faults.always(BLOCKS[name], "POST /channels/")
    first = await failed(rig)
    with pytest.raises(TemporaryError) as second:
        await rig.adapter.send(to(other), alert(2), key(2))

    assert isinstance(first, TemporaryError)
    assert not first.uncertain
    assert first.retry_after
    assert second.value.retry_after
    assert len(rig.server.requests_to("POST /channels/")) == 1
    assert rig.services.ended == rig.services.parked == []


@pytest.mark.parametrize("name", ["unknown 403", "unknown 404", "no code", "null", "list"])
async def test_an_unknown_refusal_of_a_message_is_temporary_and_speaks_for_no_other_channel(
    rig: Rig, name: str
) -> None:
    other = rig.guild.add_text("other")
    rig.server.faults.next(UNKNOWN[name], "POST /channels/")
    error = await failed(rig)

    assert isinstance(error, TemporaryError)
    assert await rig.adapter.send(to(other), alert(2), key(2))
    assert await rig.adapter.send(to(rig.news), alert(1), key(1))


@pytest.mark.parametrize("name", ["code 40333", "page"])
async def test_a_block_while_a_direct_message_is_opened_says_nothing_of_the_person(
    rig: Rig, name: str
) -> None:
    rig.server.faults.next(BLOCKS[name], "POST /users/@me/channels")
    with pytest.raises(TemporaryError):
        await rig.adapter.send(to(rig.alice), alert(1), KEY)


@pytest.mark.parametrize("name", [*BLOCKS, "429 without a time", "429 with a null"])
@pytest.mark.parametrize("on", ["POST /interactions/", "PATCH /webhooks/"])
async def test_a_block_of_an_answer_is_one_line_and_the_next_is_answered(
    name: str, on: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with made(pace=impatient()) as rig:
        await rig.start()
        rig.server.faults.next((BLOCKS | PAGES)[name], on)
        await rig.server.interact(rig.alice, rig.news, "health")
        await rig.until(lambda: caplog.records)
        asked = await rig.server.interact(rig.alice, rig.news, "health")

        assert (await asked.answer()).content == "/health {}"
    assert [each for each in caplog.records if each.exc_info or "\n" in each.getMessage()] == []


@pytest.mark.parametrize(
    ("where", "told"),
    [("header", told) for told in WILD] + [("body", "nan"), ("both", "inf"), ("both", "soon")],
)
async def test_a_rate_limit_with_a_wild_number_is_a_wait_that_can_be_waited(where: str, told: str) -> None:
    body = {"message": "slow", "global": False, "retry_after": 0.01 if where == "header" else told}
    number = "0.01" if where == "body" else told
    async with made(pace=impatient()) as rig:
        await rig.start()
        fault = faults.answer(429, body, Via="1.1 google", Retry_After=number, X_RateLimit_Scope="user")
        rig.server.faults.always(fault, "POST /channels/")
        error = await failed(rig)

    assert isinstance(error, TemporaryError)
    assert error.retry_after is not None
    assert 0 <= error.retry_after <= 3600


@pytest.mark.parametrize("told", ["NaN", "Infinity", "-1", "1e309", "true", "[]"])
async def test_a_wild_number_in_the_json_of_a_rate_limit_is_a_wait_too(rig: Rig, told: str) -> None:
    body = f'{{"message": "slow", "global": true, "retry_after": {told}}}'
    rig.server.faults.next(faults.answer(429, body, Via="1.1 google", Retry_After="2"), "POST /channels/")
    error = await failed(rig)

    assert isinstance(error, TemporaryError)
    assert error.retry_after == 2.0
    assert await rig.adapter.send(to(rig.news), alert(1), KEY)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("X_RateLimit_Reset_After", told) for told in WILD if told),
        *(("X_RateLimit_Limit", told) for told in ("0", "nan", "-1", "many")),
        *(("X_RateLimit_Remaining", told) for told in ("nan", "-5", "few")),
    ],
)
async def test_wild_numbers_about_a_bucket_keep_no_channel_waiting(rig: Rig, name: str, told: str) -> None:
    headers = {"X_RateLimit_Remaining": "0", "X_RateLimit_Bucket": "b"} | {name: told}
    rig.server.faults.always(faults.mislead(**headers), "POST /channels/")
    async with asyncio.timeout(5):
        for number in range(3):
            assert await rig.adapter.send(to(rig.news), alert(number), key(number))


async def test_a_channel_of_direct_messages_that_is_not_there_any_more_is_opened_anew(rig: Rig) -> None:
    await rig.adapter.send(to(rig.alice), alert(1), key(1))
    rig.server.faults.next(faults.refuse(10003), "POST /channels/")
    with pytest.raises(TemporaryError):
        await rig.adapter.send(to(rig.alice), alert(2), key(2))
    await rig.adapter.send(to(rig.alice), alert(2), key(2))

    assert len(rig.server.requests_to("POST /users/@me/channels")) == 2
    assert rig.services.ended == []


async def test_only_a_refused_token_ends_the_connection(rig: Rig) -> None:
    rig.server.faults.next(faults.refuse(40001, status=403), "POST /channels/")
    error = await failed(rig)

    assert isinstance(error, PermanentError)
    assert error.scope is Scope.ADAPTER
