"""One file or folder for each chat platform, behind `bot.ports.Adapter`, loaded only when it is enabled."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.model import Message
    from bot.ports import Adapter

# Name -> "module:Class". Third parties add theirs by an entry point of the group "bystander.adapters".
ADAPTERS = {
    "console": "adapters.console:ConsoleAdapter",
    "discord": "adapters.discord.adapter:DiscordAdapter",
}
GROUP = "bystander.adapters"
# Name -> what returns what the platform would be sent for a message; pure.
PREVIEWS = {
    "discord": "adapters.discord.render:preview",
    "slack": "adapters.slack.render:preview",
}


def load(name: str, **settings: Any) -> Adapter:
    """Build the adapter of a platform with its settings; ConfigError when there is none of that name."""
    if name in ADAPTERS:
        module, _, attribute = ADAPTERS[name].partition(":")
        return cast("Adapter", getattr(import_module(module), attribute)(**settings))
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        raise ConfigError([f"There is no adapter called {name!r}; known: {', '.join(ADAPTERS)}."])
    return cast("Adapter", found[0].load()(**settings))


def preview(name: str, message: Message, key: str) -> dict[str, Any]:
    """Return what would be sent for a message, as the platform's JSON. KeyError: no such platform."""
    module, _, attribute = PREVIEWS[name].partition(":")
    return cast("dict[str, Any]", getattr(import_module(module), attribute)(message, key))
