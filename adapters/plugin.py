"""What a package offers so that Bystander can talk on one more chat platform.

An installed package names one `AdapterPlugin` in an entry point of the group "bystander.adapters", under the
plug-in's own name, and nothing else is needed: the table of the config file, the secrets, `bystander check`,
`bystander preview` and the admins of the platform all follow from this value. The module that holds it is
imported at every start, so that it must not import the platform's SDK.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from bot.config.values import AdapterTable, Name
from bot.model import Caller, CommandSpec, Message
from bot.ports import Adapter, BotServices, KeyValueStore

S = TypeVar("S", bound=AdapterTable)

Finding = tuple[bool, str]  # whether it is well, and a line that names the mend where it is not
Payload = dict[str, Any]  # one message as the platform's JSON


@dataclass(frozen=True, slots=True)
class Secret:
    """An environment variable that holds a secret, also as NAME_FILE.

    `wanted`: what belongs there, in words a person can search for. `begins`: what the right one begins with,
    () where that says nothing. `tolerated`: other beginnings of which the platform's own check says more.
    `one_word`: whether it has no space in it.
    """

    name: str
    wanted: str
    begins: tuple[str, ...] = ()
    tolerated: tuple[str, ...] = ()
    one_word: bool = True


class SecretReader(Protocol):
    """The secrets that a plug-in declares."""

    def get(self, name: str) -> str | None:
        """Return the secret of a variable ("DISCORD_TOKEN"), None where it is not set."""
        ...

    def require(self, name: str) -> str:
        """Return the secret of a variable; ConfigError, which tells how to set it, without one."""
        ...


@dataclass(frozen=True, slots=True)
class Setup(Generic[S]):
    """What an adapter is built from: its table of the config, its secrets, and what surrounds it.

    `admins`: ids from `[admins]` as the plug-in's `admin_id` admits them. `commands`: every command of the
    bot. `listens`: whether the bot has a web server, `public_url`: how that is reached from outside, "" for
    not said. `typed`: lines from standard input, None where nobody types.
    """

    settings: S
    secrets: SecretReader
    admins: tuple[str, ...] = ()
    commands: tuple[CommandSpec, ...] = ()
    listens: bool = False
    public_url: str = ""
    typed: Iterable[str] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a check looks at: the platform's destinations, and what its adapter keeps in the database.

    `kept` is None where there is no database yet. `sync`: register the commands where they differ.
    """

    addresses: Sequence[str]
    kept: KeyValueStore | None
    sync: bool


@dataclass(frozen=True, slots=True)
class Promises:
    """What the platform makes possible.

    `once`: a message whose answer was lost does not come twice, because the adapter can find it, or because
    whoever reads it knows it again by its key. `edits`: a sent message can be changed. `commands`: people
    can type commands there.
    """

    once: bool = True
    edits: bool = True
    commands: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """How messages and answers look on the platform, without the platform. `bystander preview` draws them.

    `payload`: what would be sent for a message with an attempt key. `answer`: runs a command on the bot's
    services and returns what shows its answer. `home`: the view that the platform shows of the bot, [] for
    none. `draw`: one payload as HTML, and `style` its style sheet below the class of the plug-in's name.
    `caller`: who uses the commands, `names`: what the ids in answers stand for. `private`: what the
    platform's clients write below an answer that one person sees.
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
    """One call of the command line, such as "slack-manifest". `text` returns what it prints.

    `options`: names and settings of each argument, as argparse takes them. `defaults`: whether the call
    works without a config file.
    """

    name: str
    help: str
    example: str
    text: Callable[[Setup[S], argparse.Namespace], Awaitable[str]]
    options: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ()
    defaults: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AdapterPlugin(Generic[S]):
    """One chat platform.

    `name`: what its addresses begin with, and what its table is called. `label`: what people call it.
    `build`: returns the adapter; ConfigError with every secret that is missing. `secrets`: what it
    reads from the environment. `admin_id`: the type of an entry of `[admins]`, and
    `admin_address`: what turns one into the rest of an address. `conflicts`: yields a key of the table and
    what is wrong with it beside other keys. `check`: looks at the platform for `bystander check`, and may
    raise ConfigError or DeliveryError.
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
