"""One folder for each chat platform, behind `bot.ports.Adapter`; SDKs are loaded only where they are used."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from adapters.plugin import AdapterPlugin
from bot.errors import ConfigError

GROUP = "bystander.adapters"  # of the entry points by which installed packages offer theirs

_BUILT_IN = ("console", "discord", "slack")


@cache
def _installed() -> dict[str, EntryPoint]:
    """Return the entry points of installed packages by name; the plug-ins of this folder go first."""
    return {each.name: each for each in entry_points(group=GROUP) if each.name not in _BUILT_IN}


def names() -> tuple[str, ...]:
    """Return the names of all platforms that a config may name, without loading one."""
    return (*_BUILT_IN, *_installed())


def plugin(name: str) -> AdapterPlugin[Any]:
    """Return the plug-in of a platform; ConfigError when there is none, or when its package is broken."""
    if name in _BUILT_IN:
        return cast("AdapterPlugin[Any]", import_module(f"adapters.{name}.plugin").PLUGIN)
    if name not in _installed():
        raise ConfigError([f"{name}: there is no adapter of this name; known are {', '.join(names())}"])
    entry = _installed()[name]
    package = entry.dist.name if entry.dist else entry.module
    try:
        found = entry.load()
    except Exception as error:
        raise ConfigError([f"{name}: the package {package} cannot be loaded ({error})"]) from error
    if not isinstance(found, AdapterPlugin) or found.name != name:
        wanted = f"an AdapterPlugin called {name!r}"
        raise ConfigError([f"{name}: the entry point of the package {package} is not {wanted}"])
    return found


def built_in() -> tuple[AdapterPlugin[Any], ...]:
    """Return the plug-ins that Bystander brings along."""
    return tuple(plugin(name) for name in _BUILT_IN)


def wanted(mentioned: Collection[str]) -> tuple[tuple[AdapterPlugin[Any], ...], list[str]]:
    """Return the built-in plug-ins and those mentioned, and a problem line for each that is broken."""
    found, problems = list(built_in()), list[str]()
    for name in _installed():
        if name in mentioned:
            try:
                found.append(plugin(name))
            except ConfigError as error:
                problems += error.problems
    return tuple(found), problems
