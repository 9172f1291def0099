"""Finds out what kind of list a file is, and reads it into a plan."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import adapters
from adapters.plugin import AdapterPlugin
from bot.commands.written_terms import read_term
from bot.config.load import Config
from bot.errors import ConfigError, UsageError
from bot.model import ImportedFeed, ImportList, ImportProblem, ImportSource, is_address, platform_of
from bot.shell.importing import csv_table
from bot.shell.importing.plan import Plan, Recipient, planned
from bot.shell.importing.toml_file import read_toml
from bot.text.spelling import spelled_key

TOML, OPML, CSV = "toml", "opml", "csv"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be read. `kind`: "" for finding out. `folders`: OPML folders are categories too."""

    kind: str = ""
    recipient: Recipient = field(default_factory=Recipient)
    folders: bool = False


def kinds() -> list[str]:
    """Return the names of all kinds of files that can be read."""
    return [TOML, OPML, CSV, *(each.name for each in _sources())]


def plan_of(data: bytes, wish: Wish, config: Config, now: datetime) -> tuple[Plan, list[ImportProblem], str]:
    """Return the plan of a file, its problems, and of what kind it is. UsageError: it cannot be read."""
    kind = wish.kind or _kind_of(data)
    if kind == OPML:
        return (*planned(_from_opml(data, folders=wish.folders), wish.recipient), kind)
    text = _decoded(data, kind)
    if kind == TOML:
        return read_toml(text, config.fetch.allow_networks, now), [], kind
    if kind == CSV:
        return (*planned(csv_table.read_csv(text, place_of), wish.recipient), kind)
    source = next(each for each in _sources() if each.name == kind)
    return (*planned(source.read(text), wish.recipient), kind)


def place_of(written: str) -> str:
    """Return the address of a channel: as it is written, or completed by the platform whose id it is."""
    text = written.strip()
    if is_address(text) and platform_of(text) in adapters.names():
        return text
    found = [address for each in _plugins() if (address := each.channel(text))]
    return found[0] if len(found) == 1 else ""


def _kind_of(data: bytes) -> str:
    """Return the kind of a file. UsageError: it is none that is known."""
    if (
        data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")
        and b"opml" in data[:2000].replace(b"\0", b"").lower()
    ):
        return OPML
    text = _decoded(data, "")
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        if kind := _listed(text):
            return kind
        others = f"For another kind of file: --from {'|'.join(kinds())}."
        raise UsageError(f"The file is no TOML: {error}. {others}") from error
    return TOML


def _listed(text: str) -> str:
    """Return the kind of a list that is no TOML; "" if it is not known."""
    found = [each.name for each in _sources() if each.recognises(text)]
    return next(iter([*found, *([CSV] if csv_table.recognises(text) else [])]), "")


def _decoded(data: bytes, kind: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = "TOML" if kind in ("", TOML) else "text in UTF-8"
        raise UsageError(f"The file is no {what}: {error}.") from error


def _from_opml(data: bytes, *, folders: bool) -> ImportList:
    from bot.text.opml import read_opml  # noqa: PLC0415 -- brings lxml

    feeds, problems = [], []
    for each in read_opml(data):
        names = [*each.categories, *(each.folders if folders else ())]
        try:
            wanted = ", ".join(spelled_key(*read_term(name)) for name in dict.fromkeys(names))
        except UsageError as error:
            problems.append(ImportProblem(str(error), each.line))
        else:
            feeds.append(ImportedFeed(each.url, each.name, wanted=wanted, line=each.line))
    return ImportList(tuple(feeds), tuple(problems))


def _plugins() -> Sequence[AdapterPlugin[Any]]:
    """Return the plug-ins; broken ones are left out, as they have their own errors elsewhere."""
    found = []
    for name in adapters.names():
        try:
            found.append(adapters.plugin(name))
        except ConfigError:
            continue
    return found


def _sources() -> list[ImportSource]:
    return [source for each in _plugins() for source in each.sources]
