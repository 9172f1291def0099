"""The bot in containers, by the commands of docs/operate.md as they stand, on a Discord of the tests.

`.ci/image` makes what an image begins with, and calls this with podman in the place of Docker. Elsewhere
it is skipped.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import socket
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomli_w
import yaml

from tests.acceptance.discord_place import Place
from tests.acceptance.process import ROOT, Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.terminal import terminal
from tests.acceptance.test_docs_walk import copy_project
from tests.databases import SqliteFile
from tests.fakes.blog import FaultyBlog
from tests.fakes.discord.server import FakeDiscord

COMPOSE = os.environ.get("BYSTANDER_COMPOSE", "")  # a podman-compose
MANUAL = (ROOT / "docs" / "operate.md").read_text("utf-8").partition("### As a container: Docker")[2]
PATIENCE = 300.0  # seconds for one command
ALERT = 60.0  # seconds until a post has come
# Docker's words become podman's, which does not see by itself that an image is new. The containers use this
# machine's network, where blog and Discord are, and their health is asked for by hand: podman needs systemd
# to do that.
PREAMBLE = f"""
shopt -s expand_aliases
docker() {{
  shift 3
  [ "$1" != up ] || set -- "$@" --force-recreate
  {shlex.quote(COMPOSE)} -f packaging/compose.yaml -f here.yaml "$@"
}}
"""
HERE = {"services": {"bystander": {"network_mode": "host", "healthcheck": {"disable": True}}}}

pytestmark = [
    pytest.mark.skipif(not COMPOSE, reason="BYSTANDER_COMPOSE names no podman-compose; .ci/image sets it"),
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]


def block() -> list[str]:
    """Return the commands with which the manual begins: an alias, build, init, up."""
    found = re.search(r"```sh\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None
    return found[1].splitlines()


def row(name: str) -> list[str]:
    """Return the commands of a line of the manual's table, without those for git."""
    found = re.search(rf"^\| {name} \| (.*) \|$", MANUAL, re.MULTILINE)
    assert found is not None, name
    return [each for each in re.findall(r"`([^`]+)`", found[1]) if re.match(r"\(?(dc|umask)\b", each)]


@dataclass
class Docks:
    """Somebody with a clone of the project and containers."""

    folder: Path
    port: int

    async def do(self, *commands: str) -> str:
        """Carry out commands; return what they printed to stdout."""
        return "".join([await self._do(command) for command in commands])

    async def _do(self, command: str) -> str:
        process = await self.spawn(
            command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=-1
        )
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode == 0, f"$ {command}\n{out.decode()}\n{err.decode()}"
        return out.decode()

    async def spawn(
        self, command: str, env: dict[str, str] | None = None, **streams: Any
    ) -> asyncio.subprocess.Process:
        alias, *_ = block()
        text = f"{PREAMBLE}\n{alias}\n{command}".replace("8080", str(self.port))
        return await asyncio.create_subprocess_exec(
            *("bash", "-c", text), cwd=self.folder, env=os.environ | (env or {}), **streams
        )

    async def inspect(self) -> dict[str, Any]:
        """Return what podman says of the container of the bot."""
        (number,) = (await self.do("dc ps --quiet")).split()
        (told,) = json.loads(await self.do(f"podman inspect {number}"))
        assert isinstance(told, dict)
        return told

    async def log(self) -> str:
        return await self.do(f"podman logs {(await self.inspect())['Id']} 2>&1")

    async def logged(self, words: str) -> None:
        """Wait until the log of the bot has some words."""
        async with asyncio.timeout(ALERT):
            while words not in await self.log():  # a call of podman, which takes its time
                pass


@pytest.fixture
async def docks(tmp_path: Path) -> AsyncIterator[Docks]:
    copy_project(tmp_path)
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(HERE), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        docks = Docks(tmp_path, probe.getsockname()[1])
    yield docks
    await docks.do("dc down --volumes")


@pytest.fixture
async def place(tmp_path: Path, blog: FaultyBlog) -> AsyncIterator[Place]:
    async with FakeDiscord() as discord:
        yield Place(discord, Home.of(tmp_path, blog, SqliteFile(tmp_path / "unused.db")), blog)


async def init(docks: Docks, place: Place, command: str) -> None:
    """Answer the questions of `init` in a container, which has the token as a variable."""
    discord = place.discord
    command = command.replace("run --rm", f"run --rm -e DISCORD_TOKEN={shlex.quote(discord.token)}")
    for key, value in (
        ("fetch.allow_networks", ["127.0.0.0/8"]),
        ("discord.api_base", discord.api_base),
        ("discord.gateway", discord.gateway),
    ):
        command += f" --set {shlex.quote(f'{key}={json.dumps(value)}')}"
    async with terminal(docks.spawn, command) as shown:
        await shown.answer(("One or several names", "discord"))
        await shown.answer(
            ("Your id on Discord", str(place.boss.id)),
            ("Time zone", "UTC"),
            ("The blog's address", place.blog.feed_url),
            ("Watch this feed?", ""),
            ("What to call it in chat", "Blog"),
            ("Your e-mail", ""),
        )
        await shown.until("All well.")
        assert await shown.ended() == 0, shown.screen


@dataclass
class Reader:
    """Alice, who follows Trade on the Discord of the tests."""

    place: Place
    got: int = 0

    async def follow(self) -> None:
        answer = await self.place.say(self.place.alice, self.place.news, "follow", categories="Trade")
        assert answer.startswith("You now get: Trade"), answer

    async def get_one_alert(self, docks: Docks) -> None:
        """See a new post come, once, and no older one again."""
        mailbox = self.place.discord.dm_of(self.place.alice)
        self.got += 1
        title = f"Post {self.got}"
        publish(self.place.blog, draft(self.got, title, "Trade"))
        titles = self.place.titles
        try:
            await self.place.discord.wait_until(lambda: title in titles(mailbox), patience=ALERT)
        except TimeoutError as error:
            raise AssertionError(await docks.log()) from error
        assert titles(mailbox) == [f"Post {number}" for number in range(1, self.got + 1)]


def edit(file: Path) -> None:
    """Change a config: a small limit, and polls so often that nobody waits for minutes."""
    config = tomllib.loads(file.read_text("utf-8"))
    config["feeds"][0]["every"] = "0.5s"
    config["limits"] = {"feeds_per_server": config.get("limits", {}).get("feeds_per_server", 6) + 1}
    file.write_text(tomli_w.dumps(config), "utf-8")


def renumber(folder: Path, version: str) -> None:
    """Make a clone that of another version, as `git pull` does."""
    file = folder / "bot" / "__init__.py"
    text = re.sub(r'(__version__ = )"[^"]*"', rf'\1"{version}"', file.read_text("utf-8"))
    file.write_text(text, "utf-8")


async def test_the_manual_for_containers_holds_from_the_build_to_the_removal(
    docks: Docks, place: Place
) -> None:
    discord, alice = place.discord, Reader(place)
    _, build, begin, up = block()
    take, put, reload, _ = row("change the config")
    await docks.do(build)
    await init(docks, place, begin)
    await docks.do(take)
    edit(docks.folder / "config.toml")
    await docks.do(put, up)
    await discord.wait_for_sessions()
    assert "All well." in await docks.do("dc run --rm bystander check --env-file bystander.env")

    await docks.do(take)
    edit(docks.folder / "config.toml")
    await docks.do(put, reload)
    await docks.logged("Changed: limits.feeds_per_server.")
    await alice.follow()
    await alice.get_one_alert(docks)
    assert "is well" in await docks.do("dc exec -T bystander bystander healthy")

    await docks.do(*row("back up"))
    renumber(docks.folder, "0.2.99")
    await docks.do(*row("upgrade"))
    assert "0.2.99" in await docks.do("dc exec -T bystander bystander --version")
    await alice.get_one_alert(docks)

    await docks.do(*row("restore"))
    await discord.wait_for_sessions()
    await alice.get_one_alert(docks)

    there, here, *rest = row("move")
    await docks.do(there, here, "dc down --volumes", *rest)
    await alice.get_one_alert(docks)

    await docks.do("dc stop")
    state = (await docks.inspect())["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0), await docks.log()
    await docks.do(*row("remove"))
    assert await docks.do("dc ps --quiet") == ""
