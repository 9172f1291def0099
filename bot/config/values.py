"""What a single value of the config file may be; adapters declare their tables with these too.

Each check raises `ValueError` with a sentence that lacks its subject ("is no size; ..."). The problem line
puts the key and the value before it.
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
    """A table of the file. It cannot be changed, and a key that it does not declare is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


class AdapterTable(Table):
    """The table of one platform, under the platform's name. Every key needs a default."""

    enabled: StrictBool = False


def read_by(read: Callable[[str], Any], low: str = "", high: str = "") -> PlainValidator:
    """Return a check that reads a text into a value; what is no text is read as "", which `read` must refuse.

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
    """Return the text if every character of it can be seen."""
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
    """Return a check that accepts "", and that leaves any other text to `check`."""

    def optional(text: str) -> str:
        if text:
            check(text)
        return text

    return AfterValidator(optional)


def matching(pattern: str, mend: str) -> AfterValidator:
    """Return a check that the whole text fits a pattern; `mend` is the sentence for a text that does not."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text):
            return text
        raise ValueError(mend)

    return AfterValidator(check)


def written(text: str) -> Any:
    """Declare a default as the file writes it; its check turns it into the value."""
    return Field(default=text)


Text = Annotated[str, AfterValidator(printable)]
Name = Annotated[str, AfterValidator(_name)]
Url = Annotated[str, AfterValidator(web_url)]
OptionalUrl = Annotated[str, or_empty(web_url)]
