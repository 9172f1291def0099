"""Converts the bot's commands to Discord's slash commands, and Discord's interactions to values. Pure.

The payload is built from the specs, not by discord.py's decorators, so that the fingerprint that decides
whether to register the commands covers exactly the JSON that is sent. Formats: documentation, interactions/
application-commands and interactions/receiving-and-responding.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.discord.interactions.answers import has_menu
from adapters.discord.messages.destinations import channel_address, role_mention
from adapters.discord.sdk import discord
from bot.model import CommandSpec, ParameterSpec

_LONGEST_TEXT = 1000  # characters of a text option
_MOST_CHOICES = 25

_Option = discord.AppCommandOptionType
_KINDS = {"number": _Option.integer, "channel": _Option.channel, "mention": _Option.role}
_CHANNEL_KINDS = (
    discord.ChannelType.text,
    discord.ChannelType.voice,
    discord.ChannelType.news,
    discord.ChannelType.news_thread,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
)
_GUILD, _BOT_DM, _PRIVATE = 0, 1, 2  # contexts
_TO_GUILD, _TO_USER = 0, 1  # integration types


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command as somebody used it. `focused` is the parameter that they are typing."""

    path: str
    values: dict[str, str] = field(default_factory=dict)
    focused: str = ""


def payload(commands: Sequence[CommandSpec]) -> list[dict[str, Any]]:
    """Return the global commands in Discord's format; those with a path of two words are sub-commands."""
    groups: dict[str, list[CommandSpec]] = {}
    for command in commands:
        groups.setdefault(command.path.partition(" ")[0], []).append(command)
    return [_command(name, members) for name, members in groups.items()]


def fingerprint(commands: Iterable[Mapping[str, Any]]) -> str:
    """Return a fingerprint of the payload."""
    text = json.dumps(list(commands), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(data: Mapping[str, Any], guild_id: int | None) -> Invocation:
    """Return the command and its values from the data of an interaction."""
    path, options = str(data["name"]), list(data.get("options") or ())
    while options and options[0]["type"] in (_Option.subcommand.value, _Option.subcommand_group.value):
        path, options = f"{path} {options[0]['name']}", list(options[0].get("options") or ())
    values = {option["name"]: _value(option, guild_id) for option in options}
    focused = next((option["name"] for option in options if option.get("focused")), "")
    return Invocation(path, values, focused)


def _command(name: str, members: Sequence[CommandSpec]) -> dict[str, Any]:
    first = members[0]
    shared: dict[str, Any] = {"type": discord.AppCommandType.chat_input.value, "name": name}
    if first.path == name:
        shared |= {"description": first.help, "options": _options(first)}
    else:
        words = ", ".join(member.path.partition(" ")[2] for member in members)
        shared |= {
            "description": f"For admins: {words}"[:100] if first.admin else words[:100],
            "options": [_subcommand(member) for member in members],
        }
    if all(member.admin for member in members):
        # This is only a default that servers can change, so the handler checks as well.
        permissions = discord.Permissions(manage_guild=True).value
        return shared | {
            "default_member_permissions": permissions,
            "contexts": [_GUILD],
            "integration_types": [_TO_GUILD],
        }
    return shared | {
        "default_member_permissions": None,
        "contexts": [_GUILD, _BOT_DM, _PRIVATE],
        "integration_types": [_TO_GUILD, _TO_USER],
    }


def _subcommand(command: CommandSpec) -> dict[str, Any]:
    return {
        "type": _Option.subcommand.value,
        "name": command.path.partition(" ")[2],
        "description": command.help,
        "options": _options(command),
    }


def _options(command: CommandSpec) -> list[dict[str, Any]]:
    """Return the parameters as Discord requires them: the required ones first."""
    options = [_option(command, parameter) for parameter in command.parameters]
    return sorted(options, key=lambda option: not option["required"])


def _option(command: CommandSpec, parameter: ParameterSpec) -> dict[str, Any]:
    kind = _KINDS.get(parameter.kind, _Option.string)
    option: dict[str, Any] = {
        "type": kind.value,
        "name": parameter.name,
        "description": parameter.help,
        "required": parameter.required and not has_menu(command, parameter),
    }
    if kind is _Option.integer:
        option |= {"min_value": parameter.minimum, "max_value": parameter.maximum}
    elif kind is _Option.channel:
        option["channel_types"] = [each.value for each in _CHANNEL_KINDS]
    elif kind is _Option.string and parameter.choices:
        option["choices"] = [{"name": each, "value": each} for each in parameter.choices[:_MOST_CHOICES]]
    elif kind is _Option.string:
        option |= {"max_length": _LONGEST_TEXT, "autocomplete": parameter.suggests}
    return option


def _value(option: Mapping[str, Any], guild_id: int | None) -> str:
    if option["type"] == _Option.channel.value:
        return channel_address(int(option["value"]))
    if option["type"] == _Option.role.value:
        return role_mention(int(option["value"]), guild_id)
    return str(option["value"])
