"""A small language for the shapes of Block Kit: a check takes a value and its pointer and yields faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def units(text: str) -> int:
    """Return the length of a text as Slack counts it here: UTF-16 units, the largest of the usual counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def string(most: int, least: int = 1) -> Check:
    """Return the check of a text of so many characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"must provide a string [json-pointer:{at}]"
        elif units(value) > most:
            yield f"must be less than {most + 1} characters [json-pointer:{at}]"
        elif len(value) < least:
            yield f"must be more than {least - 1} characters [json-pointer:{at}]"

    return check


def flag(value: Any, at: str) -> Iterator[str]:
    """Check a boolean."""
    if not isinstance(value, bool):
        yield f"must provide a boolean [json-pointer:{at}]"


def number(value: Any, at: str) -> Iterator[str]:
    """Check an integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield f"must provide a number [json-pointer:{at}]"


def one_of(*values: str) -> Check:
    """Return the check of a value out of a list."""

    def check(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            yield f"must be one of {', '.join(values)} [json-pointer:{at}]"

    return check


def many(each: Check, most: int, least: int = 1) -> Check:
    """Return the check of a list with so many items."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"must provide an array [json-pointer:{at}]"
            return
        if len(value) > most:
            yield f"no more than {most} items allowed [json-pointer:{at}]"
        if len(value) < least:
            yield f"must have at least {least} items [json-pointer:{at}]"
        for index, item in enumerate(value):
            yield from each(item, f"{at}/{index}")

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Return the check of an object with these keys and no others."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"must provide an object [json-pointer:{at}]"
            return
        for key in required:
            if key not in value:
                yield f"missing required field: {key} [json-pointer:{at}]"
        for key, item in value.items():
            if key in known:
                yield from known[key](item, f"{at}/{key}")
            else:
                yield f"invalid additional property: {key} [json-pointer:{at}]"

    return check


def typed(shapes: Mapping[str, Check]) -> Check:
    """Return the check of an object whose `type` says which shape it has."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        else:
            yield from shapes[kind](value, at)

    return check


def text(most: int, *kinds: str, least: int = 1) -> Check:
    """Return the check of a text object of one of these kinds (plain_text, mrkdwn)."""
    plain = fields({"type": anything, "text": string(most, least)}, {"emoji": flag})
    marked = fields({"type": anything, "text": string(most, least)}, {"verbatim": flag})
    shapes = {"plain_text": plain, "mrkdwn": marked}
    return typed({kind: shapes[kind] for kind in kinds})


def anything(_value: Any, _at: str) -> Iterator[str]:
    """Check nothing."""
    yield from ()
