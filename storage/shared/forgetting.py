"""Finds a person in texts that belong to others, and takes them out. Pure.

A platform's address of a person ends with their id: the part after the last colon or slash. Their mentions
are written `<@id>`, `<@!id>` or `@id`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from bot.model import platform_of

SOMEBODY = "somebody"
MENTION_ENDED = "no longer mentions somebody who asked to be forgotten"
UNDER_WAY = "A message to you is being sent at this moment; ask again in a minute."

_LAST = re.compile(r"[:/]")


@dataclass(frozen=True, slots=True)
class Person:
    """The person with an address."""

    address: str
    id: str = field(init=False)
    _owner: str = field(init=False)
    _written: re.Pattern[str] = field(init=False)
    _mention: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        last = _LAST.split(self.address)[-1]
        marked, typed = rf"<@!?{re.escape(last)}>", rf"@{re.escape(last)}"
        written = rf"{marked}|(?<![\w/:@.-])(?:{typed}|{re.escape(self.address)})(?![\w/@-])"
        object.__setattr__(self, "id", last)
        object.__setattr__(self, "_owner", platform_of(self.address) + ":")
        object.__setattr__(self, "_mention", re.compile(f"{marked}|{typed}"))
        object.__setattr__(self, "_written", re.compile(written))

    def taken_out(self, text: str) -> str:
        """Return a text in which nobody's name stands in place of theirs."""
        return self._written.sub(SOMEBODY, text)

    def unmentioned(self, mentions: str) -> str:
        """Return mentions, separated by spaces, without theirs."""
        return " ".join(each for each in mentions.split() if not self._mention.fullmatch(each))

    def owns(self, key: str, value: str) -> bool:
        """Whether a stored value is about them, or names them. Adapters may write it with percent signs."""
        own = key.startswith(self._owner) and _LAST.split(key)[-1] == self.id
        return own or any(self._written.search(text) for text in (value, unquote(value)))
