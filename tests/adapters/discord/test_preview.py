"""What is previewed is what is sent, held against what arrives on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.discord.checks import fits
from adapters.discord.interactions.answers import preview
from bot.model import Caller, Reply, SuggestedAction
from tests.adapters.discord.interactions.test_clicks import buttons
from tests.adapters.discord.rig import Rig, post
from tests.fakes.discord.messages import StoredMessage

OFFERS = tuple(
    SuggestedAction(f"Unfollow C{number}", "unfollow", (("categories", f"C{number}"),)) for number in range(7)
)
REPLIES = {
    "text": Reply("You get: Trade; at once, by DM.", offers=OFFERS),
    "posts": Reply("The newest 2 posts:", (post(1), post(2))),
    "pages": Reply("\n".join(f"Line {number} of an answer." for number in range(150)), offers=OFFERS),
    "places": Reply("Channel discord:channel:123456789012345678 gets Trade. *Bold*"),
}


def shown(message: StoredMessage) -> dict[str, Any]:
    return {"content": message.content, "embeds": message.embeds, "components": message.components}


def same(previewed: Mapping[str, Any], message: StoredMessage) -> bool:
    """Whether a message has all of the preview, and no more parts than it."""
    sent = shown(message)
    return all(fits(previewed.get(part, [] if part != "content" else ""), sent[part]) for part in sent)


@pytest.mark.parametrize("name", REPLIES)
async def test_an_answer_is_sent_as_it_is_previewed_page_by_page(rig: Rig, name: str) -> None:
    rig.services.answer = lambda *_: REPLIES[name]
    previewed = await preview(rig.services, Caller("discord:user:1", "discord:channel:2"), "following", {})
    message = await (await rig.server.interact(rig.alice, rig.news, "following")).answer()
    found = [same(previewed[0], message)]
    for each in previewed[1:]:
        more = next(value for label, value in buttons(message).items() if label.startswith("More"))
        message = await (await rig.server.click(rig.alice, message, more)).answer()
        found.append(same(each, message))

    assert found == [True] * len(previewed)
    assert len(previewed) == (2 if name == "pages" else 1)
    assert not same({"content": "Something else."}, message)


async def test_a_menu_is_sent_as_it_is_previewed(rig: Rig) -> None:
    (previewed,) = await preview(rig.services, Caller("discord:user:1", "discord:channel:2"), "follow", {})
    message = await (await rig.server.interact(rig.alice, rig.news, "follow")).answer()

    assert same(previewed, message)
    assert previewed["components"][0]["components"][0]["type"] == 3


async def test_a_long_answer_of_a_change_is_sent_in_the_messages_that_are_previewed(rig: Rig) -> None:
    rig.services.answer = lambda *_: REPLIES["pages"]
    previewed = await preview(rig.services, Caller("discord:user:1", "discord:channel:2"), "alerts pause", {})
    asked = await rig.server.interact(rig.boss, rig.news, "alerts pause")
    first = await asked.answer()
    await rig.until(lambda: len(asked.followups) == len(previewed) - 1)

    assert [same(*pair) for pair in zip(previewed, [first, *asked.followups], strict=True)] == [True, True]
