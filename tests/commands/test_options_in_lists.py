"""Options that were written into a list of names, as happens where the list has a field of its own."""

from __future__ import annotations

import pytest

from bot.commands.spec import TABLE
from bot.commands.unknown import OPTIONS
from tests.commands.room import Room

OF_ITS_OWN = "is an option of its own: choose it beside"


@pytest.mark.parametrize(
    ("path", "name", "typed", "answer"),
    [
        ("follow", "categories", "Trade when:daily", f"when {OF_ITS_OWN} categories."),
        ("follow", "categories", "text:tariffs when:daily", f"when {OF_ITS_OWN} categories."),
        ("follow", "categories", 'text:"a b" when:daily', f"when {OF_ITS_OWN} categories."),
        ("follow", "categories", "all WHEN = daily", f"when {OF_ITS_OWN} categories."),
        ("follow", "categories", "Trade, -text:ad new:yes", f"new {OF_ITS_OWN} categories."),
        ("follow", "categories", 'Trade feed:"China Bystander"', f"feed {OF_ITS_OWN} categories."),
        ("follow", "categories", "Trade mention:@here", "/follow has no option mention; /help follow tells"),
        ("unfollow", "categories", "Trade feed:Blog", f"feed {OF_ITS_OWN} categories."),
        ("alerts add", "categories", "Trade channel:#news", f"channel {OF_ITS_OWN} categories."),
        ("latest", "category", "Trade since:3d", f"since {OF_ITS_OWN} category."),
    ],
)
async def test_an_option_in_a_list_is_no_name(
    room: Room, path: str, name: str, typed: str, answer: str
) -> None:
    caller = room.caller("root", admin=True)
    for more in ({}, {"new": "yes"} if "new" in OPTIONS[path] else {}):
        reply = await room.dispatcher.execute(caller, path, {name: typed, **more})

        assert not reply.ok
        assert answer in reply.text
        assert "No category" not in reply.text
        assert "new:yes" not in reply.text
    assert await room.store.subscriptions() == []


async def test_between_quotation_marks_it_is_a_name(room: Room) -> None:
    for typed in ('"Trade when:daily"', 'text:"when:daily"'):
        values = {"categories": typed, "new": "yes"}
        assert (await room.dispatcher.execute(room.caller(), "follow", values)).ok


def test_the_options_are_those_of_the_commands() -> None:
    lists = {"categories", "category"}
    assert {path: set(names) for path, names in OPTIONS.items()} == {
        path: {each.name for each in command.spec.parameters} - lists
        for path, command in TABLE.items()
        if any(each.kind in lists for each in command.spec.parameters)
    }
