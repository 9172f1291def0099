"""The scenes in which the examples of docs/commands.md are typed, for answers that are the program's own."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.commands.dispatch import Dispatcher
from bot.model import Caller, Feed, FeedState
from bot.ports import Inspection, PartState, Sent
from tests.commands.room import BLOG, SECOND, Room, post_row

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
ME, ROOT, HERE = "chat:ann", "chat:root", "chat:here"
_EXAMPLE = re.compile(r"^    (/.*)\n((?:    .*\n)+)", re.MULTILINE)


class Blog:
    """A blog as it is looked at; the examples reach no network."""

    async def inspect(self, url: str) -> Inspection:
        return Inspection(url, SECOND.name, 10, "Seed prices", ("Gardening", "Trade"))

    async def check(self, url: str) -> Inspection:
        return Inspection(url, BLOG.name, 8, "Tariffs stay in place", ("Trade",))


class Chats:
    """Two chats that are connected."""

    def parts(self) -> list[PartState]:
        return [PartState("discord", chat=True), PartState("slack", chat=True)]


@dataclass
class Scene:
    """The bot with its blog, somebody who types, and an admin."""

    room: Room
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(self.room.store, Blog(), self.room.clock, runtime=Chats())

    async def type(self, line: str, *, admin: bool = False) -> str:
        """Return the answer to a line, of an admin in a channel or of somebody by direct message."""
        who, where = (ROOT, HERE) if admin or _is_for_admins(line) else (ME, ME)
        caller = Caller(who, where, admin=who == ROOT)
        return (await self.dispatcher.run(caller, line)).text

    async def feed(self) -> Feed:
        return next(each for each in await self.room.store.feeds() if each.settings.name == BLOG.name)

    async def post(self, *categories: str, number: int = 1) -> None:
        """Publish some news."""
        titles = ("New tariffs", "Harvest figures", "A port reopens")
        rows = [post_row(38 + index, titles[index], categories) for index in range(number)]
        await self.room.publish(await self.feed(), *rows)

    async def deliver(self) -> None:
        """Deliver all that is due."""
        store, now = self.room.store, self.room.clock.now()
        while claims := await store.claim(
            "docs", now, lease=60, limit=10, platforms=["chat"], catch_up_after=5
        ):
            await store.settle([Sent(each, "1", now) for each in claims])

    def later(self, **time: int) -> None:
        self.room.clock.time += timedelta(**time)


def _is_for_admins(line: str) -> bool:
    return line.startswith(("/alerts", "/feeds"))


Prepare = Callable[[Scene], Awaitable[object]]


def _typed(*lines: str) -> Prepare:
    """Return a preparation in which lines were typed before."""

    async def prepare(scene: Scene) -> None:
        for line in lines:
            await scene.type(line)

    return prepare


async def _held(scene: Scene) -> None:
    await scene.type("/follow China-U.S. when:daily")
    await scene.post("China-U.S.", number=2)


async def _digest(scene: Scene) -> None:
    await _held(scene)
    scene.later(hours=9)
    await scene.deliver()


async def _sent(scene: Scene) -> None:
    await scene.type("/follow Trade")
    await scene.post("Trade")
    scene.later(minutes=2)
    await scene.deliver()


async def _copied(scene: Scene) -> None:
    """Let a second blog print the story of the first again."""
    second = await scene.room.watch(SECOND, by=ROOT)
    await scene.type("/follow Trade")
    for feed, site in ((await scene.feed(), "blog.example"), (second, "second.example")):
        copy = post_row(38, "The old ferry pier is closed", ("Trade",), site=site)
        await scene.room.publish(feed, replace(copy, story=("x:pier",)))
        scene.later(minutes=2)
        await scene.deliver()


async def _known_to_the_bot(scene: Scene) -> None:
    await scene.type("/follow Media")
    await _sent(scene)


async def _failing(scene: Scene) -> None:
    second = await scene.room.watch(SECOND, by=ROOT)
    now = scene.room.clock.now()
    begun = FeedState(baseline_at=now - timedelta(days=90), last_success_at=now)
    failing = begun._replace(
        last_success_at=now - timedelta(hours=4),
        failures=3,
        failing_since=now - timedelta(hours=3),
        last_error="The server answers 500.",
    )
    await scene.room.report(await scene.feed(), begun)
    await scene.room.report(second, failing)


async def _listed(scene: Scene) -> None:
    await _typed("/alerts add Trade", "/alerts add Media channel:news", "/alerts pause news")(scene)


async def _paused(scene: Scene) -> None:
    await _typed("/alerts add Trade", "/alerts pause")(scene)
    await scene.post("Trade", number=3)


async def _logged(scene: Scene) -> None:
    await scene.type("/alerts add Trade mention:@here")
    await scene.post("Trade")
    scene.later(minutes=2)
    await scene.deliver()
    await scene.type("/alerts add Media when:daily")
    rows = [post_row(37, "Studio sold again", ("Media",))]
    await scene.room.publish(await scene.feed(), *rows)
    scene.later(minutes=10)
    await scene.type("/alerts pause")


async def _two_feeds(scene: Scene) -> None:
    await scene.room.watch(replace(SECOND, name="Third Blog", url="https://third.example/feed/"), by=ROOT)
    await scene.type("/feeds remove Third Blog")
    await scene.type("/feeds add https://second.example/feed/ name:Second Blog")


# What happened before each example; what is missing here is typed to a bot that knows the blog and nobody.
PREPARED: dict[str, Prepare] = {
    "/unfollow Trade": _typed("/follow China-U.S., Trade"),
    "/following": _held,
    "/settings shanghai quiet:10pm-7am": _typed("/follow Trade when:daily"),
    "/digest": _digest,
    "/why new tariffs": _sent,
    "/why second.example/2022/38/a-post/": _copied,
    "/health": _failing,
    "/export": _typed("/follow Trade", "/follow Media when:daily"),
    "/forget me": _typed("/follow Trade, -Taiwan"),
    "/forget me yes": _known_to_the_bot,
    "/alerts remove Trade": _typed("/alerts add Trade"),
    "/alerts list": _listed,
    "/alerts pause": _typed("/alerts add Trade"),
    "/alerts resume": _paused,
    "/alerts log": _logged,
    "/alerts export": _typed("/alerts add Trade"),
    "/alerts settings quiet:22-7": _typed("/alerts add Trade"),
    "/alerts style compact": _typed("/alerts add Trade"),
    "/feeds remove Second Blog": _typed("/feeds add https://second.example/feed/ name:Second Blog"),
    "/feeds list": _two_feeds,
}


def examples(page: str) -> list[str]:
    """Return the lines that are typed in the examples of a page."""
    return [match[1] for match in _EXAMPLE.finditer(page)]


def with_answers(page: str, answers: dict[str, str]) -> str:
    """Return a page with the answers to its examples in place of those that stand there."""

    def block(match: re.Match[str]) -> str:
        lines = answers[match[1]].split("\n")
        return f"    {match[1]}\n" + "".join(f"    {line}".rstrip() + "\n" for line in lines)

    return _EXAMPLE.sub(block, page)
