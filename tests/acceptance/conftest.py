from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.cli import main
from bot.sample.blog import SampleBlog, load_posts
from tests.acceptance.discord_place import Place
from tests.acceptance.newcomer import Newcomer
from tests.acceptance.process import Ended, Home
from tests.acceptance.running import Bot
from tests.acceptance.serving import Answer, Serve
from tests.acceptance.slack_capture import keep
from tests.acceptance.slack_place import SlackPlace
from tests.databases import Databases, SqliteFile
from tests.fakes.blog import FaultyBlog
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.slack.server import FakeSlack

KNOWN = 8  # posts that the blog has when the bot first sees it


@pytest.fixture
async def blog() -> AsyncIterator[FaultyBlog]:
    """A blog with all its categories in use and room left on the first page of its feed."""
    async with FaultyBlog(SampleBlog(load_posts()[-KNOWN:])) as running:
        yield running


@pytest.fixture(autouse=True)
def cold(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Home, "cold", request.node.get_closest_marker("cold") is not None)


@pytest.fixture
async def home(tmp_path: Path, blog: FaultyBlog, databases: Databases) -> Home:
    return Home.of(tmp_path, blog, await databases.new(tmp_path / "bystander.db"))


@pytest.fixture
def newcomer(tmp_path: Path, blog: FaultyBlog) -> Newcomer:
    """Somebody whose config, once there is one, names the database that `bystander init` writes."""
    return Newcomer(Home.of(tmp_path, blog, SqliteFile(tmp_path / "bystander.db")), blog.feed_url)


@pytest.fixture
async def bot(home: Home, blog: FaultyBlog) -> AsyncIterator[Bot]:
    """A running bot that has stored the silent first poll."""
    async with home.running() as running:
        await running.polls(blog, 2)
        yield running


@pytest.fixture
async def place(home: Home, blog: FaultyBlog) -> AsyncIterator[Place]:
    """A Discord for the bot of `home`; at the end all that was said there must have been lawful."""
    async with FakeDiscord() as discord:
        yield Place(discord, home, blog)


@pytest.fixture
async def slack_place(
    request: pytest.FixtureRequest, home: Home, blog: FaultyBlog
) -> AsyncIterator[SlackPlace]:
    """A Slack for the bot of `home`, in Socket Mode or as the test says; it must see nothing unlawful."""
    async with FakeSlack() as slack:
        yield SlackPlace(slack, home, blog, getattr(request, "param", "socket"))
        keep(slack.calls)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve one answer for every path; return the port."""
    runners: list[web.AppRunner] = []

    async def start(answer: Answer) -> int:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port: int = runner.addresses[0][1]
        return port

    yield start
    for each in runners:
        await each.cleanup()


@pytest.fixture
def lonely(tmp_path: Path) -> Home:
    """A home whose blog nobody is to ask, as nobody is to open its database."""
    return Home(tmp_path, "http://127.0.0.1:9/feed/", "off", SqliteFile(tmp_path / "bystander.db"))


@pytest.fixture
def refused(lonely: Home, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., str]]:
    """Return a function that makes a call in this process, which must refuse it before it does anything."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def call(*arguments: str) -> str:
        lonely.write_config()
        before = sorted(lonely.folder.iterdir())
        with contextlib.chdir(lonely.folder):
            ended = Ended(main(arguments), *capsys.readouterr())

        assert (ended.code, ended.out) == (2, ""), ended
        assert sorted(lonely.folder.iterdir()) == before
        return ended.err

    yield call
    root.handlers[:] = handlers
    root.setLevel(level)
