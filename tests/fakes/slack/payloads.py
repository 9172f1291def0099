"""What Slack sends when people act: the payloads of commands, interactions and events."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.basics import Json
from tests.fakes.slack.core import Core
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.views import View
from tests.fakes.slack.world import Channel, Team, User

_TOKEN = "fakeverificationtoken"


def command(user: User, channel: Channel, name: str, text: str) -> Json:
    """Return a slash command, without its response_url and trigger_id."""
    team = user.team
    return {
        "token": _TOKEN,
        "team_id": team.id,
        "team_domain": team.name,
        "channel_id": channel.id,
        "channel_name": "privategroup" if channel.is_private else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": team.app_id,
        "is_enterprise_install": "false",
    }


def interaction(kind: str, user: User) -> Json:
    """Return what all interactions have."""
    team = user.team
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": team.id},
        "api_app_id": team.app_id,
        "token": _TOKEN,
        "team": {"id": team.id, "domain": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def source(where: StoredMessage | View, channel: Channel | None) -> Json:
    """Return where an element stands. An ephemeral message is not shown to the app again."""
    if isinstance(where, View):
        return {"container": {"type": "view", "view_id": where.id}, "view": where.show()}
    told: Json = {
        "container": {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": where.channel_id,
            "is_ephemeral": where.ephemeral,
        },
        "channel": {"id": where.channel_id, "name": channel.name if channel is not None else ""},
        "state": {"values": {}},
    }
    return told if where.ephemeral else {**told, "message": where.show()}


def event(core: Core, team: Team, told: Json) -> Json:
    """Return an event with its envelope."""
    now = core.clock.now()
    return {
        "token": _TOKEN,
        "team_id": team.id,
        "api_app_id": team.app_id,
        "event": {"event_ts": f"{now:.6f}", **told},
        "type": "event_callback",
        "event_id": core.world.ids.next("Ev"),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": team.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def option(text: str, value: str) -> Json:
    """Return an option as the app gets it back."""
    return {"text": {"type": "plain_text", "text": text, "emoji": True}, "value": value}


def listed_options(holder: Json) -> list[Json]:
    """Return the options of an element or of an answer, those of its groups too."""
    groups: list[Any] = holder.get("option_groups") or []
    return [*(holder.get("options") or []), *(each for group in groups for each in group["options"])]
