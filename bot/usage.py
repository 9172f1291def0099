"""Reads the command line: a wrong word is answered with the nearest right one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.text.normalize import nearest

ENV_FILE = "bystander.env"  # as `bystander init` calls it
UNSET = "is not set; put it into the environment"  # how the problem of a missing secret goes on
_WRONG = re.compile(r"invalid choice: '([^']*)'|unrecognized arguments: (\S+)")


class Parser(argparse.ArgumentParser):
    """A parser of arguments. `words`: what may stand there beside its options, such as the calls."""

    words: Sequence[str] = ()

    def error(self, message: str) -> Any:
        """End with exit code 2, the usage, what is wrong, and the nearest right word if there is one."""
        wrong = _WRONG.search(message)
        known = [*self.words, *(self._option_string_actions if wrong and wrong[2] else ())]
        super().error(message + _hint(wrong[1] or wrong[2], known) if wrong else message)


class CallParser(Parser):
    """The parser of one call. It answers for what it does not know, with its own usage."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the options and [], as all must be known here."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown


def _hint(wrong: str, known: Iterable[str]) -> str:
    near = nearest(wrong.partition("=")[0], known, limit=1)
    return f"; did you mean {near[0]}?" if near else ""


def forgotten(config: str, env_file: str | None, problems: Iterable[str]) -> list[str]:
    """Return a line if a secret is missing, and the file in which `init` has put it was not named."""
    file = Path(config).with_name(ENV_FILE)
    if env_file is not None or not any(UNSET in each for each in problems) or not file.exists():
        return []
    return [f"{file} lies beside the config and was not read; add --env-file {file}"]
