"""The manifest from which Slack makes the app, with exactly the scopes and events in use. Pure.

Keys and limits: Slack's manifest schema, version 1 (github.com/slackapi/manifest-schema).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.model import CommandSpec
from bot.text.truncate import clip

Json = dict[str, Any]

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

# Each scope of the bot token, and what fails without it. After a lost answer only the history shows whether
# the message arrived; until the bot can read it, nothing more is sent there.
BOT_SCOPES = {
    "commands": "nobody can type a command",
    "chat:write": "nothing can be sent",
    "chat:write.public": "public channels get alerts only after /invite",
    "users:read": "nobody but the admins of the config may use admin commands",
    "channels:read": "public channels cannot be looked at before alerts are promised there",
    "groups:read": "private channels cannot be looked at before alerts are promised there",
    "channels:history": "after a lost answer the alerts of public channels wait",
    "groups:history": "after a lost answer the alerts of private channels wait",
    "im:history": "after a lost answer the alerts by direct message wait",
    "im:write": "after a lost answer the first direct messages to somebody wait",
    "files:write": "what people export is shown as text, in pages",
}
# Needed so rarely that the check accepts an app without them.
MINOR_SCOPES = frozenset({"im:write", "files:write"})

# The events that Slack sends, besides commands and clicks.
BOT_EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "tokens_revoked",
)

_MOST_COMMANDS, _COMMAND_NAME, _HINT, _HELP = 50, 32, 100, 140


def manifest(
    commands: Sequence[CommandSpec], *, mode: str, prefix: str, public_url: str = "", oauth: bool = False
) -> Json:
    """Return the manifest of the Slack app.

    `mode`: "socket" or "http"; `prefix`: the command that accepts all others as its text; `public_url`: URL
    of the bot's web server, needed for "http" and for `oauth` (several workspaces).
    """
    base = public_url.rstrip("/")
    events_url = base + EVENTS_PATH if mode == "http" else ""
    oauth_config: Json = {"scopes": {"bot": list(BOT_SCOPES)}}
    if oauth:
        oauth_config = {"redirect_urls": [base + REDIRECT_PATH], **oauth_config}
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Bystander",
            "description": "Follow a blog's categories and get each new post as a short summary.",
            "long_description": "Bystander watches the feeds of blogs, sorts each new post by the category "
            "its author filed it under, and sends a short summary to the people and channels that follow "
            "that category. Type /follow and a category to get posts by direct message; admins type /alerts "
            "add in a channel. It reads no messages but its own.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,  # otherwise nobody could type commands there
            },
            "bot_user": {"display_name": "Bystander", "always_online": True},
            "slash_commands": _slash_commands(commands, prefix, events_url),
        },
        "oauth_config": oauth_config,
        "settings": _settings(events_url),
    }


def text(
    commands: Sequence[CommandSpec], *, mode: str, prefix: str, public_url: str = "", oauth: bool = False
) -> str:
    """Return the manifest as JSON, to be pasted at Slack."""
    made = manifest(commands, mode=mode, prefix=prefix, public_url=public_url, oauth=oauth)
    return json.dumps(made, indent=2, ensure_ascii=False)


def _settings(events_url: str) -> Json:
    """Return how Slack reaches the bot: at a URL, or by Socket Mode if that is ""."""
    settings: Json = {
        "event_subscriptions": {"bot_events": list(BOT_EVENTS)},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": not events_url,
        "token_rotation_enabled": False,
    }
    if events_url:
        settings["event_subscriptions"]["request_url"] = events_url
        settings["interactivity"] |= {"request_url": events_url, "message_menu_options_url": events_url}
    return settings


def _slash_commands(commands: Sequence[CommandSpec], prefix: str, url: str) -> list[Json]:
    """Return the prefix command and each top-level command; sub-commands are typed after their group."""
    groups: dict[str, list[CommandSpec]] = {}
    for command in commands:
        groups.setdefault(command.path.partition(" ")[0], []).append(command)
    listed = [_slash_command(prefix, "All of Bystander's commands", "help | follow Trade | following", url)]
    for name, members in groups.items():
        if name != prefix:
            listed.append(_slash_command(name, _help(members), _hint(name, members), url))
    return listed[:_MOST_COMMANDS]


def _slash_command(name: str, about: str, hint: str, url: str) -> Json:
    made: Json = {"command": f"/{name}"[:_COMMAND_NAME], "description": clip(about, _HELP)}
    if hint:
        made["usage_hint"] = clip(hint, _HINT)
    if url:
        made["url"] = url
    return made | {"should_escape": False}  # escaping would turn names like U.S. into links


def _help(members: Sequence[CommandSpec]) -> str:
    if len(members) == 1:
        return members[0].help
    audience = " (for admins)" if all(each.admin for each in members) else ""
    return f"{_actions(members, ', ').capitalize()}{audience}"


def _hint(name: str, members: Sequence[CommandSpec]) -> str:
    if len(members) == 1:
        return members[0].example.removeprefix(f"/{name}").strip()
    return _actions(members, " | ")


def _actions(members: Sequence[CommandSpec], gap: str) -> str:
    return gap.join(each.path.partition(" ")[2] for each in members)
