"""The table of all chat commands: declared once, the same on every platform."""

from __future__ import annotations

from bot.commands import alerts, archive, explain, feeds, follow, health
from bot.commands import help as manual
from bot.commands.declaration import Command, Completes, Parameter, ParameterKind

__all__ = ["COMMANDS", "Command", "Completes", "Parameter", "ParameterKind"]

_CATEGORIES = Parameter(
    "categories",
    "Names with commas between; -Name leaves one out, #Name is a tag, all is every post",
    "categories",
    required=True,
    completes=Completes.CATEGORIES,
)
_FEED = Parameter("feed", "Only of this feed", "feed", completes=Completes.FEEDS)
_CHANNEL = Parameter("channel", "Another channel than this one", "channel")
_NEW = Parameter(
    "new",
    "yes: also names that are not known yet, to wait for their first post",
    "choice",
    choices=("yes",),
    completes=Completes.CHOICES,
)
_WHEN = Parameter(
    "when",
    "How soon alerts come",
    "choice",
    choices=tuple(cadence.value for cadence in follow.AVAILABLE_CADENCES),
    completes=Completes.CHOICES,
    unavailable=tuple(cadence.value for cadence in follow.UNAVAILABLE_CADENCES),
    unavailable_help="Digests (daily, weekly) are not available yet; alerts come at once, when:now.",
)

_ALERTS = (
    Command(
        "add",
        "Send posts of some categories to a channel",
        alerts.add,
        (
            _CATEGORIES,
            _CHANNEL,
            Parameter("mention", "Whom to mention with each of these alerts; none: nobody", "mention"),
            _FEED,
            _NEW,
        ),
        admin=True,
        changes=True,
        group="alerts",
        example="/alerts add China-U.S., Trade, -Taiwan",
    ),
    Command(
        "remove",
        "Stop sending posts of some categories, or of all, to a channel",
        alerts.remove,
        (
            Parameter(
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
        group="alerts",
        example="/alerts remove Trade",
    ),
    Command(
        "list",
        "What each channel gets",
        alerts.list_channels,
        admin=True,
        group="alerts",
        example="/alerts list",
    ),
    Command(
        "test",
        "Send a test alert to a channel",
        alerts.test,
        (_CHANNEL,),
        admin=True,
        changes=True,
        group="alerts",
        example="/alerts test",
    ),
    Command(
        "pause",
        "Send nothing to a channel for now",
        alerts.pause,
        (_CHANNEL,),
        admin=True,
        changes=True,
        group="alerts",
        example="/alerts pause",
    ),
    Command(
        "resume",
        "End a pause, or the hold on a channel that could not be reached",
        alerts.resume,
        (_CHANNEL,),
        admin=True,
        changes=True,
        group="alerts",
        example="/alerts resume",
    ),
    Command(
        "log",
        "What was last sent to a channel, and how it went",
        alerts.log,
        (_CHANNEL,),
        admin=True,
        group="alerts",
        example="/alerts log",
    ),
)

_FEEDS = (
    Command(
        "add",
        "Watch a blog: give its feed, or a page that names its feed",
        feeds.add,
        (
            Parameter("url", "The address of the feed or of the blog", "url", required=True),
            Parameter("name", "What to call it; else its own title", "text"),
        ),
        admin=True,
        changes=True,
        group="feeds",
        example="/feeds add https://blog.example/feed/ name:Example",
    ),
    Command(
        "remove",
        "Stop watching a feed that was added here",
        feeds.remove,
        (Parameter("feed", "Its name", "feed", required=True, completes=Completes.FEEDS),),
        admin=True,
        changes=True,
        group="feeds",
        example="/feeds remove Example",
    ),
    Command(
        "list",
        "The feeds that are watched",
        feeds.list_feeds,
        admin=True,
        group="feeds",
        example="/feeds list",
    ),
    Command(
        "check",
        "Look at a feed now",
        feeds.check,
        (Parameter("feed", "Its name; not needed when there are few", "feed", completes=Completes.FEEDS),),
        admin=True,
        group="feeds",
        example="/feeds check Example",
    ),
)

COMMANDS = (
    Command(
        "follow",
        "Get new posts of some categories",
        follow.follow,
        (_CATEGORIES, _WHEN, _FEED, _NEW),
        changes=True,
        example="/follow China-U.S., #TikTok, -Taiwan",
    ),
    Command(
        "unfollow",
        "Stop getting some categories, or all",
        follow.unfollow,
        (
            Parameter(
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
    Command("following", "What you get now", follow.following, example="/following"),
    Command(
        "categories",
        "The categories there are, or the tags",
        archive.categories,
        (
            Parameter(
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
    Command(
        "latest",
        "The newest posts",
        archive.latest,
        (
            Parameter(
                "category", "Only of this category or #tag", "category", completes=Completes.CATEGORIES
            ),
            Parameter("count", "How many, 1 to 10", "number", minimum=1, maximum=10),
        ),
        example="/latest Trade 3",
    ),
    Command(
        "find",
        "Search the posts",
        archive.find,
        (Parameter("words", "Words the post must have", "words", required=True),),
        example="/find export controls",
    ),
    Command(
        "why",
        "Why a post came, or did not come",
        explain.why,
        (Parameter("link", "The post's link or words of its title; else the newest post", "link"),),
        example="/why https://blog.example/2022/11/26/a-post/",
    ),
    Command("health", "Whether the blog is quiet or the bot is blind", health.health, example="/health"),
    Command(
        "help",
        "What I can do",
        manual.help_,
        (Parameter("command", "The command to explain", "text", completes=Completes.COMMANDS),),
        example="/help follow",
    ),
    Command(
        "alerts",
        "What goes to a channel; for admins",
        manual.group,
        admin=True,
        subcommands=_ALERTS,
        example="/alerts add Trade",
    ),
    Command(
        "feeds",
        "Which blogs are watched; for admins",
        manual.group,
        admin=True,
        subcommands=_FEEDS,
        example="/feeds list",
    ),
)
