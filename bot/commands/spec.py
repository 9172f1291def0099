"""The table of all chat commands: declared once, the same on every platform."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import alerts, archive, explain, feeds, follow, health
from bot.commands import help as manual
from bot.commands.declaration import Command, Handler
from bot.model import CommandSpec, Completes, ParameterSpec


def _command(
    path: str,
    help_: str,
    handler: Handler,
    parameters: tuple[ParameterSpec, ...] = (),
    *,
    admin: bool = False,
    changes: bool = False,
    example: str,
) -> Command:
    return Command(CommandSpec(path, help_, parameters, admin, changes, example), handler)


def _admin_group(name: str, help_: str, members: Sequence[Command], *, example: str) -> Command:
    subcommands = tuple(each.spec for each in members)
    return Command(
        CommandSpec(name, help_, admin=True, example=example, subcommands=subcommands), manual.group
    )


_CATEGORIES = ParameterSpec(
    "categories",
    'Names with commas between; -Name leaves out, #Name: tag, text:word, author:"Name", all: every post',
    "categories",
    required=True,
    completes=Completes.CATEGORIES,
)
_FEED = ParameterSpec("feed", "Only of this feed", "feed", completes=Completes.FEEDS)
_CHANNEL = ParameterSpec("channel", "Another channel than this one", "channel")
_NEW = ParameterSpec(
    "new",
    "yes: also names that are not known yet, to wait for their first post",
    "choice",
    choices=("yes",),
    completes=Completes.CHOICES,
)
_WHEN = ParameterSpec(
    "when",
    "How soon alerts come",
    "choice",
    choices=tuple(cadence.value for cadence in follow.AVAILABLE_CADENCES),
    completes=Completes.CHOICES,
    unavailable=tuple(cadence.value for cadence in follow.UNAVAILABLE_CADENCES),
    unavailable_help="Digests (daily, weekly) are not available yet; alerts come at once, when:now.",
)

_ALERTS = (
    _command(
        "alerts add",
        "Send posts of some categories to a channel",
        alerts.add,
        (
            _CATEGORIES,
            _CHANNEL,
            ParameterSpec("mention", "Whom to mention with each of these alerts; none: nobody", "mention"),
            _FEED,
            _NEW,
        ),
        admin=True,
        changes=True,
        example="/alerts add China-U.S., Trade, -Taiwan",
    ),
    _command(
        "alerts remove",
        "Stop sending posts of some categories, or of all, to a channel",
        alerts.remove,
        (
            ParameterSpec(
                "categories",
                "What to take off; -Name no longer leaves it out, all takes everything off",
                "categories",
                required=True,
                completes=Completes.ALERTED,
            ),
            _CHANNEL,
            _FEED,
        ),
        admin=True,
        changes=True,
        example="/alerts remove Trade",
    ),
    _command(
        "alerts list",
        "What each channel gets",
        alerts.list_channels,
        admin=True,
        example="/alerts list",
    ),
    _command(
        "alerts test",
        "Send a test alert to a channel",
        alerts.test,
        (_CHANNEL,),
        admin=True,
        changes=True,
        example="/alerts test",
    ),
    _command(
        "alerts pause",
        "Send nothing to a channel for now",
        alerts.pause,
        (_CHANNEL,),
        admin=True,
        changes=True,
        example="/alerts pause",
    ),
    _command(
        "alerts resume",
        "End a pause, or the hold on a channel that could not be reached",
        alerts.resume,
        (_CHANNEL,),
        admin=True,
        changes=True,
        example="/alerts resume",
    ),
    _command(
        "alerts log",
        "What was last sent to a channel, how it went, and who changed its alerts",
        alerts.log,
        (_CHANNEL,),
        admin=True,
        example="/alerts log",
    ),
)

_FEEDS = (
    _command(
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
    _command(
        "feeds remove",
        "Stop watching a feed that was added here",
        feeds.remove,
        (ParameterSpec("feed", "Its name", "feed", required=True, completes=Completes.FEEDS),),
        admin=True,
        changes=True,
        example="/feeds remove Example",
    ),
    _command(
        "feeds list",
        "The feeds that are watched",
        feeds.list_feeds,
        admin=True,
        example="/feeds list",
    ),
    _command(
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
    _command(
        "follow",
        "Get new posts of some categories",
        follow.follow,
        (_CATEGORIES, _WHEN, _FEED, _NEW),
        changes=True,
        example="/follow China-U.S., #TikTok, -Taiwan",
    ),
    _command(
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
            _FEED,
        ),
        changes=True,
        example="/unfollow Trade",
    ),
    _command("following", "What you get now", follow.following, example="/following"),
    _command(
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
            _FEED,
        ),
        example="/categories tags",
    ),
    _command(
        "latest",
        "The newest posts",
        archive.latest,
        (
            ParameterSpec(
                "category", "Only of this category or #tag", "category", completes=Completes.CATEGORIES
            ),
            ParameterSpec("count", "How many, 1 to 10", "number", minimum=1, maximum=10),
        ),
        example="/latest Trade 3",
    ),
    _command(
        "find",
        "Search the posts",
        archive.find,
        (ParameterSpec("words", "Words the post must have", "words", required=True),),
        example="/find export controls",
    ),
    _command(
        "why",
        "Why a post came, or did not come",
        explain.why,
        (ParameterSpec("link", "The post's link or words of its title; else the newest post", "link"),),
        example="/why https://blog.example/2022/11/26/a-post/",
    ),
    _command("health", "Whether the blog is quiet or the bot is blind", health.health, example="/health"),
    _command(
        "help",
        "What I can do",
        manual.help_,
        (ParameterSpec("command", "The command to explain", "text", completes=Completes.COMMANDS),),
        example="/help follow",
    ),
)
_GROUPS = (
    _admin_group("alerts", "What goes to a channel; for admins", _ALERTS, example="/alerts add Trade"),
    _admin_group("feeds", "Which blogs are watched; for admins", _FEEDS, example="/feeds list"),
)

# All commands and groups by their path.
TABLE = {each.spec.path: each for each in (*_EVERYDAY, *_GROUPS, *_ALERTS, *_FEEDS)}
# What /help lists: groups hold their subcommands.
COMMANDS = tuple(each.spec for each in (*_EVERYDAY, *_GROUPS))
# What platforms render: groups are replaced by their subcommands.
RUNNABLE = tuple(spec for command in COMMANDS for spec in (command.subcommands or (command,)))
