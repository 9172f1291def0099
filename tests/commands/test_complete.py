from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.spec import COMMANDS
from tests.commands.room import POSTS, Room, post_row

MOST_USED = ["China-U.S.", "Trade", "Economy", "Markets", "Media", "Taiwan", "Technology", "Hong Kong", "all"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", MOST_USED),
        ("  ", MOST_USED),
        ("t", ["Trade", "Taiwan", "Technology"]),
        ("T", ["Trade", "Taiwan", "Technology"]),
        ("china us", ["China-U.S."]),
        ("CHINA\u2013", ["China-U.S."]),
        ("hongk", ["Hong Kong"]),
        ("trde", ["Trade"]),
        ("tehcnology", ["Technology"]),
        ("#t", ["#Technology", "#TikTok", "#TSMC", "#Tencent"]),
        ("#tik", ["#TikTok"]),
        ("-ta", ["-Taiwan"]),
        ("\u2013Ta", ["-Taiwan"]),
        ("-#boe", ["-#Boeing"]),
        ("al", ["all"]),
        ("Trade, chi", ["Trade, China-U.S."]),
        ("Trade; #TikTok,chi", ["Trade, #TikTok, China-U.S."]),
        ("trade, -tai", ["trade, -Taiwan"]),
    ],
)
async def test_the_last_name_of_a_list_is_completed(room: Room, typed: str, expected: list[str]) -> None:
    assert (await room.complete("follow", "categories", typed))[: len(expected)] == expected


async def test_after_a_comma_the_most_used_that_are_not_there_yet_are_offered(room: Room) -> None:
    assert await room.complete("follow", "categories", "trade, ") == [
        f"trade, {name}" for name in MOST_USED if name != "Trade"
    ]


async def test_a_name_with_commas_is_completed_over_them(empty_room: Room) -> None:
    row = post_row(1, "One", ("Arts, Books & Letters", "Arts", "Trade"))
    await empty_room.publish(await empty_room.watch(), row)

    found = await empty_room.complete("follow", "categories", "Trade, arts, bo")
    assert found[0] == "Trade, \u201cArts, Books & Letters\u201d"


async def test_a_completed_list_is_understood(room: Room) -> None:
    typed = ""
    for beginning in ("chi", "#tik", "-tai"):
        typed = (await room.complete("follow", "categories", f"{typed}, {beginning}"))[0]

    reply = await room.say(f"/follow {typed}")

    assert reply.text.startswith("You now get: China-U.S. and #TikTok, but not Taiwan;")


@pytest.mark.parametrize(
    ("path", "parameter", "typed", "expected"),
    [
        ("latest", "category", "tra", ["Trade"]),
        ("/latest", "category", "#hua", ["#Huawei"]),
        ("follow", "feed", "", ["China Bystander", "Second Blog"]),
        ("follow", "feed", "sec", ["Second Blog"]),
        ("follow", "when", "", ["now"]),
        ("follow", "when", "no", ["now"]),
        ("categories", "show", "t", ["tags"]),
        ("help", "command", "lat", ["latest"]),
        ("find", "words", "exp", []),
        ("find", "nothing", "x", []),
        ("xyzzy", "x", "x", []),
        ("", "", "", []),
    ],
)
async def test_each_parameter_has_its_source(
    two_blogs: Room, path: str, parameter: str, typed: str, expected: list[str]
) -> None:
    found = await two_blogs.complete(path, parameter, typed)

    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


async def test_unfollow_offers_what_is_followed_and_what_is_left_out(room: Room) -> None:
    assert await room.complete("unfollow", "categories", "") == []
    await room.say("/follow Trade, #TikTok, -Taiwan, -#Boeing")

    assert await room.complete("unfollow", "categories", "") == ["Trade", "#TikTok", "all"]
    assert (await room.complete("unfollow", "categories", "tr"))[0] == "Trade"
    assert await room.complete("unfollow", "categories", "-") == ["-Taiwan", "-#Boeing"]


async def test_alerts_remove_offers_what_the_channel_gets(room: Room) -> None:
    await room.say("/alerts add Media", admin=True)

    assert await room.complete("alerts remove", "categories", "", admin=True) == ["Media", "all"]
    assert await room.complete("unfollow", "categories", "") == []


async def test_admin_commands_are_completed_for_admins_only(room: Room) -> None:
    assert await room.complete("alerts add", "categories", "tr") == []
    assert (await room.complete("alerts add", "categories", "tr", admin=True))[0] == "Trade"
    assert await room.complete("help", "command", "aler") == []
    assert await room.complete("help", "command", "aler", admin=True) == ["alerts"]


async def test_never_more_than_25_of_100_characters(empty_room: Room) -> None:
    names = tuple(f"Category {number:03} {'x' * number}" for number in range(1, 120))
    await empty_room.publish(await empty_room.watch(), post_row(1, "One", names))

    for typed in ("", "cat", "Category 001 x, Category 002 xx, cat", "z" * 5000):
        found = await empty_room.complete("follow", "categories", typed)
        assert len(found) <= 25
        assert all(0 < len(value) <= 100 for value in found)
    assert len(await empty_room.complete("follow", "categories", "cat")) == 25


async def test_completion_without_anything_known(empty_room: Room) -> None:
    assert await empty_room.complete("follow", "categories", "") == ["all"]
    assert await empty_room.complete("follow", "feed", "") == []


async def test_completion_answers_even_when_the_database_is_gone(room: Room) -> None:
    await room.store.aclose()

    assert await room.complete("follow", "categories", "tr") == []


EVERY_PARAMETER = [
    (command.path, parameter.name)
    for top in COMMANDS
    for command in (top, *top.subcommands)
    for parameter in command.parameters
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from(EVERY_PARAMETER),
    typed=st.text(alphabet=st.characters()) | st.text(alphabet="#-,; tradechin\u2013", max_size=40),
)
async def test_any_typed_text_is_completed_within_the_limits(
    room: Room, where: tuple[str, str], typed: str
) -> None:
    found = await room.complete(*where, typed, admin=True)

    assert len(found) == len(set(found)) <= 25
    assert all(0 < len(value) <= 100 for value in found)


def test_the_categories_of_the_room_are_those_offered() -> None:
    assert {name for _, categories, _ in POSTS for name in categories} == set(MOST_USED) - {"all"}


@pytest.mark.parametrize(
    ("path", "parameter", "typed", "first"),
    [
        ("settings", "timezone", "", "Asia/Shanghai"),
        ("settings", "timezone", "shang", "Asia/Shanghai"),
        ("settings", "timezone", "america/new", "America/New_York"),
        ("settings", "weekly", "", "monday"),
        ("settings", "weekly", "fr", "friday"),
        ("alerts settings", "timezone", "berl", "Europe/Berlin"),
        ("follow", "when", "da", "daily"),
    ],
)
async def test_zones_and_days_are_suggested(
    room: Room, path: str, parameter: str, typed: str, first: str
) -> None:
    found = await room.complete(path, parameter, typed, admin=True)

    assert found[0] == first
    assert len(found) <= 25
    assert await room.complete("alerts settings", "timezone", "berl") == []
