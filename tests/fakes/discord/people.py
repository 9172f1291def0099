"""Users, forum tags and permission overwrites: the parts of the world that know nothing of the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class User:
    """A person or a bot. `dm_refusal` is the error code that a message to their DM meets, 0 for none."""

    id: int
    name: str
    bot: bool = False
    dm_refusal: int = 0
    has_app: bool = False  # installed the application for themselves
    locale: str = "en-US"


@dataclass(eq=False)
class Overwrite:
    """What a channel allows and denies to a role (kind 0) or a member (kind 1)."""

    id: int
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Tag:
    """A tag of a forum."""

    id: int
    name: str
    moderated: bool = False
