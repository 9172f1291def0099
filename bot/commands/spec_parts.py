"""What several entries of the table of commands have in common."""

from __future__ import annotations

from bot.commands import export, paging
from bot.commands.declaration import Command, Handler
from bot.model import Cadence, CommandSpec, Completes, ParameterSpec


def command(
    path: str,
    help_: str,
    handler: Handler,
    parameters: tuple[ParameterSpec, ...] = (),
    *,
    admin: bool = False,
    changes: bool = False,
    example: str,
) -> Command:
    """Return an entry of the table."""
    return Command(CommandSpec(path, help_, parameters, admin, changes, example), handler)


CATEGORIES = ParameterSpec(
    "categories",
    'Names with commas between; -Name leaves out, #Name: tag, text:word, author:"Name", all: every post',
    "categories",
    required=True,
    completes=Completes.CATEGORIES,
)
FEED = ParameterSpec("feed", "Only of this feed", "feed", completes=Completes.FEEDS)
CHANNEL = ParameterSpec("channel", "Another channel than this one", "channel")
NEW = ParameterSpec(
    "new",
    "yes: also names that are not known yet, to wait for their first post",
    "choice",
    choices=("yes",),
    completes=Completes.CHOICES,
)
WHEN = ParameterSpec(
    "when",
    "How soon they come: now, or as a daily or weekly digest",
    "choice",
    choices=tuple(cadence.value for cadence in Cadence),
    completes=Completes.CHOICES,
)

PAGE = ParameterSpec("page", "Which page, from 1 on", "number", minimum=1, maximum=paging.MOST)
SETTINGS = (
    ParameterSpec(
        "timezone",
        "A zone or a city, as in Asia/Shanghai; default: that of the bot",
        "text",
        completes=Completes.ZONES,
    ),
    ParameterSpec("quiet", "When nothing is sent, as in 22:00-07:00; off ends it", "time"),
    ParameterSpec("digest", "The time of day of digests, as in 08:00 or 8am", "time"),
    ParameterSpec("weekly", "The day of the weekly digest", "text", completes=Completes.WEEKDAYS),
)
FORMAT = ParameterSpec(
    "format",
    "toml: all of it; opml: the feeds, for feed readers",
    "choice",
    choices=export.FORMATS,
    completes=Completes.CHOICES,
)
