"""Types and checks for single values of the config file, also for the tables that adapters declare.

Each check raises `ValueError` with a sentence without its subject ("is no size; ..."). The problem line puts
the key and the value before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StrictBool

from bot.text.normalize import fold
from bot.text.urls import web_url

_LONGEST_NAME = 100


class Table(BaseModel):
    """A table of the file. It is immutable, and undeclared keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


class AdapterTable(Table):
    """The table of one platform, under the platform's name. Every key needs a default."""

    enabled: StrictBool = False


def read_by(read: Callable[[str], Any], low: str = "", high: str = "") -> PlainValidator:
    """Return a check that converts a text with `read`. Other types are passed as "", which it must refuse.

    `low` and `high`: the smallest and the largest value, written as in the file; "" for no bounds.
    """

    def check(value: object) -> object:
        found = read(value if isinstance(value, str) else "")
        if low and not read(low) <= found <= read(high):
            raise ValueError(f'must be "{low}" to "{high}"')
        return found

    return PlainValidator(check)


def whole(low: int, high: int) -> PlainValidator:
    """Return a check for a whole number from `low` to `high`."""

    def check(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise ValueError(f"must be a whole number from {low} to {high}, without quotes")

    return PlainValidator(check)


def printable(text: str) -> str:
    """Return the text if all its characters are printable."""
    if text.isprintable():
        return text
    raise ValueError("has a line break or an invisible character in it; take it out")


def _name(text: str) -> str:
    if not fold(text):
        raise ValueError("is empty; write a name or leave it out")
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"is too long; write at most {_LONGEST_NAME} characters")
    return printable(text)


def or_empty(check: Callable[[str], object]) -> AfterValidator:
    """Return a check that accepts "" and applies `check` to any other text."""

    def optional(text: str) -> str:
        if text:
            check(text)
        return text

    return AfterValidator(optional)


def matching(pattern: str, mend: str) -> AfterValidator:
    """Return a check that the whole text matches a pattern; `mend` is the error sentence if not."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text):
            return text
        raise ValueError(mend)

    return AfterValidator(check)


def written(text: str) -> Any:
    """Declare a default as it would be written in the file; the field's check converts it."""
    return Field(default=text)


Text = Annotated[str, AfterValidator(printable)]
Name = Annotated[str, AfterValidator(_name)]
Url = Annotated[str, AfterValidator(web_url)]
OptionalUrl = Annotated[str, or_empty(web_url)]
