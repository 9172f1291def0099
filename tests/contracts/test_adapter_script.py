"""The same commands on every platform, answered alike: one script, said through every adapter, line by line.

What one console says, a JSON line an answer, is the measure. People are answered the same words and the same
posts elsewhere, and afterwards the same is followed; only what a platform writes in its own way is evened out,
by each platform's own reader (`tests.contracts.*_platform`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.desk import FrontDesk
from bot.model import Subscription
from bot.pipeline.fetch import Fetcher
from bot.pipeline.outbox import DeliverySettings, Outbox
from bot.wall import Wall
from storage import open_store
from tests.commands.room import BLOG, LOOPBACK, POSTS, SECOND, Room, post_row
from tests.contracts.adapter_rig import OTHER, WHOM, Answer, Ask, Platform
from tests.contracts.adapters import PLATFORMS
from tests.fakes.blog import FaultyBlog

NEWS = "a post comes"  # stands in a script between what people say
LINK = "https://blog.example/2022/08/a-post/"  # of "Arms for the island"
TAGS = tuple(
    f"Tag {number:02} of those whose names are so long that a list of them fills pages"
    for number in range(40)
)


def alice(line: str, **options: object) -> Ask:
    return Ask(line, options)


def boss(line: str, **options: object) -> Ask:
    return Ask(line, options, who="boss", in_channel=True)


def refused(line: str, **options: object) -> Ask:
    return Ask(line, options, in_channel=True)


def typed(line: str) -> Ask:
    return Ask(line, typed_only=True)


MEMBER: tuple[Ask | str, ...] = (
    alice("/help"),
    alice("/help follow", command="follow"),
    alice("/categories"),
    alice("/categories tags", show="tags"),
    alice('/categories feed:"Second Blog"', feed="Second Blog"),
    alice("/following"),
    alice("/follow China-U.S.", categories="China-U.S."),
    alice("/follow china us", categories="china us"),
    alice("/following"),
    alice("/follow Trade, -Taiwan", categories="Trade, -Taiwan"),
    alice('/follow Gardening feed:"Second Blog"', categories="Gardening", feed="Second Blog"),
    alice("/follow #TikTok", categories="#TikTok"),
    alice("/follow Trde", categories="Trde"),
    alice("/follow TSMC", categories="TSMC"),
    alice("/follow Media feed:Nowhere", categories="Media", feed="Nowhere"),
    alice("/following"),
    NEWS,
    alice("/latest"),
    alice("/latest Trade 2", category="Trade", count=2),
    alice("/latest #Huawei", category="#Huawei"),
    alice("/latest 10", count=10),
    alice("/latest Nothing", category="Nothing"),
    alice("/find export controls", words="export controls"),
    alice("/find *[signs]*", words="*[signs]*"),
    alice("/find nothing like it", words="nothing like it"),
    alice("/why"),
    alice(f"/why {LINK}", link=LINK),
    alice("/why Index slips", link="Index slips"),
    alice("/why https://elsewhere.example/", link="https://elsewhere.example/"),
    alice("/health"),
    typed("/folow Trade"),
    typed("/latest Trade 11"),
    typed("/categories all of them"),
    typed("/alerts"),
    alice("/unfollow Trade", categories="Trade"),
    alice("/unfollow Media", categories="Media"),
    alice('/unfollow all feed:"Second Blog"', categories="all", feed="Second Blog"),
    alice("/unfollow all", categories="all"),
    alice("/following"),
)
ADMIN: tuple[Ask | str, ...] = (
    boss("/help"),
    boss("/alerts list"),
    boss("/alerts add Trade", categories="Trade"),
    boss("/alerts add Trde", categories="Trde"),
    boss(
        f'/alerts add #TikTok, -Taiwan channel:{OTHER} mention:{WHOM} feed:"China Bystander"',
        categories="#TikTok, -Taiwan",
        channel=OTHER,
        mention=WHOM,
        feed="China Bystander",
    ),
    boss("/follow all", categories="all"),
    boss("/alerts list"),
    boss("/alerts test"),
    NEWS,
    boss("/alerts log"),
    boss(f"/alerts log channel:{OTHER}", channel=OTHER),
    boss("/alerts pause"),
    boss("/alerts list"),
    boss("/alerts resume"),
    boss("/alerts remove Media", categories="Media"),
    boss("/alerts remove Trade", categories="Trade"),
    boss("/alerts resume"),
    boss("/alerts list"),
    boss("/feeds list"),
    boss("/feeds add https://second.example/feed/", url="https://second.example/feed/"),
    boss("/feeds add {blog}/feed/ name:Third", url="{blog}/feed/", name="Third"),
    boss("/feeds check Third", feed="Third"),
    boss("/feeds remove Second Blog", feed="Second Blog"),
    boss("/feeds remove China Bystander", feed="China Bystander"),
    boss("/feeds list"),
    boss("/following"),
    boss("/health"),
)
NO_ADMIN: tuple[Ask | str, ...] = (
    refused("/alerts add Trade", categories="Trade"),
    refused("/alerts remove Trade", categories="Trade"),
    refused("/alerts list"),
    refused("/alerts test"),
    refused("/alerts pause"),
    refused("/alerts resume"),
    refused("/alerts log"),
    refused("/feeds add https://blog.example/", url="https://blog.example/"),
    refused("/feeds remove China Bystander", feed="China Bystander"),
    refused("/feeds list"),
    refused("/feeds check"),
)
SCRIPTS = {"member": MEMBER, "admin": ADMIN, "no-admin": NO_ADMIN}


@dataclass(frozen=True)
class Heard:
    """What came of one line: the answer, None where it cannot be asked, and what is followed then."""

    line: str
    answer: Answer | None
    state: tuple[str, ...]


# --- the bot on one platform ----------------------------------------------------------------------------------


@dataclass
class House:
    """The whole bot behind the commands: real store, desk and outbox; time stands."""

    room: Room
    platform: Platform

    async def furnish(self) -> None:
        """Let there be two blogs with posts that were there before."""
        signs = ("*Chips* & <tariffs>: [signs]_now_ at `50%`", ("China-U.S.", "Q&A, *notes*"), TAGS)
        first = [post_row(number, *post, silent=True) for number, post in enumerate((*POSTS, signs), 1)]
        second = [
            post_row(1, "Bulbs in spring", ("Gardening",), ("Tulips",), site="second.example", silent=True),
            post_row(2, "A note", (), (), site="second.example", silent=True),
        ]
        await self.room.publish(await self.room.watch(BLOG), silent=tuple(first))
        await self.room.publish(await self.room.watch(SECOND), silent=tuple(second))
        desk = FrontDesk(self.room.dispatcher, self.room.store, self.room.clock)
        await self.platform.adapter.start(desk)

    async def play(self, script: tuple[Ask | str, ...], blog: str) -> list[Heard]:
        """Say every line, deliver what comes of it, and note what was heard."""
        heard = []
        for number, each in enumerate(script, 20):
            answer: Answer | None = None
            if isinstance(each, Ask):
                answer = await self.platform.ask(_at(each, blog))
            else:
                feed = (await self.room.store.feeds())[0]
                await self.room.publish(
                    feed, post_row(number, "Trade talks", ("Trade", "Media"), ("TikTok",))
                )
            await self.deliver()
            line = f"{each.who}: {each.line}" if isinstance(each, Ask) else each
            heard.append(Heard(line, answer, await self.state()))
        return heard

    async def deliver(self) -> None:
        """Send all that is due."""
        adapters = {self.platform.adapter.name: self.platform.adapter}
        outbox = Outbox(self.room.store, adapters, self.room.clock, DeliverySettings(), "tester")
        assert await outbox.drain() == 0

    async def state(self) -> tuple[str, ...]:
        """Return who follows what, in the order of the store."""
        return tuple(self._words(each) for each in await self.room.store.subscriptions())

    def _words(self, each: Subscription) -> str:
        names = self.platform.channels if each.channel else self.platform.people
        wanted = [*sorted(each.filter.include), *(f"-{key}" for key in sorted(each.filter.exclude))]
        mention = "with a mention" if each.mention else ""
        paused = "paused" if each.paused else ""
        parts = (names[each.destination.address], *wanted, each.feed, each.cadence, mention, paused)
        return " ".join(filter(None, parts))


def _at(ask: Ask, blog: str) -> Ask:
    """Return a line with the address of the blog that answers."""
    options = {
        name: value.replace("{blog}", blog) if isinstance(value, str) else value
        for name, value in ask.options.items()
    }
    return Ask(ask.line.replace("{blog}", blog), options, ask.who, ask.in_channel, ask.typed_only)


@asynccontextmanager
async def house(name: str, folder: Path) -> AsyncIterator[House]:
    folder.mkdir()
    store = await open_store(f"sqlite:///{folder / 'test.db'}")
    try:
        async with Fetcher(LOOPBACK) as fetcher, Wall() as wall, PLATFORMS[name]() as platform:
            made = House(Room(store, fetcher, wall), platform)
            await made.furnish()
            yield made
    finally:
        await store.aclose()


async def played(name: str, script: tuple[Ask | str, ...], folder: Path, blog: str) -> list[Heard]:
    async with house(name, folder / name) as made:
        return await made.play(script, blog)


# --- the comparison -------------------------------------------------------------------------------------------

MEASURE, *OTHERS = PLATFORMS


def differences(measure: list[Heard], other: list[Heard], name: str) -> str:
    """Return where two differ, line by line, "" for nowhere."""
    found = []
    for here, there in zip(measure, other, strict=True):
        pairs = [("follows", "\n".join(here.state), "\n".join(there.state))]
        if here.answer is not None and there.answer is not None:
            pairs.append(("reads", here.answer.text, there.answer.text))
            pairs.append(("lists", _lines(here.answer), _lines(there.answer)))
        for what, expected, actual in pairs:
            if expected != actual:
                found.append(
                    f"{here.line}\n  {what} on {MEASURE}:\n{expected}\n  {what} on {name}:\n{actual}"
                )
    return "\n\n".join(found)


def _lines(answer: Answer) -> str:
    return "\n".join(map(str, answer.posts))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("name", OTHERS)
async def test_the_same_line_is_answered_alike_everywhere(name: str, script: str, tmp_path: Path) -> None:
    async with FaultyBlog() as blog:
        measure = await played(MEASURE, SCRIPTS[script], tmp_path, blog.url)
        other = await played(name, SCRIPTS[script], tmp_path, blog.url)

    assert not (found := differences(measure, other, name)), found
