"""Names that are paths: World/Asia/China is below World/Asia, which is below World. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.text.normalize import fold

_STEP = re.compile(r"\s*[/>\u00bb]\s*")
_LEAST = 3  # characters of each part, where the parent is not known: "AC/DC" and "24/7" are one name


def parents(name: str, known: Callable[[str], bool]) -> list[str]:
    """Return the names above a path, the nearest first; [] if the name is none.

    `known`: whether a name is known as a category. If it is, the parts below may be of any length.
    """
    parts = _STEP.split(name)
    if not all(map(fold, parts)):
        return []
    above = [name[: step.start()] for step in reversed(list(_STEP.finditer(name)))]
    return above if all(len(part) >= _LEAST for part in parts) else list(filter(known, above))
