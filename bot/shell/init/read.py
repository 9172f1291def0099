"""Checks single answers by the types of the config. Each raises ValueError with a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from adapters.plugin import AdapterPlugin
from bot.config.secret_shapes import mistakes
from bot.config.secrets import OWN, read_secrets
from bot.text.units import zone

_PLACE = Path("/etc/localtime")


def reader_of(kind: TypeAdapter[Any]) -> Callable[[str], str]:
    """Return a check of a type of the config; its sentence has no subject."""

    def read(text: str) -> str:
        try:
            kind.validate_python(text)
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            raise ValueError(str(detail.get("ctx", {}).get("error", detail["msg"]))) from None
        return text

    return read


def secret_reader(
    name: str, plugin: AdapterPlugin[Any], plugins: Collection[AdapterPlugin[Any]]
) -> Callable[[str], str]:
    """Return a check of one secret's form; its line begins with the variable, and shows no secret."""

    def read(text: str) -> str:
        names = [secret.name for each in plugins for secret in each.secrets]
        secrets, problems = read_secrets({name: text}, [*names, *OWN])
        problems += mistakes(secrets, plugins, [plugin])
        if problems:
            raise ValueError(problems[0])
        return text

    return read


def machine_zone() -> str:
    """Return the time zone of this machine, "UTC" where it does not tell."""
    for name in (os.environ.get("TZ", ""), str(_PLACE.resolve()).partition("zoneinfo/")[2]):
        try:
            return str(zone(name))
        except ValueError:
            continue
    return "UTC"
