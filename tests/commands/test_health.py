from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.dispatch import Dispatcher
from bot.model import Caller, FeedState
from bot.pipeline.inspector import FeedInspector
from bot.ports import SHUT, Failed, Parked, PartState, Sent
from tests.commands.room import NOW, Room, post_row

SILENT = "quiet since 29 Oct 2022, 23:41 UTC, usually a post about every day"
QUIET = "the last poll answered, last read 26 Nov 2022, 23:41 UTC; next check 26 Nov 2022, 23:56 UTC."


async def test_a_quiet_blog_is_told_from_a_blind_bot(room: Room) -> None:
    reply = await room.say("/health")

    assert reply.text.splitlines() == [
        "All well.",
        f"China Bystander: {SILENT}; {QUIET}",
        "Alerts: 0 waiting; 0 sent.",
    ]


async def test_a_failing_feed_comes_first_with_its_reason_and_next_try(two_blogs: Room) -> None:
    second = (await two_blogs.store.feeds())[1]
    state = FeedState(
        last_success_at=NOW - timedelta(hours=4),
        failures=3,
        failing_since=NOW - timedelta(hours=3),
        last_error="the server answers\n500",
    )
    await two_blogs.report(second, state)

    lines = (await two_blogs.say("/health")).text.splitlines()

    assert lines[0] == "1 of 2 feeds is failing."
    assert lines[1] == (
        "Second Blog: failing since 26 Nov 2022, 20:41 UTC, 3 polls in a row; "
        "last read 26 Nov 2022, 19:41 UTC; next try 26 Nov 2022, 23:56 UTC. The server answers 500."
    )
    assert lines[2].startswith(f"China Bystander: {SILENT}")


@pytest.mark.parametrize(
    ("state", "url", "words"),
    [
        (FeedState(stopped=True, last_success_at=NOW), "", "stopped, for its server says the feed is gone"),
        (
            FeedState(last_success_at=NOW, moved_to="https://new.example"),
            "",
            "Its server says it moved to https://new.example",
        ),
        (FeedState(last_success_at=NOW), "https://new.example/feed", "It moved to https://new.example/feed"),
        (FeedState(failures=1, last_error="x"), "", "failing, 1 poll in a row; never read"),
    ],
)
async def test_what_else_a_feed_may_be(room: Room, state: FeedState, url: str, words: str) -> None:
    await room.report((await room.store.feeds())[0], state, url=url)

    assert words in (await room.say("/health")).text


async def test_a_blog_within_its_habit_has_only_no_new_post(room: Room) -> None:
    feed = (await room.store.feeds())[0]
    await room.publish(feed, post_row(39, "Yesterday", ("Trade",)))
    first = (await room.say("/health")).text
    await room.report(feed, FeedState(last_success_at=NOW - timedelta(days=1), failures=2))

    assert "China Bystander: no new post since 25 Nov 2022, 23:41 UTC; the last poll answered" in first
    assert "China Bystander: failing" in (await room.say("/health")).text


async def test_a_stopped_feed_is_no_well_feed(room: Room) -> None:
    await room.report((await room.store.feeds())[0], FeedState(stopped=True))

    assert (await room.say("/health")).text.startswith("1 of 1 feed is stopped.")


async def test_a_bot_that_does_not_poll_is_noticed(room: Room) -> None:
    room.clock.time = NOW + timedelta(minutes=26)

    lines = (await room.say("/health")).text.splitlines()

    assert lines[0] == "1 of 1 feed is overdue."
    assert "a check was due 26 Nov 2022, 23:56 UTC; the bot may not be running" in lines[1]


async def test_before_the_first_poll_nothing_is_called_well(empty_room: Room) -> None:
    assert (await empty_room.say("/health")).text.startswith("No feed is watched yet.")
    await empty_room.watch()

    assert (await empty_room.say("/health")).text.splitlines()[:2] == [
        "1 of 1 feed is not read yet.",
        "China Bystander: not read yet; first check 26 Nov 2022, 23:41 UTC.",
    ]


async def test_the_outbox_is_told(room: Room) -> None:
    feed = (await room.store.feeds())[0]
    for who in ("alice", "bob", "carol"):
        await room.say("/follow Trade", who)
    await room.publish(feed, post_row(30, "New tariffs", ("Trade",)))
    first, second, _ = await room.claim()
    await room.settle(Sent(first, "1", NOW), Failed(second, "No", NOW))
    room.clock.time = NOW + timedelta(minutes=5)

    assert (await room.say("/health")).text.splitlines()[-1] == (
        "Alerts: 1 waiting, the oldest since 26 Nov 2022, 23:41 UTC; 1 sent, 1 given up."
    )

    room.clock.time = NOW + timedelta(hours=2)
    assert "Alerts are stuck in the queue." in (await room.say("/health")).text.splitlines()[0]


async def test_places_on_hold_are_named_to_admins_and_to_themselves_only(room: Room) -> None:
    await room.say("/follow Trade", "alice")
    await room.publish((await room.store.feeds())[0], post_row(30, "New tariffs", ("Trade",)))
    (claim,) = await room.claim()
    await room.settle(Parked(claim, "DMs are closed", NOW, NOW + timedelta(hours=1)))
    line = "On hold: console:alice. DMs are closed."

    assert line in (await room.say("/health", "root", admin=True)).text
    assert line in (await room.say("/health", "alice")).text
    stranger = (await room.say("/health", "mallory")).text
    assert stranger.startswith("1 place cannot be reached.")
    assert "alice" not in stranger


async def test_many_feeds_are_counted_with_the_troubled_ones_shown(room: Room) -> None:
    blog = (await room.store.feeds())[0]
    for number in range(30):
        settings = replace(blog.settings, name=f"Blog {number:02}", url=f"https://{number}.example")
        feed = await room.watch(settings)
        await room.report(feed, FeedState(last_success_at=NOW, failures=int(number == 29), last_error="Dead"))

    lines = (await room.say("/health")).text.splitlines()

    assert lines[0] == "1 of 31 feeds is failing."
    assert lines[1].startswith("Blog 29: failing")
    assert "11 more feeds." in lines


async def test_a_feed_that_was_not_read_yet_stands_before_those_that_are_well(room: Room) -> None:
    blog = (await room.store.feeds())[0]
    await room.watch(replace(blog.settings, name="Zeta", url="https://zeta.example"))

    lines = (await room.say("/health")).text.splitlines()

    assert lines[0] == "1 of 2 feeds is not read yet."
    assert [line.partition(":")[0] for line in lines[1:3]] == ["Zeta", "China Bystander"]


async def test_an_admin_of_one_server_sees_what_is_on_hold_there_and_nothing_of_others(room: Room) -> None:
    for who in ("here", "elsewhere"):
        await room.say("/alerts add Trade", who, admin=True)
    await room.publish((await room.store.feeds())[0], post_row(30, "New tariffs", ("Trade",)))
    for claim in await room.claim():
        await room.settle(Parked(claim, "No access", NOW, NOW + timedelta(hours=1)))
    places = frozenset({"console:here", "console:lobby"})
    answers = [
        (
            await room.dispatcher.run(
                Caller("console:root", "console:lobby", admin=admin, places=places), line
            )
        ).text
        for line, admin, places in (
            ("/health", True, places),
            ("/health", True, frozenset({"console:lobby"})),
            ("/health", False, places),
            ("/health", True, None),
        )
    ]

    assert [answer.splitlines()[0] for answer in answers] == [
        "1 place cannot be reached.",
        "All well.",
        "1 place cannot be reached.",
        "2 places cannot be reached.",
    ]
    assert [answer.count("On hold: ") for answer in answers] == [1, 0, 0, 2]
    assert "elsewhere" not in answers[0]


async def test_a_platform_that_shut_the_bot_out_is_told(room: Room) -> None:
    await room.store.set_value(f"{SHUT}slack", "the token was revoked")
    lines = (await room.say("/health")).text.splitlines()

    assert lines[0] == "Nothing goes out on slack."
    assert lines[1] == "slack: the token was revoked."


class Running:
    """A bot that runs, with parts in any state."""

    def __init__(self, *parts: PartState) -> None:
        self._parts = parts

    def parts(self) -> Sequence[PartState]:
        return self._parts


def run_with(room: Room, *parts: PartState) -> None:
    inspector = FeedInspector(room.fetcher, room.sandbox)
    room.dispatcher = Dispatcher(room.store, inspector, room.clock, runtime=Running(*parts))


async def test_nothing_is_called_well_while_a_chat_is_not_connected(room: Room) -> None:
    down = PartState("slack", "Slack is not connected: no alert goes out there.", chat=True)
    run_with(room, PartState("console", chat=True), down, PartState("polling"))
    lines = (await room.say("/health")).text.splitlines()

    assert lines[:2] == [
        "Slack is not connected: no alert goes out there.",
        "Chats: console connected, slack in trouble.",
    ]
    assert lines[2].startswith("China Bystander: ")


async def test_each_part_that_fails_is_in_the_first_line(room: Room) -> None:
    run_with(room, PartState("database", "The database refuses."), PartState("housekeeping", "It fails."))

    assert (await room.say("/health")).text.splitlines()[0] == "The database refuses. It fails."


async def test_while_all_parts_are_well_all_is_well(room: Room) -> None:
    run_with(room, PartState("console", chat=True), PartState("database"))

    assert (await room.say("/health")).text.splitlines()[:2] == ["All well.", "Chats: console connected."]
