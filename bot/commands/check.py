"""The checks that every value passes before a handler sees it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.commands.parse import LONGEST, unquoted
from bot.commands.wording import listed, quoted
from bot.errors import UsageError
from bot.model import CommandSpec, ParameterSpec
from bot.text.normalize import similar
from bot.text.sanitize import visible

_UNQUOTED = ("text", "time", "choice", "number")  # kinds whose values mean the same in quotation marks
_NUMBER = re.compile(r"[+-]?\d{1,9}")


def checked(command: CommandSpec, values: Mapping[str, str]) -> dict[str, str]:
    """Return the cleaned values without blank ones; numbers and choices in their canonical form.

    Raises UsageError that names the nearest valid value.
    """
    known = {parameter.name: parameter for parameter in command.parameters}
    found: dict[str, str] = {}
    for name, text in values.items():
        if name not in known:
            raise UsageError(f"/{command.path} has no {quoted(name, 40)}. Usage: {command.usage}")
        if len(text) > LONGEST:
            raise UsageError(f"{name} is too long: {len(text):,} characters, and {LONGEST:,} is the limit.")
        value = visible(text)
        if known[name].kind in _UNQUOTED:
            value = unquoted(value)
        if value:
            found[name] = _value(known[name], value)
    return found


def _value(parameter: ParameterSpec, value: str) -> str:
    if parameter.kind == "number":
        return _number(parameter, value)
    if parameter.kind == "choice":
        return _choice(parameter, value)
    return value


def _number(parameter: ParameterSpec, value: str) -> str:
    low, high = parameter.minimum, parameter.maximum
    if not _NUMBER.fullmatch(value):
        raise UsageError(f"{quoted(value, 40)} is no number: {parameter.name} is {low} to {high}.")
    number = int(value)
    if not low <= number <= high:
        closest = max(low, min(number, high))
        raise UsageError(f"{parameter.name} is {low} to {high}, not {number}. The nearest is {closest}.")
    return str(number)


def _choice(parameter: ParameterSpec, value: str) -> str:
    word = value.casefold().strip(",;.")
    if word in parameter.choices:
        return word
    near = similar(word, parameter.choices) or list(parameter.choices)
    raise UsageError(
        f"{quoted(value, 40)} is no choice for {parameter.name}. Nearest: {listed(near, last='or')}."
    )
