"""Finds the faults in a config file: in single keys, and between keys that exclude each other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.plugin import AdapterPlugin
from bot.config.problems import CLIP, Fault, Path
from bot.config.schema import CoreTables, keys_of, setup_of, table_of, tables_of
from bot.config.secrets import Secrets, variables_for
from bot.config.values import Table
from bot.text.normalize import fold, nearest
from bot.text.urls import inside

_POLITE = 600.0  # seconds: the shortest interval at which a public blog may be polled
_TOO_OFTEN = (
    'would burden the blog; write "10m" or more (less is only for a url whose host is a literal address, '
    "or localhost, inside fetch.allow_networks)"
)
_STAND_IN = {"name": "unnamed", "url": "https://unnamed.invalid/"}
_PORTS = {"http": 80, "https": 443}
_MENDS = {
    "string_type": "is no text; write it in quotes",
    "bool_type": "is neither true nor false; write one of these, without quotes",
    "tuple_type": 'is no list; write one in brackets, such as ["a", "b"]',
    "dict_type": 'is no table; write one in braces, such as { "U.S." = "United States" }',
    "model_type": "is no table; write its name in brackets on a line, and its keys below",
    "missing": "is missing; a feed needs a name and a url",
}


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks documents against the tables of the core and of the plug-ins.

    `plugins`: those of the platforms that the document names. `names`: all known platforms. `secrets`: for
    the plug-ins, which may find conflicts between their keys and secrets.
    """

    plugins: tuple[AdapterPlugin[Any], ...]
    names: tuple[str, ...]
    secrets: Secrets

    def check(self, raw: dict[str, Any]) -> tuple[CoreTables, list[Fault]]:
        """Return the tables without faulty keys, and all faults: first of single keys, then between keys."""
        kind = tables_of(self.plugins)
        try:
            tables = kind.model_validate(raw)
        except ValidationError as error:
            faults = [self._fault(detail, kind) for detail in error.errors(include_url=False)]
        else:
            return tables, list(self._together(tables, set()))
        bad = {fault.path[: 3 if fault.path[0] == "feeds" else 2] for fault in faults}
        tables = kind.model_validate(_without(raw, bad))
        return tables, faults + list(self._together(tables, bad))

    def _fault(self, detail: ErrorDetails, kind: type[CoreTables]) -> Fault:
        if detail["type"] == "extra_forbidden":
            return Fault(detail["loc"], self._unknown(detail["loc"], detail["input"], kind), shown=False)
        return _fault(detail)

    def _unknown(self, path: Path, value: object, kind: type[CoreTables]) -> str:
        """Return the message for an unknown key, with the key that may have been meant."""
        *parents, key = path
        if variables := variables_for(".".join(map(str, parents)), str(key), self.secrets.names):
            choice = " or ".join(f"{name} (or {name}_FILE)" for name in variables)
            return f"secrets live in the environment; set {choice} and take this key out"
        platforms = self.names if parents in ([], ["admins"]) else ()
        if not parents and isinstance(value, dict) and "enabled" in value:
            return _no_platform(str(key), platforms)
        table: type[Table] = kind
        for part in parents:
            table = table if isinstance(part, int) else table_of(table.model_fields[part].annotation) or table
        elsewhere = [dotted for dotted, _ in keys_of(kind) if dotted.rpartition(".")[2] == key]
        known = dict.fromkeys((*table.model_fields, *platforms))
        if near := elsewhere or nearest(str(key)[:CLIP], known, limit=1):
            return "unknown key; did you mean " + " or ".join(f'"{name}"' for name in near) + "?"
        return "unknown key; known here are " + ", ".join(known)

    def _together(self, tables: CoreTables, bad: set[Path]) -> Iterator[Fault]:
        """Yield the faults between keys. Keys in `bad` are faulty themselves and are not compared."""

        def sound(*path: str | int) -> bool:
            return not any(path[: length + 1] in bad for length in range(len(path)))

        if sound("web", "listen") and not tables.web.listen and tables.web.public_url:
            yield Fault(("web", "public_url"), "needs a web server; set web.listen")
        for plugin in self.plugins:
            for key, message in self._conflicts(plugin, tables):
                if sound(plugin.name, key) and sound("web", "listen"):
                    yield Fault((plugin.name, key), message)
        yield from _between_feeds(tables, sound)

    def _conflicts(self, plugin: AdapterPlugin[Any], tables: CoreTables) -> Iterator[tuple[str, str]]:
        if plugin.conflicts is not None:
            yield from plugin.conflicts(setup_of(plugin, tables, getattr(tables, plugin.name), self.secrets))


def _no_platform(name: str, platforms: Sequence[str]) -> str:
    if near := nearest(name[:CLIP], platforms, limit=1):
        return f'unknown key; did you mean "{near[0]}"?'
    return f"no installed package offers this platform; known are {', '.join(platforms)}"


def _between_feeds(tables: CoreTables, sound: Callable[..., bool]) -> Iterator[Fault]:
    first: dict[tuple[str, str], int] = {}
    for index, feed in enumerate(tables.feeds):
        for key, value in (("name", fold(feed.name)), ("url", _plain(feed.url))):
            if sound("feeds", index, key) and (other := first.setdefault((key, value), index)) != index:
                yield Fault(("feeds", index, key), f"is the {key} of feeds[{other}] too; give each its own")
        known = sound("feeds", index, "url") and sound("fetch", "allow_networks")
        if known and feed.every < _POLITE and not inside(feed.url, tables.fetch.allow_networks):
            yield Fault(("feeds", index, "every"), _TOO_OFTEN)


def _without(raw: dict[str, Any], bad: set[Path]) -> dict[str, Any]:
    """Return the document without its faulty keys, so that the rest can be checked as a whole.

    Every feed keeps its index; missing keys are filled in from `_STAND_IN`.
    """

    def good(table: dict[str, Any], *path: str | int) -> dict[str, Any]:
        return {key: value for key, value in table.items() if (*path, key) not in bad}

    kept = good(raw)
    tables = {key: good(value, key) for key, value in kept.items() if isinstance(value, dict)}
    feeds = [
        _STAND_IN | (good(feed, "feeds", index) if isinstance(feed, dict) else {})
        for index, feed in enumerate(kept.get("feeds", ()))
    ]
    return kept | tables | {"feeds": feeds}


def _fault(detail: ErrorDetails) -> Fault:
    path, kind = detail["loc"], detail["type"]
    if kind == "value_error":
        return Fault(path, str(detail["ctx"]["error"]))
    if kind == "literal_error":
        return Fault(path, "must be " + detail["ctx"]["expected"].replace("'", '"'))
    if path[0] == "feeds" and kind in ("tuple_type", "model_type") and len(path) <= len(("feeds", 0)):
        return Fault(path, "is no list of tables; write [[feeds]] above the keys of each feed", shown=False)
    return Fault(path, _MENDS.get(kind, detail["msg"]), shown=kind not in ("missing", "model_type"))


def _plain(url: str) -> str:
    """Return a URL in a normal form, so that different spellings of it are equal."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path or '/'}?{parts.query}"
