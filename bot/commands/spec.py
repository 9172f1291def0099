"""The table of all chat commands: declared once, the same on every platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import archive, explain, export, feeds, follow, forget, health, settings, snooze
from bot.commands import help as manual
from bot.commands.declaration import Command
from bot.commands.spec_alerts import ALERTS
from bot.commands.spec_parts import CATEGORIES, FEED, FORMAT, NEW, PAGE, SETTINGS, WHEN, command
from bot.model import CommandSpec, Completes, ParameterSpec


def _admin_group(name: str, help_: str, members: Sequence[Command], *, example: str) -> Command:
    subcommands = tuple(each.spec for each in members)
    return Command(
        CommandSpec(name, help_, admin=True, example=example, subcommands=subcommands), manual.group
    )


_FEEDS = (
    command(
        "feeds add",
        "Watch a blog: give its feed, or a page that names its feed",
        feeds.add,
        (
            ParameterSpec("url", "The address of the feed or of the blog", "url", required=True),
            ParameterSpec("name", "What to call it; else its own title", "text"),
        ),
        admin=True,
        changes=True,
        example="/feeds add https://blog.example/feed/ name:Example",
    ),
    command(
        "feeds remove",
        "Stop watching a feed that was added here",
        feeds.remove,
        (ParameterSpec("feed", "Its name", "feed", required=True, completes=Completes.FEEDS),),
        admin=True,
        changes=True,
        example="/feeds remove Example",
    ),
    command(
        "feeds list",
        "The feeds that are watched",
        feeds.list_feeds,
        admin=True,
        example="/feeds list",
    ),
    command(
        "feeds check",
        "Look at a feed now",
        feeds.check,
        (
            ParameterSpec(
                "feed", "Its name; not needed when there are few", "feed", completes=Completes.FEEDS
            ),
        ),
        admin=True,
        example="/feeds check Example",
    ),
)

_EVERYDAY = (
    command(
        "follow",
        "Get new posts of some categories",
        follow.follow,
        (CATEGORIES, WHEN, FEED, NEW),
        changes=True,
        example="/follow China-U.S., #TikTok, -Taiwan",
    ),
    command(
        "unfollow",
        "Stop getting some categories, or all",
        follow.unfollow,
        (
            ParameterSpec(
                "categories",
                "What to take off; -Name no longer leaves it out, all takes everything off",
                "categories",
                required=True,
                completes=Completes.FOLLOWED,
            ),
            FEED,
        ),
        changes=True,
        example="/unfollow Trade",
    ),
    command(
        "following",
        "What you get now",
        follow.following,
        (replace(FORMAT, name="export", help="As a file: toml, or opml for feed readers"),),
        example="/following",
    ),
    command(
        "settings",
        "When posts come to you: time zone, quiet hours, digests",
        settings.settings,
        SETTINGS,
        changes=True,
        example="/settings Asia/Shanghai quiet:22:00-07:00",
    ),
    command(
        "snooze",
        "Hold what comes to you for some time",
        snooze.snooze,
        (ParameterSpec("duration", "How long, as in 3d, 2h or until monday; off ends it", "time"),),
        changes=True,
        example="/snooze 3d",
    ),
    command(
        "categories",
        "The categories there are, or the tags",
        archive.categories,
        (
            ParameterSpec(
                "show",
                "Categories or tags",
                "choice",
                choices=("categories", "tags"),
                completes=Completes.CHOICES,
            ),
            FEED,
        ),
        example="/categories tags",
    ),
    command(
        "latest",
        "The newest posts",
        archive.latest,
        (
            ParameterSpec(
                "category", "Only of this category or #tag", "category", completes=Completes.CATEGORIES
            ),
            ParameterSpec("count", "How many, 1 to 10", "number", minimum=1, maximum=10),
            ParameterSpec("since", "Since when, as in yesterday, monday, 3d or 2026-11-01", "time"),
            PAGE,
        ),
        example="/latest Trade 3",
    ),
    command(
        "digest",
        "The posts of a digest, or of another message with several",
        archive.digest,
        (
            ParameterSpec(
                "number",
                "The number of the message; else the newest",
                "number",
                minimum=1,
                maximum=999_999_999,
            ),
            PAGE,
        ),
        example="/digest",
    ),
    command(
        "find",
        "Search the posts",
        archive.find,
        (ParameterSpec("words", "Words the post must have", "words", required=True),),
        example="/find export controls",
    ),
    command(
        "why",
        "Why a post came, or did not come",
        explain.why,
        (ParameterSpec("link", "The post's link or words of its title; else the newest post", "link"),),
        example="/why https://blog.example/2022/11/26/a-post/",
    ),
    command("health", "Whether the blog is quiet or the bot is blind", health.health, example="/health"),
    command(
        "export",
        "What you follow and your settings, as a file",
        export.export,
        (FORMAT,),
        example="/export",
    ),
    command(
        "forget",
        "Delete all that is stored about you",
        forget.forget,
        (
            ParameterSpec(
                "who", "me: you", "choice", required=True, choices=(forget.ME,), completes=Completes.CHOICES
            ),
            ParameterSpec(
                "confirm",
                "yes: delete it; without it you are told what that would be",
                "choice",
                choices=(forget.YES,),
                completes=Completes.CHOICES,
            ),
        ),
        changes=True,
        example="/forget me",
    ),
    command(
        "help",
        "What I can do",
        manual.help_,
        (ParameterSpec("command", "The command to explain", "text", completes=Completes.COMMANDS),),
        example="/help follow",
    ),
)
_GROUPS = (
    _admin_group("alerts", "What goes to a channel; for admins", ALERTS, example="/alerts add Trade"),
    _admin_group("feeds", "Which blogs are watched; for admins", _FEEDS, example="/feeds list"),
)

# All commands and groups by their path.
TABLE = {each.spec.path: each for each in (*_EVERYDAY, *_GROUPS, *ALERTS, *_FEEDS)}
# What /help lists: groups hold their subcommands.
COMMANDS = tuple(each.spec for each in (*_EVERYDAY, *_GROUPS))
# What platforms render: groups are replaced by their subcommands.
RUNNABLE = tuple(spec for command in COMMANDS for spec in (command.subcommands or (command,)))
