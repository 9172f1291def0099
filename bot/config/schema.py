"""The keys of the config file: each with its type, its default and what it may be.

Each check raises `ValueError` with a sentence that lacks its subject; `load.py` puts key and value before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, SecretStr, StrictBool

from bot.commands.spec import COMMANDS
from bot.config.secrets import database_passwords
from bot.model import FeedSettings
from bot.text.normalize import fold
from bot.text.units import Network, duration, host_port, network, size, web_url, zone

_LONGEST_NAME = 100

# --- what a single value may be -------------------------------------------------------------------------


def _read_by(read: Callable[[str], Any], low: str = "", high: str = "") -> PlainValidator:
    """Check with a reader that refuses ""; `low` and `high` are bounds as it reads them."""

    def check(value: object) -> object:
        found = read(value if isinstance(value, str) else "")
        if low and not read(low) <= found <= read(high):
            raise ValueError(f'must be "{low}" to "{high}"')
        return found

    return PlainValidator(check)


def _whole(low: int, high: int) -> PlainValidator:
    def check(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise ValueError(f"must be a whole number from {low} to {high}, without quotes")

    return PlainValidator(check)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    raise ValueError("has a line break or an invisible character in it; take it out")


def _name(text: str) -> str:
    if not fold(text):
        raise ValueError("is empty; write a name or leave it out")
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"is too long; write at most {_LONGEST_NAME} characters")
    return _printable(text)


def _or_empty(check: Callable[[str], object]) -> AfterValidator:
    def optional(text: str) -> str:
        if text:
            check(text)
        return text

    return AfterValidator(optional)


def _gateway(text: str) -> str:
    return web_url(text, ("ws", "wss"))


def _matching(pattern: str, mend: str) -> AfterValidator:
    def check(text: str) -> str:
        if re.fullmatch(pattern, text):
            return text
        raise ValueError(mend)

    return AfterValidator(check)


# Commands of Slack itself, as far as bots have met them; no complete list exists. A manifest with one of
# them is refused as a whole.
_OF_SLACK = re.compile(
    "active|apps|archive|away|close|collapse|dm|dnd|expand|feed|feedback|invite|join|keys|kick|leave|me|msg|"
    "mute|open|part|prefs|pro|remind|remove|rename|search|shortcuts|shrug|star|status|topic|who"
)
_OF_THE_BOT = frozenset(command.name for command in COMMANDS)


def _prefix(text: str) -> str:
    if not re.fullmatch("[a-z0-9_-]{1,31}", text):
        raise ValueError("is no name of a command; write 1 to 31 of a-z, 0-9, _ and -, without the slash")
    if _OF_SLACK.fullmatch(text):
        raise ValueError("is a command of Slack's own; choose another name")
    if text in _OF_THE_BOT:
        raise ValueError("is a command of the bot's own; choose another name")
    return text


def _post_api(text: str) -> str:
    if text in ("auto", "off"):
        return text
    try:
        return web_url(text)
    except ValueError:
        raise ValueError('must be "auto", "off" or the URL of an API') from None


def database_url(text: str) -> SecretStr:
    """Return the URL, wrapped. With three slashes its path is relative to the current directory."""
    if re.match("sqlite:///.|postgresql://.", text):
        return SecretStr(text)
    raise ValueError('is no database; write "sqlite:///FILE" or "postgresql://HOST/NAME"')


def _database_in_file(text: str) -> SecretStr:
    if text.startswith("postgresql:") and any(database_passwords(text)):
        raise ValueError("has a password in it; set BYSTANDER_DATABASE in the environment instead")
    return database_url(_printable(text))


class Shards(NamedTuple):
    """The shards `first` to `last` of `total`, counted from 0."""

    first: int
    last: int
    total: int


def _shards(text: str) -> Shards | None:
    match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})/([0-9]{1,5})", text)
    shards = Shards(*map(int, match.groups())) if match else None
    if text != "auto" and not (shards and shards.first <= shards.last < shards.total):
        raise ValueError('must be "auto", or the first and last shard and their total, such as "0-3/16"')
    return shards


Text = Annotated[str, AfterValidator(_printable)]
Name = Annotated[str, AfterValidator(_name)]
Url = Annotated[str, AfterValidator(web_url)]
DiscordUser = Annotated[
    str,
    _matching(
        "[0-9]{1,20}",  # today's have 17 to 19
        "is no user id of Discord, which is a long number; in Discord turn on Developer Mode (Settings, "
        "Advanced), right-click the name and choose Copy User ID",
    ),
]
SlackUser = Annotated[
    str,
    _matching(
        "(T[A-Z0-9]{1,20}/)?[UW][A-Z0-9]{1,20}",
        'is no member id of Slack such as "U012AB3CD", or "T0123ABCD/U012AB3CD" among several workspaces; '
        "in Slack open the profile, then the three dots, and choose Copy member ID",
    ),
]
OptionalUrl = Annotated[str, _or_empty(web_url)]

# --- the keys -------------------------------------------------------------------------------------------


def _written(text: str) -> Any:
    """Declare a default as the file writes it; its check turns it into the value."""
    return Field(default=text)


class Table(BaseModel):
    """A table of the file: frozen, and no stranger among its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


class WebConfig(Table):
    """`[web]`: the HTTP server for health, metrics and push; none where `listen` is empty."""

    listen: Annotated[str, _or_empty(host_port)] = ""
    public_url: OptionalUrl = ""

    def address(self) -> tuple[str, int] | None:
        """Return host and port to listen on, or None for no web server."""
        return host_port(self.listen) if self.listen else None


class FetchConfig(Table):
    """`[fetch]`: how feeds are asked. `timeout` in seconds, `max_body` in bytes after decompression."""

    contact: Text = ""
    timeout: Annotated[float, _read_by(duration, "1s", "5m")] = _written("30s")
    max_body: Annotated[int, _read_by(size, "10kB", "50MB")] = _written("2MB")
    allow_networks: tuple[Annotated[Network, _read_by(network)], ...] = ()


class FeedConfig(Table):
    """One `[[feeds]]`. `every` in seconds."""

    name: Name
    url: Url
    every: Annotated[float, _read_by(duration, "0.2s", "24h")] = _written("15m")
    announce_latest: Annotated[int, _whole(0, 10)] = 0
    categories: tuple[Name, ...] = ()
    aliases: dict[str, Name] = Field({})
    api_base: Annotated[str, AfterValidator(_post_api)] = "auto"

    def settings(self) -> FeedSettings:
        """Return the feed as the rest of the bot knows it."""
        return FeedSettings(**dict(self))


class DiscordConfig(Table):
    """`[discord]`. `shards` is None for "auto"."""

    enabled: StrictBool = False
    api_base: Url = "https://discord.com/api/v10"
    gateway: Annotated[str, _or_empty(_gateway)] = ""
    shards: Annotated[Shards | None, _read_by(_shards)] = _written("auto")
    publish: StrictBool = False


class SlackConfig(Table):
    """`[slack]`. `per_minute` is for a whole workspace."""

    enabled: StrictBool = False
    mode: Literal["socket", "http"] = "socket"
    api_base: Url = "https://slack.com/api/"
    prefix: Annotated[str, AfterValidator(_prefix)] = "bystander"
    per_minute: Annotated[int, _whole(1, 1000)] = 200


class ConsoleConfig(Table):
    """`[console]`."""

    enabled: StrictBool = False
    format: Literal["pretty", "jsonl"] = "pretty"


class DeliveryConfig(Table):
    """`[delivery]`. `grace` in seconds."""

    grace: Annotated[float, _read_by(duration, "0s", "5m")] = _written("10s")
    catch_up_after: Annotated[int, _whole(1, 100)] = 5


class AdminsConfig(Table):
    """`[admins]`: for each platform the ids that may always use admin commands."""

    console: tuple[Name, ...] = ()
    discord: tuple[DiscordUser, ...] = ()
    slack: tuple[SlackUser, ...] = ()


class Tables(Table):
    """All that the file may hold."""

    database: Annotated[SecretStr, _read_by(_database_in_file)] = _written("sqlite:///bystander.db")
    timezone: Annotated[ZoneInfo, _read_by(zone)] = _written("UTC")
    web: WebConfig = WebConfig()
    fetch: FetchConfig = FetchConfig()
    feeds: tuple[FeedConfig, ...] = ()
    discord: DiscordConfig = DiscordConfig()
    slack: SlackConfig = SlackConfig()
    console: ConsoleConfig = ConsoleConfig()
    delivery: DeliveryConfig = DeliveryConfig()
    admins: AdminsConfig = AdminsConfig()


def table_of(annotation: object) -> type[Table] | None:
    """Return the table that a field of this type holds, also in a tuple; None for a plain value."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Table)), None)


def every_key() -> list[tuple[str, str]]:
    """Return each key ("fetch.timeout") with its default as TOML writes it, "" for a key without one."""
    return list(_keys(Tables, ""))


def _keys(table: type[Table], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in table.model_fields.items():
        if below := table_of(field.annotation):
            yield from _keys(below, f"{prefix}{name}.")
        else:
            yield prefix + name, "" if field.is_required() else json.dumps(field.default)
