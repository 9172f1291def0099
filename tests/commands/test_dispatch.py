from __future__ import annotations

import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.dispatch import Dispatcher
from bot.commands.spec import COMMANDS
from bot.errors import StoreError
from bot.ports import Inspection
from tests.commands.room import Room
from tests.pipeline.deliver.office import FaultyStore


async def test_structured_values_do_what_a_line_does(room: Room) -> None:
    values = {"categories": "China us, -taiwan", "when": "now", "feed": ""}

    reply = await room.dispatcher.execute(room.caller(), "follow", values)

    assert reply == await room.say("/follow china us, -Taiwan", "bob")


async def test_structured_values_are_checked_too(room: Room) -> None:
    wrong = [
        await room.dispatcher.execute(room.caller(), "latest", {"count": "99"}),
        await room.dispatcher.execute(room.caller(), "latest", {"colour": "red"}),
        await room.dispatcher.execute(room.caller(), "latest", {"category": "x" * 1001}),
        await room.dispatcher.execute(room.caller(), "alerts add", {"categories": "Trade"}),
        await room.dispatcher.execute(room.caller(admin=True), "alerts", {}),
    ]

    assert [reply.ok for reply in wrong] == [False] * 5
    assert "The nearest is 10." in wrong[0].text
    assert wrong[3].text == "Only admins may use /alerts add."
    assert await room.store.subscriptions() == []


async def test_a_person_becomes_admin_by_the_caller_alone(room: Room) -> None:
    assert not (await room.say("/alerts add Trade", "root")).ok
    assert (await room.say("/alerts add Trade", "root", admin=True)).ok


def fail_to_follow(room: Room, error: Exception) -> None:
    """Let the store raise an error at the next follow."""
    store = FaultyStore(room.store)
    room.dispatcher = Dispatcher(store, room.dispatcher._inspector, room.clock)
    store.fail("follow", error)


async def test_a_fault_inside_is_answered_plainly_and_logged_with_its_traceback(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    fail_to_follow(room, RuntimeError("a fault of the bot's"))
    reply = await room.say("/follow Trade")

    assert not reply.ok
    assert reply.text.startswith("That did not work: something is wrong inside the bot")
    (record,) = [record for record in caplog.records if record.name == "bot.commands.dispatch"]
    assert record.levelno == logging.ERROR
    assert record.exc_info


async def test_while_the_database_refuses_the_answer_says_so_without_a_traceback(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    fail_to_follow(room, StoreError("The database x cannot grow because the disk is full."))
    reply = await room.say("/follow Trade")

    assert reply.text == "The database cannot be used now, and nothing was changed. Please try again later."
    (record,) = [record for record in caplog.records if record.name == "bot.commands.dispatch"]
    assert record.getMessage().endswith("cannot grow because the disk is full.")
    assert not record.exc_info
    assert (await room.say("/follow Trade")).ok


async def test_what_an_admin_changes_is_logged(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.commands.dispatch")

    await room.say("/alerts add Trade", "root", admin=True)
    await room.say("/alerts add Trde", "root", admin=True)
    await room.say("/alerts list", "root", admin=True)

    assert [record.message for record in caplog.records if record.name == "bot.commands.dispatch"] == [
        "console:root used /alerts add: {'categories': 'Trade'}"
    ]


async def test_typed_text_is_echoed_without_control_or_bidi_characters(room: Room) -> None:
    for line in (
        "/x\u202e\x1b[2Jy",
        "/follow \u202e\u2066evil\x07\x1b[31m" + "z" * 500,
        "/latest \u202eabc",
        "/find \u200f\u202equux",
        "/why \u202equux",
        "/follow Trade when:\u202ex",
        "/follow Trade feed:\u202ex",
        "/following \u202ex",
    ):
        text = (await room.say(line)).text
        assert not set(text) & set("\u202e\u2066\u200f\x07\x1b"), line
        assert len(text) < 400


async def test_a_long_line_is_refused(room: Room) -> None:
    assert "too long: 5,008 characters" in await room.refused("/follow " + "x" * 5000)


async def test_another_channel_is_named_by_its_address_without_the_platform(room: Room) -> None:
    reply = await room.say("/alerts add Trade channel:#c new:yes", admin=True, place="b")

    assert "Channel c now gets: Trade; at once." in reply.text


class Deaf:
    """An inspector that reaches nothing, so that odd addresses are not looked up in any network."""

    async def inspect(self, url: str) -> Inspection:
        return Inspection(url, problem="It cannot be reached")

    async def check(self, url: str) -> Inspection:
        return Inspection(url, problem="It cannot be reached")


@pytest.fixture
def deaf_room(room: Room, caplog: pytest.LogCaptureFixture) -> Room:
    caplog.set_level(logging.WARNING)
    room.dispatcher = Dispatcher(room.store, Deaf(), room.clock)
    return room


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


PATHS = [command.path for top in COMMANDS for command in (top, *top.subcommands)]
WORDS = [
    *("Trade", "China-U.S.", "#TikTok", "-Taiwan", "all", "*", ",", ";", "3", "-1", "99999999999", "tags"),
    *("when:", "now", "daily", "feed:", '"China Bystander"', "count=", "channel:#x", "mention:@here"),
    *(
        "http://[",
        "[//[",
        "::",
        "https://blog.example/2022/12/a-post/",
        "<a|b>",
        "link:",
        "words:",
        "/",
        "bystander",
    ),
    *(
        "\u201c",
        '"',
        "'",
        "\u2013",
        "\u202e",
        "\ud800",
        "\x00",
        "\U000e0041",
        "\u200d",
        "AND",
        "NEAR(",
        "%",
        "{}",
    ),
]


async def test_every_command_takes_every_odd_argument(
    deaf_room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for path in PATHS:
        for word in WORDS:
            assert (await deaf_room.say(f"/{path} {word}", admin=True)).text
            assert not faults(caplog), (path, word)


COMMAND_LINES = st.tuples(st.sampled_from(PATHS), st.lists(st.sampled_from(WORDS), max_size=6)).map(
    lambda parts: f"/{parts[0]} {' '.join(parts[1])}"
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    line=st.text(alphabet=st.characters())
    | COMMAND_LINES
    | st.tuples(st.sampled_from(PATHS), st.text(alphabet=st.characters())).map(" ".join),
    admin=st.booleans(),
)
async def test_any_line_gets_an_answer_and_no_fault(
    deaf_room: Room, caplog: pytest.LogCaptureFixture, line: str, *, admin: bool
) -> None:
    reply = await deaf_room.say(line, admin=admin)

    assert reply.text
    reply.text.encode()
    assert not faults(caplog)
