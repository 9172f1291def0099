"""The configuration: a TOML file and the environment, checked as a whole before anything starts.

All problems come at once, a line each: key, value, mend. No line shows a secret.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.config.schema import Table, Tables, database_url, every_key, table_of
from bot.config.secrets import Secrets, read_secrets, redact, variables_for
from bot.errors import ConfigError
from bot.text.normalize import fold, nearest
from bot.text.units import Network

__all__ = ["Config", "every_key", "load_config", "parse_config"]

_POLITE = 600.0  # seconds; a public blog is asked no more often
_TOO_OFTEN = (
    'would burden the blog; write "10m" or more (less is only for a url whose host is a literal address, '
    "or localhost, inside fetch.allow_networks)"
)
_LOOPBACK = ("127.0.0.1", "::1")  # what "localhost" stands for
_CLIP = 80  # characters of a value that a problem line shows
_STAND_IN = {"name": "unnamed", "url": "https://unnamed.invalid/"}  # for what a faulty feed lacks
_PORTS = {"http": 80, "https": 443}
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_PASSWORD = re.compile(r"((?:password|passwd|pwd)=).*", re.IGNORECASE | re.DOTALL)
_MENDS = {
    "string_type": "is no text; write it in quotes",
    "bool_type": "is neither true nor false; write one of these, without quotes",
    "tuple_type": 'is no list; write one in brackets, such as ["a", "b"]',
    "dict_type": 'is no table; write one in braces, such as { "U.S." = "United States" }',
    "model_type": "is no table; write its name in brackets on a line, and its keys below",
    "missing": "is missing; a feed needs a name and a url",
}

_Path = tuple[str | int, ...]


class Config(Tables):
    """The whole configuration. `database` is wrapped: BYSTANDER_DATABASE, which wins, may hold a password."""

    secrets: Secrets


class _Fault(NamedTuple):
    path: _Path
    message: str
    shown: bool = True  # whether the line shows the value


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Read the file and the environment. ConfigError with every problem of both; nothing is written."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        secrets, problems = read_secrets(environ)
        problems.insert(0, f"{_clean(str(path), secrets)}: {_unreadable(error)}")
    else:
        return parse_config(text, environ, str(path))
    raise ConfigError(problems)


def parse_config(text: str, environ: Mapping[str, str], source: str = "config.toml") -> Config:
    """Read the text of a config file and the environment. ConfigError as for `load_config`."""
    secrets, problems = read_secrets(environ)
    raw, syntax = _toml(text, secrets)
    tables, faults = _checked(raw)
    lines = [f"{_clean(source, secrets)}{line}" for line in syntax]
    lines += [_line(fault, raw, secrets) for fault in faults]
    database = tables.database
    if (override := secrets.get("BYSTANDER_DATABASE")) is not None:
        try:
            database = database_url(override)
        except ValueError as error:
            problems.append(f"BYSTANDER_DATABASE: {error}")
    if lines or problems:
        raise ConfigError(lines + problems)
    return Config.model_construct(**dict(tables) | {"database": database, "secrets": secrets})


# --- finding the faults ---------------------------------------------------------------------------------


def _unreadable(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file; copy config.example.toml there and change what you like"
    if isinstance(error, OSError):
        return f"cannot be read ({error.strerror}); name a file that the bot may read"
    return "is no UTF-8 text; save it as UTF-8"


def _toml(text: str, secrets: Secrets) -> tuple[dict[str, Any], list[str]]:
    """Return the document, or {} and what follows the file's name in the one problem line."""
    try:
        return tomllib.loads(text), []
    except RecursionError:
        return {}, [": is nested too deeply; no key needs more than a list in a table"]
    except tomllib.TOMLDecodeError as error:
        message = str(error)
    except ValueError:  # from int(), which bounds the digits it reads
        return {}, [": has a number in it that is too long; no key needs such a number"]
    place = _PLACE.search(message)
    lines = text.split("\n")
    line, column = (place[1], place[2]) if place and place[1] else (len(lines), len(lines[-1]) + 1)
    what = _clean(_PLACE.sub("", message), secrets)
    return {}, [f", line {line}, column {column}: is no TOML ({what}); texts need quotes, tables brackets"]


def _checked(raw: dict[str, Any]) -> tuple[Tables, list[_Fault]]:
    """Return the tables without faulty keys, and all faults: of single keys, then of keys together."""
    try:
        tables = Tables.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(detail) for detail in error.errors(include_url=False)]
    else:
        return tables, list(_together(tables, set()))
    bad = {fault.path[: 3 if fault.path[0] == "feeds" else 2] for fault in faults}
    tables = Tables.model_validate(_without(raw, bad))
    return tables, faults + list(_together(tables, bad))


def _without(raw: dict[str, Any], bad: set[_Path]) -> dict[str, Any]:
    """Return the document without its faulty keys, every feed in its place, to check the rest as a whole."""

    def good(table: dict[str, Any], *path: str | int) -> dict[str, Any]:
        return {key: value for key, value in table.items() if (*path, key) not in bad}

    kept = good(raw)
    tables = {key: good(value, key) for key, value in kept.items() if isinstance(value, dict)}
    feeds = [
        _STAND_IN | (good(feed, "feeds", index) if isinstance(feed, dict) else {})
        for index, feed in enumerate(kept.get("feeds", ()))
    ]
    return kept | tables | {"feeds": feeds}


def _fault(detail: ErrorDetails) -> _Fault:
    path, kind = detail["loc"], detail["type"]
    if kind == "extra_forbidden":
        return _Fault(path, _unknown(path), shown=False)
    if kind == "value_error":
        return _Fault(path, str(detail["ctx"]["error"]))
    if kind == "literal_error":
        return _Fault(path, "must be " + detail["ctx"]["expected"].replace("'", '"'))
    if path[0] == "feeds" and kind in ("tuple_type", "model_type") and len(path) <= len(("feeds", 0)):
        return _Fault(path, "is no list of tables; write [[feeds]] above the keys of each feed", shown=False)
    return _Fault(path, _MENDS.get(kind, detail["msg"]), shown=kind not in ("missing", "model_type"))


def _unknown(path: _Path) -> str:
    *parents, key = path
    if variables := variables_for(".".join(map(str, parents)), str(key)):
        choice = " or ".join(f"{name} (or {name}_FILE)" for name in variables)
        return f"secrets live in the environment; set {choice} and take this key out"
    table: type[Table] = Tables
    for part in parents:
        table = table if isinstance(part, int) else table_of(table.model_fields[part].annotation) or table
    elsewhere = [dotted for dotted, _ in every_key() if dotted.rpartition(".")[2] == key]
    if near := elsewhere or nearest(str(key)[:_CLIP], table.model_fields, limit=1):
        return "unknown key; did you mean " + " or ".join(f'"{name}"' for name in near) + "?"
    return "unknown key; known here are " + ", ".join(table.model_fields)


# --- keys that hang together ----------------------------------------------------------------------------


def _together(tables: Tables, bad: set[_Path]) -> Iterator[_Fault]:
    """Yield what is wrong between keys; a key that is faulty itself accuses no other."""

    def sound(*path: str | int) -> bool:
        return not any(path[: length + 1] in bad for length in range(len(path)))

    if sound("web", "listen") and not tables.web.listen:
        if tables.web.public_url:
            yield _Fault(("web", "public_url"), "needs a web server; set web.listen")
        if tables.slack.mode == "http":
            yield _Fault(("slack", "mode"), 'needs a web server; set web.listen, or write "socket"')
    first: dict[tuple[str, str], int] = {}
    for index, feed in enumerate(tables.feeds):
        for key, value in (("name", fold(feed.name)), ("url", _plain(feed.url))):
            if sound("feeds", index, key) and (other := first.setdefault((key, value), index)) != index:
                yield _Fault(("feeds", index, key), f"is the {key} of feeds[{other}] too; give each its own")
        known = sound("feeds", index, "url") and sound("fetch", "allow_networks")
        if known and feed.every < _POLITE and not _inside(feed.url, tables.fetch.allow_networks):
            yield _Fault(("feeds", index, "every"), _TOO_OFTEN)


def _plain(url: str) -> str:
    """Return what two spellings of one URL have in common."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path or '/'}?{parts.query}"


def _inside(url: str, networks: tuple[Network, ...]) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        addresses = [ip_address(name) for name in (_LOOPBACK if host == "localhost" else (host,))]
    except ValueError:
        return False  # a name that needs a look-up may lead anywhere
    return any(address in network for address in addresses for network in networks)


# --- telling them ---------------------------------------------------------------------------------------


def _line(fault: _Fault, raw: Any, secrets: Secrets) -> str:
    key, value = "", raw
    for part in fault.path:
        key += f"[{part}]" if isinstance(part, int) else f".{_key(part, secrets)}"
        value = value[part] if fault.shown else None
    shown = f" = {_shown(value, secrets)}" if fault.shown else ""
    return f"{key.removeprefix('.')}{shown}: {fault.message}"


def _key(key: str, secrets: Secrets) -> str:
    clean = _clean(key, secrets)
    return clean if re.fullmatch(r"[A-Za-z0-9_*-]+", clean) else f'"{clean}"'


def _shown(value: object, secrets: Secrets) -> str:
    """Return a value as its line shows it: short, without a secret; lists and tables as brackets alone."""
    if isinstance(value, list | dict):
        return "[...]" if isinstance(value, list) else "{...}"
    if isinstance(value, str):
        value = _PASSWORD.sub(r"\1***", redact(value, secrets))
        _, at, tail = value.rpartition("@")  # what stands before an @ may be a password too
        value = f"***@{tail}" if at else value
        return f'"{_clean(value, secrets)}"'
    try:
        return _clean(str(value).lower(), secrets)  # TOML writes true, false, inf and nan
    except ValueError:  # str() bounds the digits it writes
        return "(a very long number)"


def _clean(text: str, secrets: Secrets) -> str:
    """Return hostile text fit for a line: no secret, at most 80 characters, control characters escaped."""
    text = redact(text, secrets)[: _CLIP + 1]
    clean = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    clean = clean.replace('"', '\\"')
    return clean if len(clean) <= _CLIP else clean[: _CLIP - 1] + "\N{HORIZONTAL ELLIPSIS}"
