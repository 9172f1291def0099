"""A digest on Discord: how it reads, what it leaves out, and the button that shows the rest."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.messages.card import COLOUR, Button, Card, payload
from adapters.discord.messages.render import card
from bot.model import Digest, Reply, SuggestedAction
from bot.text.truncate import units
from tests.adapters.any_messages import a_post, unhurried
from tests.adapters.digests import ASKED, SPEC, answer, digest, filed, posts
from tests.adapters.discord.interactions.test_clicks import buttons
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, made, to
from tests.fakes.discord.checks import message_errors

ENTRY = re.compile(r"^-# <t:", re.MULTILINE)
LINK = "https://blog.example/2026/05/04/chips/"
BELOW = "-# <t:1777886100:D> · The ministry struck chips off its list on Monday."


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A bot that knows the command /digest."""
    async with made() as each:
        each.services.commands = (*each.services.commands, SPEC)
        each.services.answer = answer
        await each.start()
        yield each


def described(shown: Card) -> str:
    return "\n\n".join(each.get("description", "") for each in shown.embeds)


def left(shown: Card) -> int:
    found = re.search(r"^and (\d+) more$", described(shown), re.MULTILINE)
    return int(found[1]) if found else 0


def test_a_digest_groups_linked_titles_with_date_and_text_by_category() -> None:
    listed = (filed("One", "Media"), filed("Two"), filed("Three", "Trade"), filed("*4*", "Trade"))

    assert card(Digest(listed, "Daily digest: 4 posts", number=7), key=KEY) == Card(
        embeds=(
            {
                "title": "Daily digest: 4 posts",
                "description": "\n\n".join(
                    (
                        f"### Trade\n[Three](<{LINK}>)\n{BELOW}",
                        f"\\*4\\* · [read](<{LINK}>)\n{BELOW}",
                        f"### Media\n[One](<{LINK}>)\n{BELOW}",
                        f"### Other posts\n[Two](<{LINK}>)\n{BELOW}",
                    )
                ),
                "color": COLOUR,
                "footer": {"text": "The Blog"},
            },
        )
    )


def test_a_digest_of_several_feeds_names_them_at_each_post() -> None:
    [embed] = card(Digest((a_post(), a_post(feed="*Another*")), "News")).embeds

    assert "-# <t:1777886100:D> · The Blog · The ministry" in embed["description"]
    assert "-# <t:1777886100:D> · \\*Another\\* · The ministry" in embed["description"]
    assert "footer" not in embed


@pytest.mark.parametrize("count", [3, 40, 500])
def test_what_has_no_room_is_counted_and_a_button_shows_it(count: int) -> None:
    shown = card(digest(count), key=KEY)
    entries = len(ENTRY.findall(described(shown)))

    assert message_errors(payload(shown)) == []
    assert entries + left(shown) == count
    assert entries == 3 if count == 3 else 15 < entries < 40
    custom_id = f"c:{KEY}:digest?number=123&page=2"
    assert shown.buttons == (() if count == 3 else (Button(f"Show all {count}", custom_id=custom_id),))
    assert card(digest(count, number=0), key=KEY).buttons == ()


def test_a_group_that_goes_on_in_a_second_embed_is_headed_again() -> None:
    listed = tuple(filed(f"{number} {'long ' * 20}", "Trade") for number in range(40))
    first, second = card(Digest(listed, "Weekly digest"), key=KEY).embeds

    assert first["description"].startswith("### Trade\n[0 long")
    assert first["description"].count("###") == 1
    assert re.match(r"### Trade\n\[\d+ long", second["description"])
    assert second["description"].endswith(" more")
    assert ("title" in second, "footer" in second, "footer" in first) == (False, True, False)


def test_the_posts_that_are_shown_are_the_newest() -> None:
    shown = described(card(digest(40), key=KEY))
    numbers = sorted(int(each) for each in re.findall(r"a-post-(\d+)/", shown))

    assert numbers == list(range(len(numbers)))


@unhurried
@given(st.integers(1, 500), st.integers(0, 2000), st.booleans())
def test_any_number_of_posts_keeps_every_limit_and_is_counted(count: int, longer: int, several: bool) -> None:  # noqa: FBT001 -- drawn
    listed = posts(count, summary="word " * longer)
    listed = (
        (a_post(feed="Another", link=f"https://x.example/{'(' * longer}"), *listed) if several else listed
    )
    shown = card(Digest(listed, "Weekly digest", number=5), key=KEY)

    assert message_errors(payload(shown)) == []
    assert sum(units(str(each.get("description", ""))) for each in shown.embeds) <= 5600
    assert len(ENTRY.findall(described(shown))) + left(shown) == len(listed)


async def test_a_click_shows_the_rest_to_who_clicked_alone_and_goes_on_from_there(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), digest(40), KEY)
    await rig.restart()
    (message,) = rig.server.messages(rig.news)
    shown = await (await rig.server.click(rig.alice, message, buttons(message)["Show all 40"])).answer()
    following = await (await rig.server.click(rig.alice, shown, buttons(shown)["Next page"])).answer()

    assert list(buttons(message)) == ["Show all 40"]
    assert [used[1:] for used in rig.services.executed] == [
        ("digest", ASKED),
        ("digest", {**ASKED, "page": "3"}),
    ]
    assert shown.content == "Daily digest, page 2 of 3:"
    assert "**10.**" in shown.embeds[0]["description"]
    assert shown.ephemeral
    assert following.ephemeral
    assert len(rig.server.messages(rig.news)) == 1
    assert message.edits == 0


async def test_a_digest_is_found_by_its_key_with_and_without_a_button_for_the_rest(rig: Rig) -> None:
    other = KEY.replace("0", "a")
    await rig.adapter.send(to(rig.news), digest(40), KEY)
    await rig.adapter.send(to(rig.news), digest(3), other)
    long, short = rig.server.messages(rig.news)
    for message in (long, short):
        message.nonce = None

    assert await rig.adapter.find(to(rig.news), KEY, LONG_AGO) == f"{rig.news.id}/{long.id}"
    assert await rig.adapter.find(to(rig.news), other, LONG_AGO) == f"{rig.news.id}/{short.id}"
    assert list(buttons(short)) == ["Health"]


async def test_posts_that_need_several_pages_have_their_offers_on_each(rig: Rig) -> None:
    offers = (SuggestedAction("Next page", "digest", (("number", "123"), ("page", "3"))),)
    rig.services.answer = lambda *_: Reply("Page 2:", posts(40), offers=offers)
    await rig.adapter.send(to(rig.news), digest(40), KEY)
    (message,) = rig.server.messages(rig.news)
    page = await (await rig.server.click(rig.alice, message, buttons(message)["Show all 40"])).answer()
    ids = buttons(page)
    turned = await (await rig.server.click(rig.alice, page, ids["More (1 of 2) ▶"])).answer()

    assert list(ids) == ["Next page", "More (1 of 2) ▶"]
    assert list(buttons(turned)) == ["Next page", "◀ Back"]
    assert [used[2] for used in rig.services.executed] == [ASKED, ASKED]
