"""Converts the states of feeds to columns and back.

Most polls bring nothing, and of the state only three values change then: they have columns. The rest is one
JSON text, which is compared and kept as it is, and neither written nor read again while it stays the same.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, get_type_hints

from bot.model import BlogApi, FeedState
from storage.shared.mapping import from_ms, maybe_from_ms, maybe_ms, to_ms
from storage.shared.rows import Row

STATE_COLUMNS = ("state", "last_success_at", "last_full_at", "unchanged_bodies")
_LASTING = tuple(name for name in FeedState._fields if name not in STATE_COLUMNS)
_DATES = frozenset(name for name, kind in get_type_hints(FeedState).items() if kind == datetime | None)
_values_of = attrgetter(*_LASTING)
_NEW = _values_of(FeedState())
_to_json = json.JSONEncoder(ensure_ascii=False).encode
REMEMBERED = 16_384  # feeds; their states take some 20 MB then
_remembered = lru_cache(maxsize=REMEMBERED)


def state_columns(state: FeedState) -> dict[str, object]:
    """Return a feed's state as the values of `STATE_COLUMNS`."""
    return {
        "state": _text_of(_values_of(state)),
        "last_success_at": maybe_ms(state.last_success_at),
        "last_full_at": maybe_ms(state.last_full_at),
        "unchanged_bodies": state.unchanged_bodies,
    }


def state_from(row: Row) -> FeedState:
    """Return the state in a row with `STATE_COLUMNS`. Names that this version does not know are ignored."""
    return FeedState(
        **_lasting(row["state"]),
        last_success_at=maybe_from_ms(row["last_success_at"]),
        last_full_at=maybe_from_ms(row["last_full_at"]),
        unchanged_bodies=row["unchanged_bodies"],
    )


def same_columns(row: Row) -> dict[str, object]:
    """Return the state in a row as it is, as the values of `STATE_COLUMNS`."""
    return {name: row[name] for name in STATE_COLUMNS}


def shifted_state(text: str, by: int) -> str:
    """Return the JSON of a state with its times shifted, but `baseline_at`, which is no time of a poll."""
    values = json.loads(text)
    for name in _DATES - {"baseline_at"}:
        if name in values:
            values[name] += by
    return _to_json(values)


def without_server(state: FeedState) -> FeedState:
    """Return the state for a new URL, without what the old URL's server answered."""
    return state._replace(
        etag="",
        last_modified="",
        body_hash="",
        unchanged_bodies=0,
        last_full_at=None,
        ttl=0.0,
        moved_to="",
        moved_polls=0,
        moved_since=None,
        gone_since=None,
        stopped=False,
        api=None,
        api_retry_at=None,
        hub="",
        topic="",
        categories_at=None,
    )


@_remembered
def _text_of(values: tuple[object, ...]) -> str:
    """Return the values of `_LASTING` as JSON, without those that equal the default."""
    named = zip(_LASTING, values, _NEW, strict=True)
    return _to_json({name: _stored(value) for name, value, default in named if value != default})


@_remembered
def _lasting(text: str) -> dict[str, Any]:
    """Return the values of `_text_of` by name."""
    return {
        name: from_ms(value) if name in _DATES else _api_from(value) if name == "api" else value
        for name, value in json.loads(text).items()
        if name in _LASTING
    }


def _stored(value: object) -> object:
    """Return a value of a feed's state for JSON: a moment as milliseconds, an API as "kind url".

    Texts are without null characters, with which PostgreSQL would read nothing of the JSON.
    """
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, str):
        return value.replace("\0", "")
    return f"{value.kind} {value.url}" if isinstance(value, BlogApi) else value


def _api_from(text: str) -> BlogApi | None:
    """Return the API of `_stored`; None for a kind that this version does not know."""
    kind, _, url = text.partition(" ")
    if kind == "wpcom" and url:
        return BlogApi("wpcom", url)
    return BlogApi("wpjson", url) if kind == "wpjson" and url else None
