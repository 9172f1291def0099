"""A click is understood by the button's value alone, whatever happened to the bot meanwhile."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.interactions.callback import OVERFLOW, CallbackData, read, write
from bot.text.truncate import units
from tests.adapters.any_messages import unhurried
from tests.adapters.discord.rig import NotingServices

NAMES = st.text(max_size=700)


@unhurried
@given(st.dictionaries(st.sampled_from(["categories", "feed"]), NAMES), NAMES, st.integers(0, 999))
async def test_every_errand_comes_back_and_fits(values: dict[str, str], line: str, page: int) -> None:
    services = NotingServices()
    callback_data = CallbackData("alerts list", values, line, page)
    value = await write(callback_data, services)

    assert units(value) <= OVERFLOW.longest
    assert await read(value, services) == callback_data


async def test_a_short_errand_needs_no_memory() -> None:
    services = NotingServices()
    value = await write(CallbackData("unfollow", {"categories": "China-U.S."}), services)

    assert services.memory == {}
    assert await read(value, NotingServices()) == CallbackData("unfollow", {"categories": "China-U.S."})


async def test_memory_does_not_grow_and_what_was_overwritten_is_known_to_be_gone() -> None:
    services = NotingServices()
    values = [
        await write(CallbackData(line=f"/find {number} " + "word " * 300), services) for number in range(2000)
    ]
    found = [await read(each, services) for each in values]

    assert len(services.memory) <= OVERFLOW.slots
    assert found[-1] is not None
    assert found[-1].line.startswith("/find 1999")
    assert found.count(None) >= 2000 - OVERFLOW.slots


HOSTILE = (
    "",
    "0:",
    "0:~",
    "0:~0123456789abcdef",
    "0:[]",
    '0:["a", {}, 1]',
    '0:["a", {"b": 1}, ""]',
    '0:{"a": 1}',
    "0:" + "[" * 5000,
    "follow:1",
)


@pytest.mark.parametrize("value", HOSTILE)
async def test_a_value_that_is_none_of_ours_stands_for_nothing(value: str) -> None:
    assert await read(value, NotingServices()) is None


@pytest.mark.parametrize("page", ["-1", "x", "99999", "\u0663", ""])
async def test_a_page_that_cannot_be_is_the_first(page: str) -> None:
    assert await read(f'{page}:["find", {{}}, ""]', NotingServices()) == CallbackData("find")


async def test_memory_that_was_tampered_with_stands_for_nothing() -> None:
    services = NotingServices()
    value = await write(CallbackData(line="/find " + "word " * 300), services)
    (slot,) = services.memory
    for kept in ("null", "[1, 2]", json.dumps(["0", "[]"]), "[" * 5000):
        services.memory[slot] = kept
        assert await read(value, services) is None
