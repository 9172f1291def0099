"""`bystander init`: from nothing to a config with which the bot can run."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.commands.wording import quoted
from bot.commands.zones import zone_of
from bot.config.env_file import env_text
from bot.config.load import Config
from bot.errors import UsageError
from bot.logs.setup import set_up_logging
from bot.shell.check import check
from bot.shell.init.asker import Asker
from bot.shell.init.blog import ask_blog
from bot.shell.init.chats import ask_admins, ask_chats, ask_secrets, config_of, follow_up
from bot.shell.init.chosen import Chosen, further_keys
from bot.shell.init.files import refuse_taken, write_new
from bot.shell.init.read import machine_zone
from bot.usage import ENV_FILE

_DEFAULT = "config.toml"
_INTERRUPTED = 130
_CONTACT = "Your e-mail or web address, so that the blog's owner sees who asks (nothing: not told)"


async def init(options: argparse.Namespace, _: Config) -> int:
    """Ask, write config and environment file, and check them; return what `check` returns."""
    if not options.yes and not sys.stdin.isatty():
        raise UsageError(
            "bystander init asks on a terminal, and there is none here. Give the answers as options: "
            "bystander init --yes --feed URL --console"
        )
    config = Path(options.config)
    refuse_taken(config)
    try:
        with _one_interrupt():
            chosen = await _choose(options, Asker(questions=not options.yes))
            _write(config, chosen)
    except (KeyboardInterrupt, EOFError, asyncio.CancelledError):
        print("\nNothing was written.")
        return _INTERRUPTED
    return await _checked(options, chosen)


@contextmanager
def _one_interrupt() -> Iterator[None]:
    """Let Ctrl-C end a question at once; asyncio alone would wait for the answer first."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def _choose(options: argparse.Namespace, asker: Asker) -> Chosen:
    """Return all that was chosen, by option or by answer."""
    chosen = Chosen(further=further_keys(options.set), zone=_zone(options.timezone))
    config_of(chosen)  # a mistake in --set is told before anything is asked
    if asker.questions:
        asker.say(
            "A few questions, then the bot can run. Ctrl-C ends this; nothing is written before the end.\n"
        )
    chosen = replace(chosen, chats=ask_chats(asker, options.chats))
    for plugin in chosen.chats:
        chosen = await _join(asker, chosen, plugin, options)
    chosen = replace(chosen, admins=ask_admins(asker, chosen.chats, options.admin))
    if asker.questions and options.timezone is None:
        zone = asker.text("Time zone in which answers show times", zone_of, chosen.zone)
        chosen = replace(chosen, zone=zone)
    blog = await ask_blog(asker, options.feed, config_of(chosen), offline=options.offline)
    chosen = replace(chosen, blog=blog, contact=_contact(asker, options.contact))
    config_of(chosen)
    return chosen


async def _join(asker: Asker, chosen: Chosen, plugin: Any, options: argparse.Namespace) -> Chosen:
    """Add what one platform needs."""
    chosen = await ask_secrets(asker, chosen, plugin)
    if chosen.secrets:
        refuse_taken(Path(options.config).with_name(ENV_FILE))
    config = config_of(chosen)
    level = logging.DEBUG if options.verbose else logging.WARNING
    set_up_logging(options.log_format, config.secrets, level)
    if not options.offline:
        await follow_up(asker, config, plugin)
    return chosen


def _zone(given: str | None) -> str:
    if given is None:
        return machine_zone()
    try:
        return zone_of(given)
    except ValueError as error:
        raise UsageError(f"--timezone: {quoted(given, 40)} {error}") from None


def _contact(asker: Asker, given: str | None) -> str:
    if given is None and asker.questions:
        return asker.text(_CONTACT, str)
    return given or ""


def _write(config: Path, chosen: Chosen) -> None:
    """Write the environment file, if there is anything for it, and the config."""
    texts = {config: chosen.text()}
    if chosen.secrets:
        texts = {config.with_name(ENV_FILE): env_text(chosen.secrets)} | texts
    write_new(texts)
    print(f"\nWritten, for your eyes alone: {', '.join(map(str, texts))}\n", flush=True)


async def _checked(options: argparse.Namespace, chosen: Chosen) -> int:
    """Check what was written, unless nobody is to be asked, and say what to do next."""
    code = 0
    if not options.offline:
        options.sync, options.json, options.env_file = False, False, None
        code = await check(options, config_of(chosen))
    config = Path(options.config)
    named = [] if options.config == _DEFAULT else ["-c", options.config]
    secrets = ["--env-file", str(config.with_name(ENV_FILE))] if chosen.secrets else []
    print(f"\nNext: {shlex.join(['bystander', 'run', *named, *secrets])}")
    print("Once it runs, type /follow and a category where it talks; /help has all commands.")
    return code
