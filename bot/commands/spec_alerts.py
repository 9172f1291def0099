"""The commands of /alerts in the table of commands."""

from __future__ import annotations

from bot.commands import alerts, export, settings, style
from bot.commands.spec_parts import CATEGORIES, CHANNEL, FEED, FORMAT, NEW, PAGE, SETTINGS, WHEN, command
from bot.model import Completes, ParameterSpec, Style

ALERTS = (
    command(
        "alerts add",
        "Send posts of some categories to a channel",
        alerts.add,
        (
            CATEGORIES,
            CHANNEL,
            ParameterSpec("mention", "Whom to mention with each of these alerts; none: nobody", "mention"),
            WHEN,
            FEED,
            NEW,
        ),
        admin=True,
        changes=True,
        example="/alerts add China-U.S., Trade, -Taiwan",
    ),
    command(
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
            CHANNEL,
            FEED,
        ),
        admin=True,
        changes=True,
        example="/alerts remove Trade",
    ),
    command(
        "alerts list",
        "What each channel gets",
        alerts.list_channels,
        admin=True,
        example="/alerts list",
    ),
    command(
        "alerts test",
        "Send a test alert to a channel",
        alerts.test,
        (CHANNEL,),
        admin=True,
        changes=True,
        example="/alerts test",
    ),
    command(
        "alerts pause",
        "Keep what comes for a channel until /alerts resume",
        alerts.pause,
        (CHANNEL,),
        admin=True,
        changes=True,
        example="/alerts pause",
    ),
    command(
        "alerts resume",
        "End a pause, or the hold on a channel that could not be reached",
        alerts.resume,
        (CHANNEL,),
        admin=True,
        changes=True,
        example="/alerts resume",
    ),
    command(
        "alerts log",
        "What was last sent to a channel, how it went, and who changed its alerts",
        alerts.log,
        (CHANNEL, PAGE),
        admin=True,
        example="/alerts log",
    ),
    command(
        "alerts export",
        "What a channel gets and its settings, as a file",
        export.channel_export,
        (CHANNEL, FORMAT),
        admin=True,
        example="/alerts export",
    ),
    command(
        "alerts settings",
        "When alerts come to a channel: time zone, quiet hours, digests",
        settings.channel_settings,
        (CHANNEL, *SETTINGS),
        admin=True,
        changes=True,
        example="/alerts settings timezone:Asia/Shanghai quiet:22:00-07:00",
    ),
    command(
        "alerts style",
        "The form of the alerts for a channel",
        style.style,
        (
            ParameterSpec(
                "style",
                "full: a card; compact: one line with the categories; title: the title alone",
                "choice",
                required=True,
                choices=tuple(each.value for each in Style),
                completes=Completes.CHOICES,
            ),
            CHANNEL,
            ParameterSpec(
                "place",
                "Where mentions stand: above the alert, or below it",
                "choice",
                choices=style.PLACES,
                completes=Completes.CHOICES,
            ),
        ),
        admin=True,
        changes=True,
        example="/alerts style compact",
    ),
)
