"""Leads to each platform: its steps, its secrets, its admins."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

import adapters
from adapters.plugin import AdapterPlugin
from bot.config.load import Config, parse_config
from bot.errors import ConfigError, DeliveryError, UsageError
from bot.shell.init.asker import Asker
from bot.shell.init.chosen import Chosen
from bot.shell.init.read import reader_of, secret_reader
from bot.text.normalize import fold, nearest

Plugins = tuple[AdapterPlugin[Any], ...]


def config_of(chosen: Chosen) -> Config:
    """Return the config that was chosen so far, checked. ConfigError: a key of `--set` cannot be used."""
    environ = {**os.environ, **chosen.secrets}
    return parse_config(chosen.text(), environ, "the config")


def ask_chats(asker: Asker, given: Sequence[str]) -> Plugins:
    """Return where the bot talks. `given`: names of platforms by options."""
    if not given and not asker.questions:
        options = ", ".join(f"--{name}" for name in adapters.names())
        raise UsageError(f"--yes needs to know where the bot talks: {options}.")
    if not given:
        asker.say("Where shall the bot talk? " + "; ".join(map(_choice, _known())) + ".")
        given = asker.text("One or several names", _names, "console")
    return tuple(adapters.plugin(name) for name in dict.fromkeys(given))


def _known() -> Iterator[AdapterPlugin[Any]]:
    """Yield the platforms without those whose packages are broken."""
    for name in adapters.names():
        with contextlib.suppress(ConfigError):
            yield adapters.plugin(name)


def _choice(plugin: AdapterPlugin[Any]) -> str:
    same = fold(plugin.label) == fold(plugin.name)
    return f"“{plugin.name}”" if same else f"“{plugin.name}” ({plugin.label})"


def _names(typed: str) -> list[str]:
    """Return the names in a list with commas or spaces."""
    found = []
    known = {fold(name): name for name in adapters.names()}
    for word in typed.replace(",", " ").split():
        if fold(word) not in known:
            near = nearest(word[-40:], known, limit=1)
            hint = f"did you mean “{known[near[0]]}”?" if near else f"choose from {', '.join(known.values())}"
            raise ValueError(f"has “{word}” in it, which is none of them; {hint}")
        found.append(known[fold(word)])
    if not found:
        raise ValueError(f"names nothing; choose from {', '.join(known.values())}")
    return found


async def ask_secrets(asker: Asker, chosen: Chosen, plugin: AdapterPlugin[Any]) -> Chosen:
    """Add the platform's secrets: those of the environment, and what is asked for. ConfigError: some lack."""
    config = config_of(chosen)
    setup, guide = config.setup(plugin), plugin.guide
    wanted = {each.name: each.wanted for each in plugin.secrets}
    names = list(wanted) if guide.asks is None else list(guide.asks(setup))
    found = {key: os.environ[key] for name in wanted for key in (name, f"{name}_FILE") if key in os.environ}
    missing = [name for name in names if name not in found and f"{name}_FILE" not in found]
    if missing and not asker.questions:
        raise ConfigError([problem for name in missing for problem in _unset(config, name)])
    if missing and guide.before is not None:
        asker.say(f"\n{plugin.label}\n", "bold")
        asker.say(await guide.before(setup) + "\n")
    for name in found:
        asker.say(f"{name} is set in the environment; it is taken from there.")
    for name in missing:
        found[name] = asker.secret(f"{name}, {wanted[name]}", secret_reader(name, plugin, config.plugins))
    return replace(chosen, secrets={**chosen.secrets, **found})


def _unset(config: Config, name: str) -> list[str]:
    try:
        config.secrets.require(name)
    except ConfigError as error:
        return error.problems
    return []


async def follow_up(asker: Asker, config: Config, plugin: AdapterPlugin[Any]) -> None:
    """Show the step that comes after the secrets, or why it cannot be shown now."""
    if plugin.guide.after is None:
        return
    try:
        asker.say("\n" + await plugin.guide.after(config.setup(plugin)) + "\n")
    except (ConfigError, DeliveryError) as error:
        asker.say(f"{plugin.label}: {error}", "red")


def ask_admins(asker: Asker, chats: Plugins, given: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the admins of each platform. `given`: ids by option, "PLATFORM:ID" where there are several."""
    found: dict[str, list[str]] = {each.name: [] for each in chats}
    for each in given:
        plugin, text = _owner(each, chats)
        try:
            found[plugin.name].append(_id_reader(plugin)(text))
        except ValueError as error:
            raise UsageError(f"--admin {each}: {error}.") from None
    for plugin in chats:
        if not found[plugin.name]:
            found[plugin.name] = _asked_admin(asker, plugin)
    return found


def _owner(given: str, chats: Plugins) -> tuple[AdapterPlugin[Any], str]:
    """Return whose id it is, and the id."""
    platform, colon, rest = given.partition(":")
    named = [each for each in chats if colon and each.name == platform]
    if named:
        return named[0], rest
    if colon and platform in adapters.names():
        raise UsageError(f"--admin {given}: the bot does not talk on {platform}; add --{platform}.")
    if len(chats) > 1:
        choice = " or ".join(f"{each.name}:{given}" for each in chats)
        raise UsageError(f"--admin {given}: say on which platform: {choice}.")
    return chats[0], given


def _asked_admin(asker: Asker, plugin: AdapterPlugin[Any]) -> list[str]:
    if plugin.guide.me or not asker.questions:
        return [plugin.guide.me] if plugin.guide.me else []
    how = f": {plugin.guide.admin}" if plugin.guide.admin else ""
    question = f"Your id on {plugin.label}, to be told when something is wrong{how} (nothing: nobody)"
    read = _id_reader(plugin)
    answer = asker.text(question, lambda text: read(text) if text else "")
    return [answer] if answer else []


def _id_reader(plugin: AdapterPlugin[Any]) -> Callable[[str], str]:
    kind: TypeAdapter[Any] = TypeAdapter(plugin.admin_id)
    return reader_of(kind)
