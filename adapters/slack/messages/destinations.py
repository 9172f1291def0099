"""Addresses on Slack. Pure.

`slack:C…` is a channel and `slack:U…` a person in the home workspace, that of SLACK_BOT_TOKEN. Addresses in
any other workspace contain its id: `slack:T…/C…`. Ids: documentation, types of objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import PermanentError, Scope

PLATFORM = "slack"

_LOCAL = re.compile(r"(?:([TE][A-Z0-9]{2,20})/)?([CGUW][A-Z0-9]{2,20})")
_PEOPLE = ("U", "W")


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or a person. `team` is "" for the home workspace."""

    team: str
    id: str

    @property
    def is_person(self) -> bool:
        """Whether it is a person, who gets direct messages."""
        return self.id.startswith(_PEOPLE)


def read_address(local: str) -> Place:
    """Parse the part of an address after "slack:". PermanentError(DESTINATION): it is malformed."""
    match = _LOCAL.fullmatch(local)
    if match is None:
        raise PermanentError(
            "That is no place on Slack; take it off and add the channel with /alerts add.",
            scope=Scope.DESTINATION,
        )
    return Place(match[1] or "", match[2])


def address(team: str, place_id: str, home: str) -> str:
    """Return the address of a channel or person; `home` is the id of the home workspace, "" for none."""
    return f"{PLATFORM}:{place_id}" if team in ("", home) else f"{prefix(team)}{place_id}"


def server_name(team: str) -> str:
    """Return the name of a workspace for `Caller.server`."""
    return f"{PLATFORM}:{team}"


def prefix(team: str) -> str:
    """Return the common prefix of all addresses in a workspace other than the home workspace."""
    return f"{PLATFORM}:{team}/"
