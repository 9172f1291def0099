"""Reads and writes environment files: lines NAME=VALUE, as a shell, systemd and containers read them too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import ConfigError

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")


def environment(file: str | None, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment and the variables of a file; what the environment has already, it keeps.

    ConfigError has a line for each line of the file that cannot be used; none of them shows a value.
    """
    if file is None:
        return environ
    try:
        text = Path(file).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            [f"{file}: cannot be read ({error.strerror}); name a file that you may read"]
        ) from None
    except ValueError:
        raise ConfigError([f"{file}: is no UTF-8 text; save it as UTF-8"]) from None
    return {**dict(_variables(file, text)), **environ}


def env_text(values: Mapping[str, str]) -> str:
    """Return the text of a file with these variables."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _variables(file: str, text: str) -> Iterator[tuple[str, str]]:
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        words = _words(found[2]) if found else None
        if found is None or words is None:
            problems.append(f"{file}, line {number}: is not NAME=VALUE; put a value with spaces in quotes")
        else:
            yield found[1], words
    if problems:
        raise ConfigError(problems)


def _words(value: str) -> str | None:
    """Return a value without its quotes; None if a quote is not closed, or if there are several words."""
    try:
        words = shlex.split(value)
    except ValueError:
        return None
    return "".join(words) if len(words) <= 1 else None
