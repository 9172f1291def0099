"""One folder for each chat platform, behind `bot.ports.Adapter`; SDKs are loaded only where they are used."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from pydantic import ValidationError

from adapters.plugin import AdapterPlugin
from bot.config.values import AdapterTable
from bot.errors import ConfigError
from bot.text.sanitize import one_line

GROUP = "bystander.adapters"  # group of the entry points by which installed packages offer plug-ins

_BUILT_IN = ("console", "discord", "slack")
_NAME = re.compile("[a-z][a-z0-9_-]*")  # a prefix of addresses, and a table of the config
_LONGEST_REASON = 200


@cache
def _installed() -> dict[str, list[EntryPoint]]:
    """Return the entry points of installed packages by name, without those of the plug-ins in this folder."""
    found: dict[str, list[EntryPoint]] = {}
    for each in entry_points(group=GROUP):
        if each.name not in _BUILT_IN:
            found.setdefault(each.name, []).append(each)
    return found


def names() -> tuple[str, ...]:
    """Return the names of all available platforms, without loading any plug-in."""
    return (*_BUILT_IN, *_installed())


def plugin(name: str) -> AdapterPlugin[Any]:
    """Return the plug-in of a platform. ConfigError: there is none, more than one, or a broken one."""
    if name in _BUILT_IN:
        return cast("AdapterPlugin[Any]", import_module(f"adapters.{name}.plugin").PLUGIN)
    if name not in _installed():
        raise ConfigError([f"{name}: there is no adapter of this name; known are {', '.join(names())}"])
    first, *others = _installed()[name]
    if others:
        packages = ", ".join(sorted(map(_package, (first, *others))))
        raise ConfigError([f"{name}: more than one package offers it; keep one of {packages}"])
    if fault := _fault(name, first):
        raise ConfigError([f"{name}: the package {_package(first)} {fault}; update or uninstall it"])
    return cast("AdapterPlugin[Any]", first.load())


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module


def _fault(name: str, entry: EntryPoint) -> str:
    """Return why the plug-in of an installed package cannot be used, "" where it can."""
    if not _NAME.fullmatch(name) or hasattr(AdapterTable, name):
        return "offers a platform with a name that the config cannot hold"
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- third-party code may raise anything
        return f"cannot be loaded ({type(error).__name__}: {one_line(str(error), _LONGEST_REASON)})"
    if not isinstance(found, AdapterPlugin) or found.name != name:
        return f"has an entry point that is not an AdapterPlugin called {name!r}"
    settings: object = found.settings
    if not (isinstance(settings, type) and issubclass(settings, AdapterTable)):
        return "has settings that are not a class made from AdapterTable"
    try:
        settings()
    except ValidationError as error:
        keys = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        return f"has settings without a valid default ({keys})"
    return ""


def built_in() -> tuple[AdapterPlugin[Any], ...]:
    """Return the plug-ins that are part of Bystander."""
    return tuple(plugin(name) for name in _BUILT_IN)


def wanted(
    mentioned: Collection[str], taken: Collection[str]
) -> tuple[tuple[AdapterPlugin[Any], ...], dict[str, list[str]]]:
    """Return the built-in and the mentioned plug-ins, and by name the problem lines of the broken ones.

    `mentioned`: the names in a config that may be platforms. `taken`: the names that no platform may have,
    because they have another meaning in the config.
    """
    found, broken = list(built_in()), dict[str, list[str]]()
    for name, (entry, *_) in _installed().items():
        if name in taken:
            if name in mentioned:
                clash = (
                    "offers a platform of this name, which the config has for something else; uninstall it"
                )
                broken[name] = [f"{name}: the package {_package(entry)} {clash}"]
        elif name in mentioned:
            try:
                found.append(plugin(name))
            except ConfigError as error:
                broken[name] = error.problems
    return tuple(found), broken
