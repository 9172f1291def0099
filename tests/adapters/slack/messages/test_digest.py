"""A digest on Slack: how it reads, what it leaves out, and the button that shows the rest."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from adapters.slack.messages.delivery import Delivery
from adapters.slack.messages.render import Payload, payload
from bot.model import Destination, Digest, Reply, SuggestedAction
from tests.adapters.any_messages import a_post, unhurried
from tests.adapters.digests import ASKED, SPEC, answer, digest, filed, posts
from tests.adapters.discord.rig import KEY, LONG_AGO
from tests.adapters.slack.talk_rig import Talk, TalkDesk, buttons, talk, texts
from tests.fakes.slack.blocks import message_faults
from tests.fakes.slack.messages import StoredMessage

LINK = "https://blog.example/2026/05/04/chips/"
Json = dict[str, Any]


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    """A bot that knows the command /digest."""
    desk = TalkDesk(answer=answer)
    desk.commands = (*desk.commands, SPEC)
    async with talk(desk) as each:
        yield each


async def sent(rig: Talk, message: Digest, key: str = KEY) -> StoredMessage:
    await Delivery(rig.workspaces, rig.services).send(Destination(1, rig.address(rig.news)), message, key)
    return rig.server.messages(rig.news)[-1]


def lists(made: Payload) -> list[Json]:
    found = [part for block in made.blocks if block["type"] == "rich_text" for part in block["elements"]]
    return [part for part in found if part["type"] == "rich_text_list"]


def left(made: Payload) -> int:
    found = re.search(r"^and (\d+) more$", texts(made.blocks), re.MULTILINE)
    return int(found[1]) if found else 0


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def test_a_digest_groups_linked_titles_with_date_and_text_by_category() -> None:
    listed = (filed("One", "Media"), filed("Two", "Trade"), filed("*3*", "Trade"))
    made = payload(Digest(listed, "Daily digest: 3 posts", number=7), key=KEY)
    header, trade, media = made.blocks
    name, items = trade["elements"]

    assert header == {"type": "header", "block_id": f"d:{KEY}", "text": plain("Daily digest: 3 posts")}
    assert name["elements"] == [{"type": "text", "text": "Trade", "style": {"bold": True}}]
    assert items["style"] == "bullet"
    assert items["elements"][0]["elements"] == [
        {"type": "link", "url": LINK, "text": "Two", "style": {"bold": True}},
        {"type": "text", "text": "\n"},
        {
            "type": "date",
            "timestamp": 1777886100,
            "format": "{date_short_pretty}",
            "fallback": "2026-05-04 09:15 UTC",
        },
        {"type": "text", "text": " · The ministry struck chips off its list on Monday."},
    ]
    assert items["elements"][1]["elements"][0]["text"] == "*3*"
    assert media["elements"][0]["elements"][0]["text"] == "Media"
    assert made.text.startswith(f"Daily digest: 3 posts\n<{LINK}|One>\n<{LINK}|Two>")


def test_a_digest_of_several_feeds_names_them_at_each_post() -> None:
    made = payload(Digest((a_post(), a_post(feed="*Another*")), "News"), key=KEY)

    assert " · The Blog · The ministry" in texts(made.blocks)
    assert " · *Another* · The ministry" in texts(made.blocks)


@pytest.mark.parametrize("count", [3, 40, 500])
def test_what_has_no_room_is_counted_and_a_button_shows_it(count: int) -> None:
    made = payload(digest(count), key=KEY)
    shown = sum(len(each["elements"]) for each in lists(made))
    button = {
        "type": "button",
        "action_id": "show",
        "text": plain(f"Show all {count}"),
        "value": '0:["digest", {"number": "123", "page": "2"}, ""]',
    }

    assert message_faults(made.blocks) == []
    assert shown + left(made) == count
    assert shown == 3 if count == 3 else 10 < shown < 40
    assert (made.blocks[-1] == {"type": "actions", "elements": [button]}) is (count > 3)
    assert payload(digest(count, number=0), key=KEY).blocks[-1]["type"] == "rich_text"


def test_the_posts_that_are_shown_are_the_newest() -> None:
    shown = json.dumps(payload(digest(40), key=KEY).blocks)
    numbers = sorted(int(each) for each in re.findall(r"a-post-(\d+)/", shown))

    assert numbers == list(range(len(numbers)))


@unhurried
@given(st.integers(1, 500), st.integers(0, 2000), st.booleans())
def test_any_number_of_posts_keeps_every_limit_and_is_counted(count: int, longer: int, several: bool) -> None:  # noqa: FBT001 -- drawn
    listed = posts(count, summary="word " * longer)
    listed = (
        (a_post(feed="Another", link=f"https://x.example/{'(' * longer}"), *listed) if several else listed
    )
    made = payload(Digest(listed, "Weekly digest", mention="@here <!channel>", number=5), key=KEY)

    assert message_faults(made.blocks) == []
    assert [block.to_dict() for block in Block.parse_all(made.blocks)] == made.blocks
    assert len(json.dumps(made.blocks, ensure_ascii=False)) < 10_000
    assert sum(len(each["elements"]) for each in lists(made)) + left(made) == len(listed)


async def test_a_click_shows_the_rest_to_who_clicked_alone_and_goes_on_from_there(rig: Talk) -> None:
    message = await sent(rig, digest(40))
    before = texts(message)
    await rig.restart()
    deed = await rig.click(message, "Show all 40")
    await deed.answered()
    page = deed.shown[0]
    await (await rig.click(page, "Next page")).answered()

    assert rig.services.asked == [("digest", ASKED), ("digest", {**ASKED, "page": "3"})]
    assert texts(page).startswith("Daily digest, page 2 of 3:")
    assert rig.server.ephemerals(rig.alice) == [page]
    assert rig.server.messages(rig.news) == [message]
    assert texts(message) == before
    assert list(buttons(message)) == ["Show all 40"]


async def test_a_digest_is_found_by_its_key(rig: Talk) -> None:
    message = await sent(rig, digest(40))
    delivery, place = Delivery(rig.workspaces, rig.services), Destination(1, rig.address(rig.news))

    assert await delivery.find(place, KEY, LONG_AGO) == f"{rig.news.id}/{message.ts}"
    assert await delivery.find(place, KEY.replace("0", "a"), LONG_AGO) is None


async def test_posts_that_need_several_pages_have_their_offers_on_each(rig: Talk) -> None:
    offers = (SuggestedAction("Next page", "digest", (("number", "123"), ("page", "3"))),)
    rig.services.answer = lambda *_: Reply("Page 2:", posts(40), offers=offers)
    deed = await rig.click(await sent(rig, digest(40)), "Show all 40")
    await deed.answered()
    page = deed.shown[0]
    first = list(buttons(page))
    await (await rig.click(page, next(each for each in first if each.startswith("More")))).answered()
    second = list(buttons(page))
    await (await rig.click(page, "Next page")).answered()

    assert first[0] == second[0] == "Next page"
    assert [values["page"] for _, values in rig.services.asked] == ["2", "2", "3"]
    assert list(buttons(page)) == first
