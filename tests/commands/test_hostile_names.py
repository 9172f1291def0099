"""Whatever a blog calls its categories and tags: what the bot prints, suggests and offers means just that."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.messages.alerts import follow_id, followed
from adapters.slack.messages.render import payload
from bot.commands.reading import Vocabulary, read_list
from bot.commands.resolve import resolve
from bot.model import EVERYTHING, FILING_KINDS, Alert, Kind, SuggestedAction, Term
from bot.text.normalize import fold, term_key
from bot.text.sanitize import visible
from bot.text.spelling import spelled
from tests.commands.hostile_names import NAMES
from tests.commands.room import Room, post_row

CATEGORIES = Vocabulary([Term(Kind.CATEGORY, each, fold(each)) for each in NAMES])


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    assert match is not None, text
    return match[1]


async def suggestions(room: Room, path: str, typed: str) -> list[str]:
    return [each for each in await room.complete(path, "categories", typed) if each != "all"]


async def take_up(room: Room, offer: SuggestedAction) -> None:
    assert (await room.dispatcher.execute(room.caller(), offer.path, dict(offer.values))).ok


@pytest.mark.parametrize("kind", FILING_KINDS)
@pytest.mark.parametrize("name", NAMES)
async def test_what_is_printed_suggested_and_offered_means_just_that(
    empty_room: Room, name: str, kind: Kind
) -> None:
    room, key = empty_room, term_key(kind, name)
    tags = kind is Kind.TAG
    row = post_row(1, "One", () if tags else (name,), (name,) if tags else (), silent=True)
    await room.publish(await room.watch(), silent=(row,))
    plural = "tags" if tags else "categories"
    listed = found(r"with their posts: (.*) \(1\)$", (await room.say(f"/categories {plural}")).text)
    suggested = await suggestions(room, "follow", "#" if tags else "")

    assert len(suggested) == 1
    for typed in (listed, *suggested):
        await room.say(f"/follow {typed}")
        assert await room.follows() == [({key}, set(), None)], typed
        reply = await room.say("/following")
        shown = found("^You get: (.*); at once, on the console.$", reply.text)
        assert (await room.say(f"/unfollow {shown}")).text == "You follow nothing now."
        await room.say(f"/follow {shown} when:now new:yes")
        assert await room.follows() == [({key}, set(), None)], shown
        assert await suggestions(room, "unfollow", "") == suggested
        await take_up(room, reply.offers[0])
        assert await room.follows() == []
    await room.say(f"/follow all, -{listed}")
    assert await room.follows() == [({EVERYTHING}, {key}, None)]
    left_out = found("every post, but not (.*); at once", (await room.say("/following")).text)
    await room.say(f"/unfollow -{left_out}")
    assert await room.follows() == [({EVERYTHING}, set(), None)]
    assert (await room.say(f"/latest {listed}")).text.startswith(f"The newest post under {listed}:")
    assert (await room.say(f"/latest {listed} 1")).text.startswith(f"The newest post under {listed}:")


@pytest.mark.parametrize("name", [*NAMES, "Trade Talks"])
async def test_what_a_refusal_names_and_offers_means_just_that(empty_room: Room, name: str) -> None:
    room, key = empty_room, term_key(Kind.CATEGORY, name)
    await room.publish(await room.watch(), silent=(post_row(1, "One", (name,), silent=True),))
    twin = await room.say(f"/follow #{spelled(Kind.CATEGORY, name)}")

    assert not twin.ok
    assert twin.text.startswith("No tag is called"), twin.text
    assert await room.follows() == []
    await room.say(found(r"A category of that name exists: (.*?)(\nIf its first|$)", twin.text))
    assert await room.follows() == [({key}, set(), None)]
    await room.say("/unfollow all")
    await take_up(room, twin.offers[0])
    assert await room.follows() == [({key}, set(), None)]


def test_among_all_of_them_each_is_itself() -> None:
    known = Vocabulary([Term(kind, name, fold(name)) for kind in FILING_KINDS for name in NAMES])
    for kind in FILING_KINDS:
        for name in NAMES:
            wanted = resolve(f"{spelled(kind, name)}, Zebra", known, "follow", new=True)
            assert list(wanted.include) == [term_key(kind, name), "c:zebra"], name


async def test_all_is_every_post_whatever_the_categories_are_called(empty_room: Room) -> None:
    row = post_row(1, "One", ("All", "all", "Everything", "*", "Every post", "All, -Minus"), ("all",))
    await empty_room.publish(await empty_room.watch(), silent=(row,))

    for word in ("all", "All", "ALL", "*", "everything", "every post", "'all'", "categories:all"):
        await empty_room.say(f"/follow {word}")
        assert await empty_room.follows() == [({EVERYTHING}, set(), None)], word
        assert "You follow nothing now." in (await empty_room.say(f"/unfollow {word}")).text


@pytest.mark.parametrize("name", NAMES)
def test_a_button_under_an_alert_follows_just_that(name: str) -> None:
    post = post_row(1, "One", (name,)).post
    slack = [
        part["value"]
        for block in payload(Alert(post), key="0" * 24).blocks
        for part in block.get("elements", ())
        if str(part.get("action_id", "")).startswith("follow")
    ]
    discord = [followed(custom_id) for custom_id in [follow_id(name)] if custom_id]

    assert len(slack) == 1
    assert discord or len(name) > 90
    for typed in (*slack, *discord):
        assert list(resolve(typed, CATEGORIES, "follow").include) == [term_key(Kind.CATEGORY, name)]


SIGNS = "#-,;:= \"'\u201c\u201d\u201e\u00ab\u00bballAtrde5\u2026"


@given(st.text(max_size=40) | st.text(alphabet=SIGNS, max_size=30))
def test_any_name_is_written_so_that_it_is_read_as_itself(name: str) -> None:
    if not fold(name):
        return
    for kind in FILING_KINDS:
        typed = spelled(kind, name)
        assert visible(typed) == typed
        for line in (typed, f"Zebra, {typed}", f"{typed}, Zebra"):
            found = [each for each in read_list(line, Vocabulary([])) if each.name != "Zebra"]
            assert [(each.kind, fold(each.name), each.excluded, each.everything) for each in found] == [
                (kind, fold(name), False, False)
            ]
