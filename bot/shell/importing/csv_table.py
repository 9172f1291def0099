"""Reads a table of feeds, channels and filters, as spreadsheets write it. Pure."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence

from bot.errors import UsageError
from bot.model import ImportedFeed, ImportList, ImportProblem
from bot.text.normalize import fold
from bot.text.urls import is_web

FEED, PLACE, WANTED, NAME = "feed", "channel", "filter", "name"
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 10_000  # characters
# How tables call their columns, folded.
_COLUMNS = {
    FEED: "feed|url|feed url|rss|rss url|atom|link|xmlurl|address of the feed",
    PLACE: "channel|channel id|place|destination|to|where|room|address",
    WANTED: "filter|filters|category|categories|terms|keywords|wanted",
    NAME: "name|title|feed name|feed title",
}
_MEANINGS = {fold(each): column for column, names in _COLUMNS.items() for each in names.split("|")}

Place = Callable[[str], str]


def recognises(text: str) -> bool:
    """Whether a text begins like a table with a column of feeds."""
    return any(FEED in _header(_rows(text, delimiter, 1)) for delimiter in _DELIMITERS)


def read_csv(text: str, place: Place) -> ImportList:
    """Return the feeds of a table. `place`: returns the address of a channel, "" if it cannot be one.

    The first row names the columns; without such a row they are feed, channel and filter. UsageError: there
    is no column of feeds.
    """
    for delimiter in _DELIMITERS:
        header = _header(_rows(text, delimiter, 1))
        if FEED in header:
            return _read(_rows(text, delimiter), header, place, begin=1)
    for delimiter in _DELIMITERS:
        first = next(iter(_rows(text, delimiter, 1)), [])
        if first and is_web(first[0].strip()):
            return _read(_rows(text, delimiter), {FEED: 0, PLACE: 1, WANTED: 2}, place, begin=0)
    raise UsageError(
        "The table has no column of feeds; call it “feed”, and the others “channel” and “filter”."
    )


def _rows(text: str, delimiter: str, most: int | None = None) -> list[list[str]]:
    """Return the first rows of a table. UsageError: it is none."""
    lines = text.splitlines(keepends=True)
    rows: list[list[str]] = []
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if most is not None and len(rows) >= most:
                break
    except csv.Error as error:
        if most is None:
            raise UsageError(f"The table cannot be read: row {len(rows) + 1}: {error}.") from error
    finally:
        csv.field_size_limit(before)
    return rows


def _header(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return which column of the first row means what."""
    found: dict[str, int] = {}
    for index, cell in enumerate(rows[0] if rows else []):
        if column := _MEANINGS.get(fold(cell)):
            found.setdefault(column, index)
    return found


def _read(rows: Iterable[Sequence[str]], header: dict[str, int], place: Place, *, begin: int) -> ImportList:
    feeds, problems = [], []
    for number, row in enumerate(rows, 1):
        if number <= begin or not any(cell.strip() for cell in row):
            continue
        cells = {column: row[index].strip() if index < len(row) else "" for column, index in header.items()}
        channel = cells.get(PLACE, "")
        address = place(channel) if channel else ""
        if not cells[FEED]:
            problems.append(ImportProblem("there is no feed in it.", number))
        elif channel and not address:
            problems.append(
                ImportProblem(f"“{channel[:60]}” is no channel; give its address or its id.", number)
            )
        else:
            feeds.append(
                ImportedFeed(cells[FEED], cells.get(NAME, ""), address, cells.get(WANTED, ""), line=number)
            )
    return ImportList(tuple(feeds), tuple(problems))
