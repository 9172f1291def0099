"""Every error of Discord leads to one of the two that the outbox knows, with the right scope."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest

from adapters.discord.errors import TABLE, fatal, of_the_bot, translate
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError


def answered(
    status: int, code: int = 0, *, text: str = "no", headers: dict[str, str] | None = None
) -> discord.HTTPException:
    """Return the error that discord.py makes of an answer; without a code the answer was a page."""
    response = cast("Any", SimpleNamespace(status=status, reason="", headers=headers or {}))
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": text} if code else f"<html>{text}</html>")


def permanent(error: Exception) -> PermanentError:
    found = translate(error)
    assert isinstance(found, PermanentError), found
    return found


def temporary(error: Exception) -> TemporaryError:
    found = translate(error)
    assert isinstance(found, TemporaryError), found
    return found


@pytest.mark.parametrize(
    "code",
    [
        10003,
        10004,
        10015,
        40058,
        40066,
        40067,
        50001,
        50007,
        50008,
        50009,
        50013,
        50027,
        50033,
        50083,
        50278,
        160005,
        160006,
        160007,
    ],
)
def test_a_place_out_of_reach_is_the_destinations_fault(code: int) -> None:
    assert permanent(answered(403, code)).scope is Scope.DESTINATION


@pytest.mark.parametrize("code", [10008, 20009, 20031, 40005, 50005, 50006, 50035, 50109, 200000, 240000])
def test_a_refused_message_is_the_messages_fault(code: int) -> None:
    assert permanent(answered(400, code)).scope is Scope.MESSAGE


@pytest.mark.parametrize("code", [0, 40001, 50014])
def test_a_refused_token_shuts_the_platform_and_names_the_variable(code: int) -> None:
    error = permanent(answered(401, code))

    assert error.scope is Scope.ADAPTER
    assert "DISCORD_TOKEN" in str(error)


@pytest.mark.parametrize("code", [20028, 20029, 40003, 40004, 40006, 40062, 110000, 130000, 30046, 20022])
def test_a_busy_discord_is_tried_again(code: int) -> None:
    assert not temporary(answered(400, code)).uncertain


def test_a_rate_limit_is_kept_to_the_second() -> None:
    assert temporary(answered(429, headers={"Retry-After": "7.5"})).retry_after == 7.5
    assert temporary(discord.RateLimited(301.0)).retry_after == 301.0


NO_NUMBERS = ["nan", "inf", "-inf", "-1", "1e309", "soon", "", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 5000]


@pytest.mark.parametrize("told", NO_NUMBERS)
def test_a_rate_limit_that_is_no_number_is_a_minute(told: str) -> None:
    assert temporary(answered(429, headers={"Retry-After": told})).retry_after == 60.0


@pytest.mark.parametrize("told", [math.nan, math.inf, -1.0])
def test_nor_does_the_library_hand_one_on(told: float) -> None:
    assert temporary(discord.RateLimited(told)).retry_after == 60.0


def test_a_rate_limit_is_heeded_for_an_hour_at_most() -> None:
    assert temporary(answered(429, headers={"Retry-After": "1e12"})).retry_after == 3600.0


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_a_fault_of_discord_leaves_open_whether_the_message_arrived(status: int) -> None:
    assert temporary(answered(status)).uncertain


@pytest.mark.parametrize(
    ("error", "uncertain"),
    [
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.ClientPayloadError(), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (aiohttp.ClientConnectorError(cast("Any", SimpleNamespace(ssl=None)), OSError(1, "no")), False),
        (KeyError("an answer without an id"), True),
        (ValueError("an answer that is none"), True),
    ],
)
def test_a_broken_way_is_temporary_and_uncertain_once_something_was_sent(
    error: Exception,
    uncertain: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    assert temporary(error).uncertain is uncertain


def test_a_page_of_the_edge_blames_no_destination() -> None:
    for status in (403, 404):
        assert temporary(answered(status)).retry_after


def test_a_page_of_the_edge_is_heeded_when_it_names_a_time() -> None:
    assert temporary(answered(403, headers={"Retry-After": "30"})).retry_after == 30.0


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("code", [40333, 99999, 10**9])
def test_a_refusal_that_may_be_of_the_whole_bot_parks_nothing(status: int, code: int) -> None:
    error = temporary(answered(status, code))

    assert error.retry_after
    assert not error.uncertain


@pytest.mark.parametrize("code", [*TABLE, 0, 99999])
@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_at_a_call_for_the_whole_bot_nothing_but_the_token_ends_anything(status: int, code: int) -> None:
    found = of_the_bot(answered(status, code))

    ends = isinstance(found, PermanentError)
    assert ends == (code in (40001, 50014))


def test_an_unknown_code_is_judged_by_its_status() -> None:
    assert permanent(answered(400, 99999)).scope is Scope.MESSAGE
    assert "99999" in str(permanent(answered(400, 99999)))


def test_the_detail_of_a_refused_message_is_told_on_one_line_and_in_bounds() -> None:
    error = permanent(answered(400, 50035, text="Invalid\nForm \x1b[31mBody " + "x" * 900))

    assert "Invalid Form" in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 250


@pytest.mark.parametrize("code", ["50013", "50001"])
def test_a_code_that_came_as_text_is_known(code: str) -> None:
    assert permanent(answered(403, cast("int", code))).scope is Scope.DESTINATION


@pytest.mark.parametrize("code", [None, "", "x", "9" * 5000, [50013], {"code": 50013}, 1.5, True])
def test_a_code_that_is_none_is_a_refusal_without_a_reason(code: object) -> None:
    assert temporary(answered(403, cast("int", code))).retry_after


def test_an_unforeseen_error_is_one_line_that_says_where() -> None:
    with pytest.raises(KeyError) as raised:
        dict[str, str]()["id\nid"]
    text = str(temporary(raised.value))

    assert text.isprintable()
    assert "KeyError" in text
    assert "test_errors.py:" in text


def test_every_text_of_the_table_is_a_sentence() -> None:
    for code, rule in TABLE.items():
        assert rule.text[0].isupper(), code
        assert rule.text.endswith("."), code


def test_our_own_errors_pass_unchanged() -> None:
    error: DeliveryError = TemporaryError("Wait.", retry_after=3)

    assert translate(error) is error


@pytest.mark.parametrize(
    ("code", "word"), [(4004, "DISCORD_TOKEN"), (4010, "shard"), (4011, "shards"), (4013, "intents")]
)
def test_a_gateway_closed_for_good_shuts_the_platform(code: int, word: str) -> None:
    closed = discord.ConnectionClosed(cast("Any", SimpleNamespace(close_code=code)), shard_id=0, code=code)
    error = fatal(closed)

    assert error is not None
    assert error.scope is Scope.ADAPTER
    assert word in str(error)


def test_a_gateway_that_may_come_back_is_not_fatal() -> None:
    closed = discord.ConnectionClosed(cast("Any", SimpleNamespace(close_code=4000)), shard_id=0, code=4000)

    assert fatal(closed) is None
    assert fatal(OSError()) is None
    assert fatal(PermanentError("No channel.", scope=Scope.DESTINATION)) is None
