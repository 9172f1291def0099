"""One file or folder for each chat platform, behind `bot.ports.Adapter`, loaded only when it is enabled."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.ports import Adapter

# Name -> "module:Class". Third parties add theirs by an entry point of the group "bystander.adapters".
ADAPTERS = {
    "console": "adapters.console:ConsoleAdapter",
}
GROUP = "bystander.adapters"


def load(name: str, **settings: Any) -> Adapter:
    """Build the adapter of a platform with its settings; ConfigError when there is none of that name."""
    if name in ADAPTERS:
        module, _, attribute = ADAPTERS[name].partition(":")
        return cast("Adapter", getattr(import_module(module), attribute)(**settings))
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        raise ConfigError([f"There is no adapter called {name!r}; known: {', '.join(ADAPTERS)}."])
    return cast("Adapter", found[0].load()(**settings))
