"""The same post reaches all platforms at once: the same title, link, categories, summary and date on each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.model import EvidenceRank, Filing
from bot.ports import PostRow
from tests.commands.room import post_row
from tests.contracts.adapter_house import House, house
from tests.contracts.adapter_rig import Ask, Shown
from tests.databases import Databases

PUBLISHED = datetime(2022, 11, 25, 13, 5, 9, tzinfo=UTC)
SENTENCE = (
    "The ~ministry~ said it *will* answer “in kind” & at once: 12% on <steel>, [copper] and `tin_plate`. "
)
SUMMARY = (SENTENCE * 6).strip()  # about as long as summaries get


def row(title: str, summary: str, *categories: str, update: str = "") -> PostRow:
    made = post_row(
        30, title, filing=Filing(categories, ("Steel",), EvidenceRank.API, "The API lists them apart.")
    )
    post = replace(made.post, summary=summary, update=update, published=PUBLISHED)
    return replace(made, post=post, text_hash=f"{title} {summary} {update}")


FIRST = row("*Tariffs* & <quotas>: #1 of [many]", SUMMARY, "Trade", "Q&A, *notes*", "China-U.S.")
BARE = row("A photograph", "")
CHANGED = row("Tariffs, again", f"{SUMMARY} And more.", "China-U.S.", "Trade", update="Update: they hold_on.")


@pytest.fixture(params=["console-jsonl", "console-pretty"])
async def bot(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[House]:
    """A bot on all platforms, where a person and a channel get every post."""
    async with house(databases, request.param, "discord", "slack") as made:
        for each in made.platforms:
            await each.ask(Ask("/follow all", {"categories": "all"}))
            add = Ask("/alerts add all", {"categories": "all"}, who="boss", in_channel=True)
            await each.ask(add)
        yield made


def read(bot: House) -> dict[str, list[Shown]]:
    """Return all alerts that everybody has got."""
    places = [(platform, who) for platform in bot.platforms for who in ("alice", "#news")]
    return {f"{platform.adapter.name}: {who}": platform.alerts(who) for platform, who in places}


def everywhere(bot: House, made: PostRow) -> dict[str, list[Shown]]:
    """Return what is to be read when everybody has got a post once."""
    post = made.post
    filed = ", ".join(post.filing.categories)
    shown = Shown(post.title, post.link, filed, post.summary, post.published, post.update)
    found: dict[str, list[Shown]] = {}
    for platform in bot.platforms:
        here = shown if platform.dated else replace(shown, published=None)
        found |= {f"{platform.adapter.name}: {who}": [here] for who in ("alice", "#news")}
    return found


@pytest.mark.parametrize("made", [FIRST, BARE], ids=["a full post", "a bare post"])
async def test_a_post_comes_once_to_each_place_and_reads_the_same(bot: House, made: PostRow) -> None:
    await bot.room.publish(await bot.blog(), made)
    await bot.deliver()

    assert read(bot) == everywhere(bot, made)


async def test_a_changed_post_reads_the_same_everywhere_and_comes_no_second_time(bot: House) -> None:
    await bot.room.publish(await bot.blog(), FIRST)
    await bot.deliver()
    await bot.room.edit(await bot.blog(), CHANGED)
    await bot.deliver()

    assert read(bot) == everywhere(bot, CHANGED)
