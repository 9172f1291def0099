"""The path of a newcomer on Discord, from a clone to the first alert: the seconds of each step.

Each command is one of docs/quickstart.md or docs/discord.md. Blog and Discord are on this machine; packages
come from where pip takes them. What a person needs for reading, typing and clicking is not in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomli_w

from bench.process import ROOT
from bench.report import heading, line
from tests.acceptance.publishing import draft, publish
from tests.fakes.blog import FaultyBlog
from tests.fakes.discord.server import FakeDiscord

FILES = ("--env-file", "bystander.env")
PATIENCE = 300.0  # seconds for the first alert
_OURS = ("DISCORD_", "SLACK_", "BYSTANDER_", "VIRTUAL_ENV", "MAKE")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print how long a step takes."""
    began = time.perf_counter()
    yield
    line(name, time.perf_counter() - began, "s")


async def call(folder: Path, *command: str, **more: str) -> None:
    """Run a command to its end; it must end well."""
    env = {name: text for name, text in os.environ.items() if not name.startswith(_OURS)} | more
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    if process.returncode:
        raise SystemExit(f"{command}\n{out.decode()}\n{err.decode()}")


async def first_alert(clone: Path, discord: FakeDiscord, blog: FaultyBlog) -> None:
    """Run the bot, follow a category, and wait for the alert of a new post."""
    alice = discord.add_guild("readers").add_member(discord.add_user("alice"))
    channel = discord.dm_of(alice)
    bot = await asyncio.create_subprocess_exec(
        *(".venv/bin/bystander", "run", *FILES), cwd=clone, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await discord.wait_for_sessions()
        asked = await discord.interact(alice, channel, "follow", categories="all")
        await asked.answer()
        publish(blog, draft(1, "The First Alert", "Trade"))
        await discord.wait_until(
            lambda: any(message.embeds for message in discord.messages(channel)), patience=PATIENCE
        )
    finally:
        bot.terminate()
        await bot.wait()


async def main() -> None:
    """Take every step once."""
    heading("a newcomer's path, from a clone to the first alert on Discord")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        async with FaultyBlog() as blog, FakeDiscord() as discord:
            loopback = 'fetch.allow_networks=["127.0.0.0/8"]'
            places = (f"discord.{key}={json.dumps(getattr(discord, key))}" for key in ("api_base", "gateway"))
            sets = [word for each in (loopback, *places) for word in ("--set", each)]
            with step("git clone"):
                await call(Path(folder), "git", "clone", "--quiet", str(ROOT), str(clone))
            with step("make install"):
                await call(clone, "make", "install")
            with step("make demo ARGS=--once"):
                await call(clone, "make", "demo", "ARGS=--once")
            with step("bystander init"):
                await call(
                    clone,
                    *(".venv/bin/bystander", "init", "--yes", "--discord", "--feed", blog.feed_url, *sets),
                    DISCORD_TOKEN=discord.token,
                )
            config = tomllib.loads((clone / "config.toml").read_text("utf-8"))
            config["feeds"][0]["every"] = "1s"  # a blog's own interval is no work of the newcomer's
            (clone / "config.toml").write_text(tomli_w.dumps(config), "utf-8")
            with step("bystander check"):
                await call(clone, ".venv/bin/bystander", "check", *FILES)
            with step("bystander run, until the first alert"):
                await first_alert(clone, discord, blog)
    line("all of it", time.perf_counter() - began, "s")


if __name__ == "__main__":
    asyncio.run(main())
