"""A click is understood by its custom id alone, whatever happened to the bot meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.interactions.callback import (
    COMMAND,
    MENU,
    OVERFLOW,
    PAGE,
    CallbackData,
    read,
    write,
)
from tests.adapters.discord.rig import NotingServices

NAMES = st.text(st.characters(exclude_categories=[]), max_size=200)


@given(st.dictionaries(st.sampled_from(["categories", "feed", "words"]), NAMES), st.integers(0, 999))
async def test_every_errand_comes_back_and_fits(values: dict[str, str], page: int) -> None:
    services = NotingServices()
    callback_data = CallbackData(PAGE, "alerts list", values, str(page))
    custom_id = await write(callback_data, services)

    assert len(custom_id) <= OVERFLOW.longest
    assert await read(custom_id, services) == callback_data


async def test_a_short_errand_needs_no_memory() -> None:
    services = NotingServices()
    custom_id = await write(CallbackData(MENU, "follow", {"when": "now"}, "categories"), services)

    assert services.memory == {}
    assert (await read(custom_id, NotingServices())) == CallbackData(
        MENU, "follow", {"when": "now"}, "categories"
    )


async def test_a_name_of_any_script_is_as_short_as_it_looks() -> None:
    services = NotingServices()
    callback_data = CallbackData(
        COMMAND, "unfollow", {"categories": "\u4e2d\u7f8e\u5173\u7cfb" * 8, "feed": "A & B = 100%"}
    )
    custom_id = await write(callback_data, services)

    assert services.memory == {}
    assert await read(custom_id, services) == callback_data


async def test_memory_does_not_grow_and_what_was_overwritten_is_known_to_be_gone() -> None:
    services = NotingServices()
    ids = [
        await write(CallbackData(PAGE, "find", {"words": f"{number} " + "word " * 40}), services)
        for number in range(3 * OVERFLOW.slots)
    ]
    found = [await read(custom_id, services) for custom_id in ids]

    assert len(services.memory) <= OVERFLOW.slots
    assert found[-1] is not None
    assert None in found
    for number, callback_data in enumerate(found):
        assert callback_data is None or callback_data.values["words"].startswith(f"{number} ")


async def test_strangers_ids_are_no_errands() -> None:
    for custom_id in ("", "x", "p", "p:", "p:1:", "p:1:~", "p:1:~00ff00ff00ff00ff", "p:1:~nonsense"):
        assert await read(custom_id, NotingServices()) is None
