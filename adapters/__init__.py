"""One file or folder for each chat platform, behind `bot.ports.Adapter`, loaded only when it is enabled."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.model import Caller, CommandInfo, Message
    from bot.ports import Adapter, Desk

# Name -> "module:Class". Third parties add theirs by an entry point of the group "bystander.adapters".
ADAPTERS = {
    "console": "adapters.console.adapter:ConsoleAdapter",
    "discord": "adapters.discord.adapter:DiscordAdapter",
    "slack": "adapters.slack.adapter:SlackAdapter",
}
GROUP = "bystander.adapters"
# Name -> what returns what the platform would be sent for a message; pure.
PREVIEWS = {
    "discord": "adapters.discord.messages.render:preview",
    "slack": "adapters.slack.messages.render:preview",
}
# Name -> what runs a command at a desk and returns the messages that show its answer.
ANSWERS = {
    "discord": "adapters.discord.interactions.answers:preview",
    "slack": "adapters.slack.interactions.preview:answer",
}
# Name -> what returns the view that a platform shows of the bot by itself.
HOMES = {"slack": "adapters.slack.interactions.preview:home"}
# Name -> what returns the text by which the app is made on the platform; pure.
MANIFESTS = {"slack": "adapters.slack.install.manifest:text"}


def load(name: str, **settings: Any) -> Adapter:
    """Build the adapter of a platform with its settings; ConfigError when there is none of that name."""
    if name in ADAPTERS:
        return cast("Adapter", _function(ADAPTERS[name])(**settings))
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        raise ConfigError([f"There is no adapter called {name!r}; known: {', '.join(ADAPTERS)}."])
    return cast("Adapter", found[0].load()(**settings))


def manifest(name: str, commands: Sequence[CommandInfo], **settings: Any) -> str:
    """Return what is to be pasted where a platform makes an app. KeyError: it wants no such text."""
    return cast("str", _function(MANIFESTS[name])(commands, **settings))


def preview(name: str, message: Message, key: str) -> dict[str, Any]:
    """Return what would be sent for a message, as the platform's JSON. KeyError: no such platform."""
    return cast("dict[str, Any]", _function(PREVIEWS[name])(message, key))


async def answer(
    name: str, desk: Desk, caller: Caller, path: str, values: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what would be shown as the answer to a command. KeyError: no such platform."""
    return cast("list[dict[str, Any]]", await _function(ANSWERS[name])(desk, caller, path, values))


async def home(name: str, desk: Desk, caller: Caller) -> list[dict[str, Any]]:
    """Return the view that a platform shows of the bot, [] where it has none."""
    if name not in HOMES:
        return []
    return cast("list[dict[str, Any]]", await _function(HOMES[name])(desk, caller))


def _function(path: str) -> Callable[..., Any]:
    module, _, attribute = path.partition(":")
    return cast("Callable[..., Any]", getattr(import_module(module), attribute))
