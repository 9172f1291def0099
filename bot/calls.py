"""The table of all calls of the command line."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import adapters
from bot.config.load import Config

CONFIG = "config.toml"

Call = Callable[[argparse.Namespace, Config], Coroutine[None, None, int]]


@dataclass(frozen=True, slots=True)
class Option:
    """An argument of a call: names and keywords of argparse's `add_argument`."""

    names: tuple[str, ...]
    settings: dict[str, Any]


def _option(*names: str, **settings: Any) -> Option:
    return Option(names, settings)


@dataclass(frozen=True, slots=True)
class ShellCall:
    """One call: its help, an example, its function (or "module:function", imported on use), its options."""

    name: str
    help: str
    example: str
    function: str | Call
    options: tuple[Option, ...] = ()
    config: bool = True  # whether it reads the config file
    defaults: bool = False  # whether it runs with the defaults when there is no ./config.toml
    log_level: int = logging.WARNING  # without --verbose


_RESERVED = ("config", "help", "verbose", "yes", "feed", "admin", "timezone", "contact", "offline", "set")


def _chats() -> tuple[Option, ...]:
    """Return an option for each platform, such as --console, those apart that have another meaning."""
    return tuple(
        _option(f"--{name}", dest="chats", action="append_const", const=name, help=f"talk on {name}")
        for name in adapters.names()
        if name not in _RESERVED
    )


CALLS = (
    ShellCall(
        "init",
        "ask what the bot needs, and write its config and its environment file",
        "bystander init",
        "bot.shell.init.call:init",
        (
            _option(
                "-c", "--config", metavar="FILE", default=CONFIG, help=f"what to write; default: ./{CONFIG}"
            ),
            _option("--yes", action="store_true", help="ask nothing: all answers are options"),
            *_chats(),
            _option("--feed", metavar="URL", help="the blog, or its feed"),
            _option(
                "--admin",
                metavar="ID",
                action="append",
                default=[],
                help="PLATFORM:ID where it talks on several",
            ),
            _option("--timezone", metavar="ZONE", help="such as Europe/Berlin; default: this machine's"),
            _option("--contact", metavar="ADDRESS", help="your e-mail or web address, told to the blog"),
            _option("--offline", action="store_true", help="ask neither the blog nor the chats"),
            _option("--set", metavar="KEY=VALUE", action="append", default=[], help="one more key, as TOML"),
        ),
        config=False,
    ),
    ShellCall(
        "demo",
        "watch a sample blog on this machine and talk to the bot here",
        "bystander demo",
        "bot.shell.demo:demo",
        (_option("--once", action="store_true", help="follow, publish one post, print the alert, end"),),
        config=False,
    ),
    ShellCall(
        "run", "run the bot", "bystander run -c config.toml", "bot.shell.run:run", log_level=logging.INFO
    ),
    ShellCall(
        "once",
        "poll every feed now, deliver all that is due, end",
        "bystander once",
        "bot.shell.run:once",
        log_level=logging.INFO,
    ),
    ShellCall(
        "check",
        "look at config, database, feeds, tokens and permissions; say what to mend",
        "bystander check -c config.toml",
        "bot.shell.check:check",
        (
            _option("--sync", action="store_true", help="register the chat commands where they differ"),
            _option("--json", action="store_true", help="print JSON"),
        ),
    ),
    ShellCall(
        "healthy",
        "ask the running bot whether it is well; exit code 0 or 1, for containers",
        "bystander healthy",
        "bot.shell.healthy:healthy",
    ),
    ShellCall(
        "preview",
        "show how the newest posts would look, and on what evidence they are filed",
        "bystander preview https://blog.example/feed/ --json",
        "bot.shell.preview:preview",
        (
            _option(
                "url", nargs="?", metavar="URL", help="a feed or a blog; default: the feeds of the config"
            ),
            _option("--json", action="store_true", help="print JSON, with all that each platform would get"),
            _option(
                "--html",
                metavar="FILE",
                help="draw posts and answers as people see them on each platform, for a browser",
            ),
            _option("--posts", type=int, default=3, metavar="N", help="how many posts a feed (default 3)"),
        ),
    ),
    ShellCall(
        "command",
        "run one chat command",
        'bystander command --as console:alice "/follow China-U.S."',
        "bot.shell.chat:command",
        (
            _option("--as", dest="caller", required=True, metavar="console:NAME", help="who types it"),
            _option("--admin", action="store_true", help="with an admin's rights"),
            _option("line", metavar="COMMAND", help="the command as typed in chat"),
        ),
    ),
    ShellCall(
        "backfill",
        "read older posts into the archive, silently",
        "bystander backfill --pages 5",
        "bot.shell.backfill:backfill",
        (_option("--pages", type=int, default=10, metavar="N", help="pages a feed at most (default 10)"),),
    ),
    ShellCall(
        "export",
        "print all feeds and subscriptions as TOML",
        "bystander export > subscriptions.toml",
        "bot.shell.transfer:export",
        (_option("--opml", action="store_true", help="print the feeds as OPML instead"),),
    ),
    ShellCall(
        "import",
        "add what a file says: an export, or a list of feeds from another program",
        "bystander import subscriptions.toml",
        "bot.shell.transfer:import_file",
        (
            _option("file", metavar="FILE", help="the file; - for standard input"),
            _option(
                "--from", dest="source", metavar="KIND", help="what made the file; default: its contents say"
            ),
            _option("--opml", action="store_true", help="the same as --from opml"),
            _option(
                "--channel", metavar="ADDRESS", help="the channel that gets what has no place in the file"
            ),
            _option("--person", metavar="ADDRESS", help="the person who gets it instead"),
            _option("--folders", action="store_true", help="OPML: folders are names of categories to follow"),
            _option("--dry-run", action="store_true", help="print the plan, and change nothing"),
            _option("--skip", action="store_true", help="leave out what cannot be taken over"),
        ),
    ),
    ShellCall(
        "forget",
        "delete all that is stored about a person, as /forget me does in chat",
        "bystander forget console:alice --yes",
        "bot.shell.forget:forget",
        (
            _option("address", metavar="ADDRESS", help="the person's address, as `bystander export` has it"),
            _option("--yes", action="store_true", help="delete; without it, tell what they follow"),
        ),
    ),
    ShellCall(
        "backup",
        "write a copy of the database while it is in use",
        "bystander backup copy.db",
        "bot.shell.database:backup",
        (_option("file", metavar="FILE", help="a file that does not exist yet"),),
    ),
    ShellCall(
        "move",
        "take everything over into another, empty database",
        "bystander move sqlite:///bystander.db postgresql://db.example/bystander",
        "bot.shell.move:move",
        (
            _option("source", metavar="FROM", help="as `database` in the config; or a path, or: configured"),
            _option("target", metavar="TO", nargs="?", help="the same, of a database that is new or empty"),
            _option("--unmark", action="store_true", help="let FROM be used again, which was moved before"),
        ),
    ),
    ShellCall(
        "migrate", "bring the database's schema up to date", "bystander migrate", "bot.shell.database:migrate"
    ),
)
