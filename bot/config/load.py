"""Loads the configuration from a TOML file and the environment, and checks all of it before anything starts.

All problems are reported at once, one line each, with key, value and what to do. No line shows a secret.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adapters
from adapters.plugin import AdapterPlugin, Setup
from bot.config.faults import Checker
from bot.config.problems import clean, line
from bot.config.schema import CoreTables, database_url, keys_of, setup_of, tables_of
from bot.config.secret_shapes import mistakes
from bot.config.secrets import DATABASE, OWN, Secrets, read_secrets
from bot.errors import ConfigError

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Config(CoreTables):
    """The whole configuration.

    `database` comes from BYSTANDER_DATABASE if that is set. It is wrapped, as it may contain a password.
    `platforms`: the table of each platform, as declared by its plug-in, by the platform's name.
    """

    secrets: Secrets
    plugins: tuple[AdapterPlugin[Any], ...]
    platforms: dict[str, Any]

    @property
    def enabled(self) -> tuple[AdapterPlugin[Any], ...]:
        """The plug-ins of the enabled platforms."""
        return tuple(each for each in self.plugins if self.table(each.name).enabled)

    @property
    def admin_addresses(self) -> tuple[str, ...]:
        """The addresses that get the notices for admins."""
        return tuple(
            f"{plugin.name}:{plugin.admin_address(each)}"
            for plugin in self.enabled
            for each in self.setup(plugin).admins
        )

    def table(self, name: str) -> Any:
        """Return the table of a platform."""
        return self.platforms[name]

    def setup(self, plugin: AdapterPlugin[Any], typed: Iterable[str] | None = None) -> Setup[Any]:
        """Return the values to build a plug-in's adapter from. `typed`: lines from standard input."""
        return setup_of(plugin, self, self.platforms[plugin.name], self.secrets, typed)


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the config from a file and the environment. Raises ConfigError with all problems of both."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        secrets, problems = read_secrets(environ, _variables(adapters.built_in()))
        problems.insert(0, f"{clean(str(path), secrets)}: {_unreadable(error)}")
    else:
        return parse_config(text, environ, str(path))
    raise ConfigError(problems)


def parse_config(text: str, environ: Mapping[str, str], source: str = "config.toml") -> Config:
    """Return the config from a text and the environment, as `load_config` does."""
    raw, syntax = _toml(text)
    plugins, broken = adapters.wanted(_mentioned(raw), CoreTables.model_fields)
    secrets, problems = read_secrets(environ, _variables(plugins))
    tables, faults = Checker(plugins, adapters.names(), secrets).check(_without(raw, broken))
    lines = [clean(source, secrets) + syntax.text(secrets)] if syntax else []
    lines += [line(fault, raw, secrets) for fault in faults]
    database = tables.database
    if (override := secrets.get(DATABASE)) is not None:
        try:
            database = database_url(override)
        except ValueError as error:
            problems.append(f"{DATABASE}: {error}")
    used = [each for each in plugins if getattr(tables, each.name).enabled]
    problems += mistakes(secrets, plugins, used)
    lines += [problem for found in broken.values() for problem in found]
    if lines or problems:
        raise ConfigError(lines + problems)
    core = {name: getattr(tables, name) for name in CoreTables.model_fields}
    platforms = {each.name: getattr(tables, each.name) for each in plugins}
    own = {"database": database, "secrets": secrets, "plugins": plugins, "platforms": platforms}
    return Config.model_construct(**core | own)


def every_key() -> list[tuple[str, str]]:
    """Return each key of the bot and its built-in platforms with its default as TOML ("" for none)."""
    return keys_of(tables_of(adapters.built_in()))


def every_variable() -> tuple[str, ...]:
    """Return each environment variable that holds a secret of the bot or of a built-in platform."""
    return _variables(adapters.built_in())


def _variables(plugins: Sequence[AdapterPlugin[Any]]) -> tuple[str, ...]:
    return (*(secret.name for each in plugins for secret in each.secrets), *OWN)


def _mentioned(raw: Mapping[str, Any]) -> set[str]:
    """Return the top-level keys and the keys of `[admins]`, which may be names of installed plug-ins."""
    admins = raw.get("admins")
    return {*raw, *(admins if isinstance(admins, Mapping) else ())}


def _without(raw: dict[str, Any], broken: Collection[str]) -> dict[str, Any]:
    """Return the document without platforms whose packages are broken, because their keys are unknown."""
    names = [name for name in broken if name not in CoreTables.model_fields]
    kept = {key: value for key, value in raw.items() if key not in names}
    if isinstance(admins := raw.get("admins"), dict):
        kept["admins"] = {key: value for key, value in admins.items() if key not in names}
    return kept


def _unreadable(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file; `bystander init` writes one"
    if isinstance(error, OSError):
        return f"cannot be read ({error.strerror}); name a file that the bot may read"
    return "is no UTF-8 text; save it as UTF-8"


@dataclass(frozen=True, slots=True)
class _SyntaxFault:
    """Why a text is no TOML. `detail` may quote the text, and therefore a secret."""

    message: str
    mend: str
    place: str = ""
    detail: str = ""

    def text(self, secrets: Secrets) -> str:
        """Return the rest of the problem line, after the name of the file."""
        detail = f" ({clean(self.detail, secrets)})" if self.detail else ""
        return f"{self.place}: {self.message}{detail}; {self.mend}"


def _toml(text: str) -> tuple[dict[str, Any], _SyntaxFault | None]:
    """Return the document and None, or {} and the fault of the text."""
    try:
        return tomllib.loads(text), None
    except RecursionError:
        return {}, _SyntaxFault("is nested too deeply", "no key needs more than a list in a table")
    except tomllib.TOMLDecodeError as error:
        message = str(error)
    except ValueError:  # from int(), which limits the number of digits
        return {}, _SyntaxFault("has a number in it that is too long", "no key needs such a number")
    found = _PLACE.search(message)
    lines = text.split("\n")
    line, column = (found[1], found[2]) if found and found[1] else (len(lines), len(lines[-1]) + 1)
    return {}, _SyntaxFault(
        "is no TOML",
        "texts need quotes, tables brackets",
        place=f", line {line}, column {column}",
        detail=_PLACE.sub("", message),
    )
