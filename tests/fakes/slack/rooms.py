"""Who and where: auth, bots, conversations and users methods."""

from __future__ import annotations

import base64
from typing import Any

from tests.fakes.slack.basics import ApiError, Json
from tests.fakes.slack.chat import seen
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.web import Handler, need_scope
from tests.fakes.slack.world import Channel

_CREATED = 1_700_000_000
_NEXT = "next_ts:"  # before the time in a cursor of conversations.history
_KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


class Rooms:
    """Looks at the world."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.history_limit = 999  # see FakeSlack.outside_marketplace

    def table(self) -> dict[str, Handler]:
        """Return the handlers by method."""
        return {
            "auth.test": self._auth_test,
            "auth.revoke": self._auth_revoke,
            "bots.info": self._bot,
            "conversations.history": self._history,
            "conversations.info": self._info,
            "conversations.list": self._list,
            "conversations.open": self._open,
            "users.info": self._user,
            "users.list": self._users,
        }

    @staticmethod
    def _auth_test(asked: Request) -> Json:
        team = asked.team
        return {
            "url": team.url,
            "team": team.name,
            "user": team.users[team.bot_user_id].name,
            "team_id": team.id,
            "user_id": team.bot_user_id,
            "bot_id": team.bot_id,
            "is_enterprise_install": False,
        }

    @staticmethod
    def _auth_revoke(asked: Request) -> Json:
        if not asked.get("test"):
            asked.team.revoke()
        return {"revoked": not asked.get("test")}

    @staticmethod
    def _bot(asked: Request) -> Json:
        team = asked.team
        if asked.get("bot") not in (None, team.bot_id):
            raise ApiError("bot_not_found")
        name = team.users[team.bot_user_id].name
        return {"bot": {"id": team.bot_id, "app_id": team.app_id, "user_id": team.bot_user_id, "name": name}}

    def _history(self, asked: Request) -> Json:
        channel = seen(asked.team, str(asked.get("channel")))
        need_scope(asked.team, f"{channel.kind}:history")
        if not channel.has_bot:
            raise ApiError("not_in_channel")
        found = [each for each in reversed(channel.stored) if _within(asked, each)]
        limit = min(int(asked.get("limit") or 100), self.history_limit)
        page, cursor = _older(asked, found, limit)
        told = [each.show(metadata=bool(asked.get("include_all_metadata"))) for each in page]
        more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
        return {"messages": told, "has_more": bool(cursor), "pin_count": 0, **more}

    @staticmethod
    def _info(asked: Request) -> Json:
        channel = seen(asked.team, str(asked.get("channel")))
        need_scope(asked.team, f"{channel.kind}:read")
        return {"channel": show(channel, members=bool(asked.get("include_num_members")))}

    @staticmethod
    def _list(asked: Request) -> Json:
        kinds = str(asked.get("types") or "public_channel").split(",")
        for kind in kinds:
            if kind not in _KINDS:
                raise ApiError("invalid_types")
            need_scope(asked.team, f"{_KINDS[kind]}:read")
        wanted = {_KINDS[kind] for kind in kinds}
        found = [
            each
            for each in asked.team.channels.values()
            if each.kind in wanted
            and not each.deleted
            and (each.has_bot or not each.is_private)
            and not (asked.get("exclude_archived") and each.archived)
        ]
        page, cursor = _page(asked, found, int(asked.get("limit") or 100))
        told = [show(each, members=True) for each in page]
        return {"channels": told, "response_metadata": {"next_cursor": cursor}}

    @staticmethod
    def _open(asked: Request) -> Json:
        team, users = asked.team, str(asked.get("users") or "")
        if asked.get("channel"):
            channel = seen(team, str(asked.get("channel")))
            if channel.user is None:
                raise ApiError("method_not_supported_for_channel_type")
            return {"channel": {"id": channel.id}}
        if not users:
            raise ApiError("users_list_not_supplied")
        if "," in users:
            raise ApiError("invalid_user_combination")
        user = team.users.get(users)
        if user is None or user.is_bot:
            raise ApiError("user_not_found")
        if user.deactivated:
            raise ApiError("user_disabled")
        channel = team.dm_channel(user)
        return {"channel": show(channel, members=False) if asked.get("return_im") else {"id": channel.id}}

    @staticmethod
    def _user(asked: Request) -> Json:
        user = asked.team.users.get(str(asked.get("user")))
        if user is None:
            raise ApiError("user_not_found")
        return {"user": user.show()}

    @staticmethod
    def _users(asked: Request) -> Json:
        page, cursor = _page(asked, list(asked.team.users.values()), int(asked.get("limit") or 100))
        return {"members": [each.show() for each in page], "response_metadata": {"next_cursor": cursor}}


def show(channel: Channel, *, members: bool) -> Json:
    """Return a channel as conversations.info does; `members`: with their number."""
    if channel.user is not None:
        return {
            "id": channel.id,
            "created": _CREATED,
            "is_im": True,
            "is_archived": channel.archived,
            "is_org_shared": False,
            "user": channel.user.id,
            "is_user_deleted": channel.user.deactivated,
        }
    told: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "created": _CREATED,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_member": channel.has_bot,
        "context_team_id": channel.team.id,
    }
    return told | ({"num_members": len(channel.members)} if members else {})


def _within(asked: Request, message: StoredMessage) -> bool:
    """Whether a message lies between `oldest` and `latest`; both ends are out unless `inclusive`."""
    oldest, latest = _stamp(asked, "oldest"), _stamp(asked, "latest")
    at = _micros(message.ts)
    if message.deleted or (message.thread_ts and message.thread_ts != message.ts):
        return False
    if asked.get("inclusive"):
        return (oldest is None or at >= oldest) and (latest is None or at <= latest)
    return (oldest is None or at > oldest) and (latest is None or at < latest)


def _stamp(asked: Request, name: str) -> int | None:
    value = asked.get(name)
    if value in (None, ""):
        return None
    try:
        return _micros(str(value))
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _micros(ts: str) -> int:
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(f"{rest:0<6}"[:6])


def _page(asked: Request, found: list[Any], limit: int) -> tuple[list[Any], str]:
    """Return a page and the cursor of the next, "" at the end."""
    start, cursor = 0, asked.get("cursor")
    if cursor:
        try:
            start = int(base64.b64decode(str(cursor)).decode().removeprefix("next:"))
        except ValueError:
            raise ApiError("invalid_cursor") from None
    end = start + limit
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(found) else ""
    return found[start:end], following


def _older(asked: Request, found: list[StoredMessage], limit: int) -> tuple[list[StoredMessage], str]:
    """Return a page of history. Its cursor is the time of the next message: newer ones shift nothing."""
    cursor = asked.get("cursor")
    if cursor:
        try:
            latest = int(base64.b64decode(str(cursor)).decode().removeprefix(_NEXT))
        except ValueError:
            raise ApiError("invalid_cursor") from None
        found = [each for each in found if _micros(each.ts) <= latest]
    rest = found[limit:]
    return found[:limit], base64.b64encode(f"{_NEXT}{_micros(rest[0].ts)}".encode()).decode() if rest else ""
