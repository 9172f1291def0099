"""Declares the keys of the config file, each with its type, its default and its allowed values.

The plug-ins of chat platforms declare their own tables and the ids that `[admins]` may contain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, StrictBool, create_model

from adapters.plugin import AdapterPlugin, Setup
from bot.commands.spec import RUNNABLE
from bot.config.secrets import Secrets, database_passwords
from bot.config.values import (
    AdapterTable,
    Name,
    OptionalUrl,
    Table,
    Text,
    Url,
    or_empty,
    printable,
    read_by,
    whole,
    written,
)
from bot.model import FeedSettings, Limits
from bot.text.units import duration, host_port, network, size, zone
from bot.text.urls import Network, web_url
from storage import STORES


def _post_api(text: str) -> str:
    if text in ("auto", "off"):
        return text
    try:
        return web_url(text)
    except ValueError:
        raise ValueError('must be "auto", "off" or the URL of an API') from None


def _switch(text: str) -> str:
    if text not in ("auto", "on", "off"):
        raise ValueError('must be "auto", "on" or "off"')
    return text


def database_url(text: str) -> SecretStr:
    """Return the URL, wrapped. With three slashes its path is relative to the current directory."""
    scheme, _, rest = text.partition("://")
    if scheme in {*STORES, "postgresql"} and (re.match("/.", rest) if scheme == "sqlite" else rest):
        return SecretStr(text)
    raise ValueError('is no database; write "sqlite:///FILE" or "postgresql://HOST/NAME"')


def _database_in_file(text: str) -> SecretStr:
    if text.startswith("postgresql:") and any(database_passwords(text)):
        raise ValueError("has a password in it; set BYSTANDER_DATABASE in the environment instead")
    return database_url(printable(text))


# --- the keys -------------------------------------------------------------------------------------------


class WebConfig(Table):
    """`[web]`: the HTTP server for health, metrics and push. If `listen` is empty there is none."""

    listen: Annotated[str, or_empty(host_port)] = ""
    public_url: OptionalUrl = ""

    def address(self) -> tuple[str, int] | None:
        """Return host and port to listen on, or None for no web server."""
        return host_port(self.listen) if self.listen else None


class FetchConfig(Table):
    """`[fetch]`: how feeds are fetched. `timeout` in seconds, `max_body` in bytes after decompression."""

    contact: Text = ""
    timeout: Annotated[float, read_by(duration, "1s", "5m")] = written("30s")
    max_body: Annotated[int, read_by(size, "10kB", "50MB")] = written("2MB")
    allow_networks: tuple[Annotated[Network, read_by(network)], ...] = ()
    full_text: StrictBool = False


class FeedConfig(Table):
    """One `[[feeds]]`. `every` in seconds."""

    name: Name
    url: Url
    every: Annotated[float, read_by(duration, "0.2s", "24h")] = written("15m")
    announce_latest: Annotated[int, whole(0, 10)] = 0
    categories: tuple[Name, ...] = ()
    aliases: dict[str, Name] = Field({})
    api_base: Annotated[str, AfterValidator(_post_api)] = "auto"
    quiet_notice: StrictBool = True
    children: Annotated[str, AfterValidator(_switch)] = "auto"
    full_text: Annotated[str, AfterValidator(_switch)] = "auto"
    cluster: Literal["off", "same", "near"] = "same"

    def settings(self) -> FeedSettings:
        """Return the feed as the model's FeedSettings."""
        return FeedSettings(**dict(self))


class DeliveryConfig(Table):
    """`[delivery]`. `grace` in seconds."""

    grace: Annotated[float, read_by(duration, "0s", "5m")] = written("10s")
    catch_up_after: Annotated[int, whole(1, 100)] = 5


class LimitsConfig(Table):
    """`[limits]`: how much people may ask of the bot."""

    subscriptions_per_person: Annotated[int, whole(1, 10_000)] = 100
    subscriptions_per_channel: Annotated[int, whole(1, 10_000)] = 200
    feeds_per_server: Annotated[int, whole(0, 10_000)] = 25

    def limits(self) -> Limits:
        """Return them as the model's Limits."""
        return Limits(**dict(self))


class CoreTables(Table):
    """All keys of the file, except the tables of chat platforms."""

    database: Annotated[SecretStr, read_by(_database_in_file)] = written("sqlite:///bystander.db")
    timezone: Annotated[ZoneInfo, read_by(zone)] = written("UTC")
    web: WebConfig = WebConfig()
    fetch: FetchConfig = FetchConfig()
    feeds: tuple[FeedConfig, ...] = ()
    delivery: DeliveryConfig = DeliveryConfig()
    limits: LimitsConfig = LimitsConfig()
    admins: Any = None  # by platform, the ids that may always use admin commands; see `tables_of`


@cache
def tables_of(plugins: tuple[AdapterPlugin[Any], ...]) -> type[CoreTables]:
    """Return the tables of the whole file: the core's, one for each plug-in, and `[admins]`."""
    many: Any = tuple  # an Any, because the element type is only known at run time
    ids: dict[str, Any] = {each.name: (many[each.admin_id, ...], ()) for each in plugins}
    admins = create_model("Admins", __base__=Table, **ids)
    own: dict[str, Any] = {each.name: (each.settings, each.settings()) for each in plugins}
    return create_model("Tables", __base__=CoreTables, **own, admins=(admins, admins()))


def setup_of(
    plugin: AdapterPlugin[Any],
    core: CoreTables,
    table: AdapterTable,
    secrets: Secrets,
    typed: Iterable[str] | None = None,
) -> Setup[Any]:
    """Return the values to build a plug-in's adapter from. `table`: its table of the config."""
    return Setup(
        settings=table,
        secrets=secrets,
        admins=getattr(core.admins, plugin.name),
        commands=RUNNABLE,
        listens=bool(core.web.listen),
        public_url=core.web.public_url,
        typed=typed,
    )


def table_of(annotation: object) -> type[Table] | None:
    """Return the table type of a field, also of one with a tuple of tables; None for a plain value."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Table)), None)


def keys_of(tables: type[Table]) -> list[tuple[str, str]]:
    """Return each key ("fetch.timeout") with its default as TOML ("" for a key without one)."""
    return list(_keys(tables, ""))


def _keys(table: type[Table], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in table.model_fields.items():
        if below := table_of(field.annotation):
            yield from _keys(below, f"{prefix}{name}.")
        else:
            yield prefix + name, "" if field.is_required() else json.dumps(field.default)
