"""Made-up and outdated interactions get an answer; answers and events that make no sense cost a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.discord.interactions.conversation import TOO_OLD
from adapters.discord.interactions.patience import MISUNDERSTOOD
from bot.errors import DeliveryError, TemporaryError
from bot.model import Caller, Reply
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, key, made, to
from tests.fakes.discord import faults
from tests.fakes.discord.basics import Json

BUTTON, MENU = 2, 3


@pytest.fixture(autouse=True)
def without_tracebacks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    for record in caplog.get_records("call"):
        assert record.exc_info is None, record.getMessage()
        assert "\n" not in record.getMessage()


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        ":",
        "f",
        "f:",
        "f:x",
        "w",
        "c",
        "c::",
        "c::~",
        "c::~0123456789abcdef",
        "c::nothing?",
        "c::follow?a=%zz&b",
        "p:²:find?words=x",
        "p:99999999999999999999:find?words=x",
        "p::alerts remove?channel=x",
        "p:0:feeds add",
        "m::",
        "m:nobody:nothing?",
        "v1:follow:Trade",
        "other-bot-button",
        "x" * 100,
    ],
)
@pytest.mark.parametrize("kind", [BUTTON, MENU])
async def test_every_custom_id_gets_an_answer(rig: Rig, custom_id: str, kind: int) -> None:
    card = await rig.adapter.send(to(rig.news), alert(1), KEY)
    assert card
    (message,) = rig.server.messages(rig.news)
    data: Json = {"custom_id": custom_id, "component_type": kind, "id": 1}
    if kind == MENU:
        data["values"] = ["Trade"]
    asked = rig.server.hub.forged(rig.alice, rig.news, data, source=message)

    await asked.answer()
    await rig.until(lambda: asked.original and (asked.original.content or asked.followups))


async def test_a_menu_without_values_is_answered(rig: Rig) -> None:
    menu = await (await rig.server.interact(rig.alice, rig.news, "follow")).answer()
    custom_id = menu.components[0]["components"][0]["custom_id"]
    data = {"custom_id": custom_id, "component_type": MENU, "id": 1, "values": None}
    asked = rig.server.hub.forged(rig.alice, rig.news, data, source=menu)

    assert (await asked.answer()).content


async def test_what_goes_wrong_while_a_command_runs_is_answered(rig: Rig) -> None:
    def broken(_caller: Caller, _path: str, _values: object) -> Reply:
        raise ZeroDivisionError

    rig.services.answer = broken
    asked = await rig.server.interact(rig.alice, rig.news, "health")

    assert (await asked.answer()).content == MISUNDERSTOOD


async def test_the_button_of_an_older_version_says_so(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1), KEY)
    (message,) = rig.server.messages(rig.news)
    data = {"custom_id": "old:1", "component_type": BUTTON, "id": 1}
    asked = rig.server.hub.forged(rig.alice, rig.news, data, source=message)

    assert (await asked.answer()).content == TOO_OLD


EVENTS: list[tuple[str, Any]] = [
    ("GUILD_CREATE", None),
    ("GUILD_CREATE", {"id": "7", "channels": None, "roles": None, "name": None}),
    ("GUILD_UPDATE", {}),
    ("GUILD_DELETE", {"id": None}),
    ("CHANNEL_CREATE", {"id": "8", "type": None}),
    ("CHANNEL_CREATE", {"type": 0, "guild_id": None}),
    ("CHANNEL_UPDATE", []),
    ("CHANNEL_DELETE", {"id": "many", "guild_id": "few"}),
    ("THREAD_UPDATE", {"id": "9"}),
    ("THREAD_DELETE", {"guild_id": None, "id": None}),
    ("THREAD_LIST_SYNC", {"guild_id": "1", "threads": None}),
    ("GUILD_ROLE_UPDATE", {"guild_id": "1", "role": None}),
    ("MESSAGE_CREATE", {"id": None, "channel_id": None}),
    ("INTERACTION_CREATE", {"id": "1", "type": 2, "token": None, "data": None}),
    ("INTERACTION_CREATE", {}),
    ("SOMETHING_NEW", {"a": 1}),
]


@pytest.mark.parametrize(("event", "data"), EVENTS)
async def test_an_event_that_makes_no_sense_does_not_end_the_connection(
    rig: Rig, event: str, data: Any
) -> None:
    if isinstance(data, dict) and data.get("guild_id") == "1":
        data = {**data, "guild_id": str(rig.guild.id)}
    for _ in range(3):
        rig.server.sockets.publish(event, data, rig.guild)
    asked = await rig.server.interact(rig.alice, rig.news, "health")

    assert (await asked.answer()).content == "/health {}"
    assert len(rig.server.sent_identifies) == 1
    assert rig.services.ended == rig.services.parked == []


@pytest.mark.parametrize("body", [None, {}, [], "", {"id": None}, {"id": "x", "channel_id": None}])
async def test_an_answer_that_makes_no_sense_is_uncertain_and_the_message_is_found(
    rig: Rig, body: object
) -> None:
    async def odd(request: Any, proceed: faults.Proceed) -> Any:
        await proceed()
        return await faults.answer(200, body)(request, proceed)

    rig.server.faults.next(odd, "POST /channels/")
    with pytest.raises(TemporaryError) as error:
        await rig.adapter.send(to(rig.news), alert(1), KEY)

    assert error.value.uncertain
    assert str(error.value).isprintable()
    assert await rig.adapter.find(to(rig.news), KEY, LONG_AGO)


@pytest.mark.parametrize("body", [None, [None], {"id": "1", "type": None}, {"type": 0, "guild_id": None}])
@pytest.mark.parametrize("on", ["GET /channels/", "GET /channels/{}/messages"])
async def test_a_search_whose_answers_make_no_sense_is_tried_again(rig: Rig, on: str, body: object) -> None:
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    thread.archive()
    await rig.until(lambda: not rig.heard_of(thread))
    rig.server.faults.next(faults.answer(200, body), on.format(thread.id))
    with pytest.raises(DeliveryError) as error:
        await rig.adapter.find(to(thread), KEY, LONG_AGO)

    assert isinstance(error.value, TemporaryError)
    assert await rig.adapter.send(to(thread), alert(1), key(1))


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"url": "", "shards": None, "session_start_limit": None},
        {"url": "x", "shards": 10**12, "session_start_limit": {"remaining": 9, "max_concurrency": 1}},
        {"url": "x", "shards": 0, "session_start_limit": {"remaining": 9, "max_concurrency": 1}},
        {"url": "x", "shards": 1, "session_start_limit": {"remaining": "no", "max_concurrency": 1}},
    ],
)
async def test_a_gateway_that_makes_no_sense_is_asked_again(told: object) -> None:
    async with made() as rig:
        rig.server.faults.next(faults.answer(200, told), "GET /gateway/bot")
        await rig.start()
        await rig.until(lambda: rig.adapter.connected)


async def test_numbers_that_came_as_text_are_numbers() -> None:
    async with made() as rig:
        limits = {"total": "9", "remaining": "9", "reset_after": "0", "max_concurrency": "1"}
        told = {"url": rig.server.gateway, "shards": "1", "session_start_limit": limits}
        rig.server.faults.next(faults.answer(200, told), "GET /gateway/bot")
        await rig.start()

        assert rig.adapter.connected
