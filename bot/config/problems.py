"""Writes the line about a fault in the config file: key, value and what to do, without secrets. Pure."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from bot.config.secrets import Secrets, redact

CLIP = 80  # characters of a value that a line shows
_PASSWORD = re.compile(r"((?:password|passwd|pwd)=).*", re.IGNORECASE | re.DOTALL)

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong with the value at a path of the document."""

    path: Path
    message: str
    shown: bool = True  # whether the line shows the value


def line(fault: Fault, raw: Any, secrets: Secrets) -> str:
    """Return the line of a fault in a document."""
    key, value = "", raw
    for part in fault.path:
        key += f"[{part}]" if isinstance(part, int) else f".{_key(part, secrets)}"
        value = value[part] if fault.shown else None
    shown = f" = {_shown(value, secrets)}" if fault.shown else ""
    return f"{key.removeprefix('.')}{shown}: {fault.message}"


def _key(key: str, secrets: Secrets) -> str:
    shown = clean(key, secrets)
    return shown if re.fullmatch(r"[A-Za-z0-9_*-]+", shown) else f'"{shown}"'


def _shown(value: object, secrets: Secrets) -> str:
    """Return a value for its line: short and without secrets; a list or table as "[...]" or "{...}"."""
    if isinstance(value, list | dict):
        return "[...]" if isinstance(value, list) else "{...}"
    if isinstance(value, str):
        value = _PASSWORD.sub(r"\1***", redact(value, secrets))
        _, at, tail = value.rpartition("@")  # the part before an @ may contain a password
        value = f"***@{tail}" if at else value
        return f'"{clean(value, secrets)}"'
    try:
        return clean(str(value).lower(), secrets)  # TOML writes true, false, inf and nan
    except ValueError:  # str() limits the number of digits
        return "(a very long number)"


def clean(text: str, secrets: Secrets) -> str:
    """Return untrusted text for a line: no secrets, at most 80 characters, control characters escaped."""
    text = redact(text, secrets)[: CLIP + 1]
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    shown = shown.replace('"', '\\"')
    return shown if len(shown) <= CLIP else shown[: CLIP - 1] + "\N{HORIZONTAL ELLIPSIS}"
