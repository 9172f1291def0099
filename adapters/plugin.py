"""The interface of a plug-in, by which a package adds a chat platform to Bystander.

An installed package declares one `AdapterPlugin` in an entry point of the group "bystander.adapters", named
like the plug-in. Nothing else is needed: the table in the config file, the secrets, `bystander check`,
`bystander preview` and the platform's admins all derive from this value. Its module is imported at every
start, so it must not import the platform's SDK.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from bot.config.values import AdapterTable, Name
from bot.model import Caller, CommandSpec, ImportSource, Message
from bot.ports import Adapter, BotServices, KeyValueStore

S = TypeVar("S", bound=AdapterTable)

Finding = tuple[bool, str]  # whether it is in order, and a line that names the remedy if not
Payload = dict[str, Any]  # one message as the platform's JSON


@dataclass(frozen=True, slots=True)
class Secret:
    """An environment variable with a secret; NAME_FILE may name a file with it instead.

    `wanted`: the secret's name on the platform, to search for. `begins`: prefixes of a correct value, () if
    it has none. `tolerated`: other prefixes, which the platform's own check explains better. `one_word`:
    whether the value must not contain spaces.
    """

    name: str
    wanted: str
    begins: tuple[str, ...] = ()
    tolerated: tuple[str, ...] = ()
    one_word: bool = True


class SecretReader(Protocol):
    """The secrets that a plug-in declares."""

    def get(self, name: str) -> str | None:
        """Return the secret of a variable ("DISCORD_TOKEN"), None if it is not set."""
        ...

    def require(self, name: str) -> str:
        """Return the secret of a variable. ConfigError: it is not set; the message explains how to set it."""
        ...


@dataclass(frozen=True, slots=True)
class Setup(Generic[S]):
    """What an adapter is built from: its config table, its secrets, and facts about the bot.

    `admins`: ids from `[admins]`, validated by the plug-in's `admin_id`. An adapter should keep this
    collection and not a copy: it changes when the config is read again. `commands`: every command of the
    bot. `listens`: whether the bot has a web server. `public_url`: the server's URL from outside, "" if not
    configured. `typed`: lines from standard input, None if there is no input.
    """

    settings: S
    secrets: SecretReader
    admins: Collection[str] = ()
    commands: tuple[CommandSpec, ...] = ()
    listens: bool = False
    public_url: str = ""
    typed: Iterable[str] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a check examines: the platform's destinations, and what its adapter stored in the database.

    `kept`: None if there is no database yet. `sync`: register the commands again if they differ.
    """

    addresses: Sequence[str]
    kept: KeyValueStore | None
    sync: bool


@dataclass(frozen=True, slots=True)
class Promises:
    """What the platform makes possible.

    `once`: after a lost answer a message does not appear twice, because the adapter can find it, or because
    its reader recognises the key. `edits`: a sent message can be changed. `commands`: people can type
    commands there.
    """

    once: bool = True
    edits: bool = True
    commands: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """Draws messages and answers for `bystander preview` as the platform would, without a connection.

    `payload`: what would be sent for a message with an attempt key. `answer`: runs a command on the bot's
    services and returns the payloads of its answer. `home`: returns the bot's home view, [] if there is none.
    `draw`: returns one payload as HTML. `style`: returns its style sheet, scoped to the class of the
    plug-in's name. `caller`: who runs the commands. `names`: display names of ids in answers. `private`: the
    note of the platform's clients below an answer that only one person sees.
    """

    payload: Callable[[Message, str], Payload]
    answer: Callable[[BotServices, Caller, str, Mapping[str, str]], Awaitable[list[Payload]]]
    draw: Callable[[Payload], str]
    style: Callable[[], str]
    caller: Caller
    names: Mapping[str, str] = field(default_factory=dict)
    private: str = ""
    home: Callable[[BotServices, Caller], Awaitable[list[Payload]]] | None = None


@dataclass(frozen=True, slots=True)
class PluginCall(Generic[S]):
    """A command-line call, such as "slack-manifest". `text` returns what it prints.

    `options`: names and settings of each argument for argparse. `defaults`: whether the call works without a
    config file.
    """

    name: str
    help: str
    example: str
    text: Callable[[Setup[S], argparse.Namespace], Awaitable[str]]
    options: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ()
    defaults: bool = False


@dataclass(frozen=True, slots=True)
class Guide(Generic[S]):
    """What `bystander init` says and asks about the platform.

    `asks`: returns the variables of the secrets that are needed, in the order of the steps; all that are
    declared where it is left out. `before`: returns the steps that lead to the secrets. `after`: returns the
    step to take with them, such as opening an invitation; it may ask the platform, and raise what `check`
    may. `admin`: how an admin finds their id. `me`: the admin's id where it is always the same; then nobody
    is asked.
    """

    asks: Callable[[Setup[S]], Sequence[str]] | None = None
    before: Callable[[Setup[S]], Awaitable[str]] | None = None
    after: Callable[[Setup[S]], Awaitable[str]] | None = None
    admin: str = ""
    me: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AdapterPlugin(Generic[S]):
    """One chat platform.

    `name`: the prefix of its addresses and the name of its config table. `label`: its name for people.
    `build`: returns the adapter; ConfigError with every secret that is missing. `secrets`: what it reads
    from the environment. `admin_id`: the type of an entry in `[admins]`. `admin_address`: converts one to the
    part of an address after the prefix. `conflicts`: yields each key of the table that conflicts with other
    settings, and why. `check`: examines the platform for `bystander check`; may raise ConfigError or
    DeliveryError. `guide`: how `bystander init` leads somebody there. `sources`: programs of the platform
    whose lists `bystander import` reads. `channel`: returns the address of a channel whose id people copy
    from the platform, "" for anything else.
    """

    name: str
    label: str
    settings: type[S]
    build: Callable[[Setup[S]], Adapter]
    secrets: tuple[Secret, ...] = ()
    promises: Promises = Promises()
    admin_id: Any = Name
    admin_address: Callable[[str], str] = str
    conflicts: Callable[[Setup[S]], Iterable[tuple[str, str]]] | None = None
    check: Callable[[Setup[S], Visit], Awaitable[list[Finding]]] | None = None
    preview: Preview | None = None
    calls: tuple[PluginCall[S], ...] = ()
    guide: Guide[S] = Guide()
    sources: tuple[ImportSource, ...] = ()
    channel: Callable[[str], str] = lambda _: ""
