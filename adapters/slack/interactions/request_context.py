"""Reads from Slack's payloads who did something and where, and validates them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_IDS = {
    "team": re.compile(r"[TE][A-Z0-9]{2,20}"),
    "user": re.compile(r"[UW][A-Z0-9]{2,20}"),
    "channel": re.compile(r"[CDG][A-Z0-9]{2,20}"),
}
_LONGEST_URL = 3000
# The fields that Bolt itself reads, before any listener.
_KINDS: dict[str, type | tuple[type, ...]] = {
    "action_id": str,
    "actions": list,
    "authorizations": list,
    "block_id": str,
    "callback_id": str,
    "enterprise": dict,
    "event": dict,
    "team": (dict, str),
    "team_id": str,
    "type": str,
    "user": (dict, str),
    "view": dict,
}


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Where a payload comes from. `channel` is "" for views and events; `trigger`: the payload's id."""

    team: str
    user: str
    channel: str = ""
    trigger: str = ""
    response_url: str = ""

    @property
    def in_channel(self) -> bool:
        """Whether it happened in a channel, and not in a direct message or a view."""
        return self.channel.startswith(("C", "G"))


def read(body: Mapping[str, Any]) -> RequestContext | None:
    """Return the origin of a command, click, form, search or event; None without user or workspace."""
    view, event = _mapping(body.get("view")), _mapping(body.get("event"))
    user = body.get("user_id") or _id_of(body.get("user")) or event.get("user")
    team = (
        view.get("app_installed_team_id")  # an organisation may show the view in another workspace
        or body.get("team_id")
        or _id_of(body.get("team"))
        or _mapping(body.get("user")).get("team_id")
    )
    channel = body.get("channel_id") or _id_of(body.get("channel"))
    found = RequestContext(
        _checked("team", team),
        _checked("user", user),
        _checked("channel", channel),
        _text(body.get("trigger_id")) or _text(body.get("event_id")),
        _text(body.get("response_url")),
    )
    return found if found.team and found.user else None


def is_sound(body: object) -> bool:
    """Whether each field that Bolt reads has the type that Slack sends, or is absent."""
    if not isinstance(body, Mapping) or not _is_typed(body):
        return False
    actions, view = body.get("actions"), _mapping(body.get("view"))
    if body.get("type") == "block_actions" and not actions:
        return False
    return _is_typed(view) and all(
        isinstance(each, Mapping) and isinstance(each.get("action_id"), str) and _is_typed(each)
        for each in actions or ()
    )


def _is_typed(part: Mapping[str, Any]) -> bool:
    return all(isinstance(part[name], kind) for name, kind in _KINDS.items() if part.get(name) is not None)


def channel_id(value: object) -> str:
    """Return a value that is the id of a channel, "" for anything else, also direct messages."""
    found = _checked("channel", value)
    return "" if found.startswith("D") else found


def _checked(kind: str, value: object) -> str:
    return value if isinstance(value, str) and _IDS[kind].fullmatch(value) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST_URL else ""


def _id_of(value: object) -> object:
    return _mapping(value).get("id")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def clicked(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the action id and the value of the clicked button, "" for a missing one."""
    match body.get("actions"):
        case [Mapping() as action, *_]:
            found = (action.get("action_id"), action.get("value"))
            return (
                found[0] if isinstance(found[0], str) else "",
                found[1] if isinstance(found[1], str) else "",
            )
    return "", ""
