"""Answers requests to a fake Slack that runs as a process: `_name` answers `{"do": "name"}`."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.slack.basics import Json
from tests.fakes.slack.deeds import Deed
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.views import View
from tests.fakes.slack.world import Team, User

_POST = "chat.postMessage"


class BotServices:
    """Answers the requests on stdin. Who is not there yet joins the team (the first, unless it is named)."""

    def __init__(self, slack: FakeSlack, say: Callable[[Json], None]) -> None:
        self._slack = slack
        self._say = say

    async def serve(self, lines: asyncio.StreamReader) -> None:
        """Answer every line until the end."""
        async with asyncio.TaskGroup() as work:
            while line := await lines.readline():
                work.create_task(self._one(json.loads(line)))

    async def _one(self, request: Json) -> None:
        try:
            handler: Callable[[Json], Awaitable[Any]] = getattr(self, f"_{request['do']}")
            answer: Json = {"answer": await handler(request)}
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError, TimeoutError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        self._say({**answer, "id": request.get("id")})

    # --- what has happened ---------------------------------------------------------------------------------

    async def _stats(self, _request: Json) -> Json:
        """Return calls by status and by error, 429s, posts with first and last time, sockets, violations."""
        slack = self._slack
        posts = [each.at for each in slack.calls_to(_POST) if each.status == 200 and not each.error]
        return {
            "calls": dict(Counter(each.method for each in slack.calls)),
            "statuses": dict(Counter(str(each.status) for each in slack.calls)),
            "errors": dict(Counter(each.error for each in slack.calls if each.error)),
            "refused": dict(slack.limits.refused),
            "posts": {"count": len(posts), "first": min(posts, default=0.0), "last": max(posts, default=0.0)},
            "connections": len(slack.sockets.connections),
            "opened": slack.sockets.opened,
            "violations": slack.violations[:20],
        }

    async def _counts(self, _request: Json) -> Json:
        """Return the messages per channel id."""
        places = [place for team in self._slack.core.world.teams.values() for place in team.channels.values()]
        return {place.id: count for place in places if (count := len(self._slack.messages(place)))}

    async def _calls(self, request: Json) -> list[Json]:
        """Return every call, or those of a method."""
        found = [each for each in self._slack.calls if request.get("method") in (None, each.method)]
        return [
            {
                "method": each.method,
                "arguments": each.arguments,
                "at": each.at,
                "team": each.team_id,
                "status": each.status,
                "error": each.error,
            }
            for each in found
        ]

    async def _messages(self, request: Json) -> list[Json]:
        place = self._user(request).id if "user" in request else request["channel"]
        return [each.show(metadata=True) for each in self._slack.messages(place)]

    async def _ephemerals(self, request: Json) -> list[Json]:
        return [each.show() for each in self._slack.ephemerals(self._user(request))]

    async def _modal(self, request: Json) -> Json | None:
        view = self._slack.modal(self._user(request))
        return None if view is None else {**view.show(), "errors": view.errors}

    async def _home(self, request: Json) -> Json | None:
        view = self._slack.home(self._user(request))
        return None if view is None else view.show()

    async def _reset(self, _request: Json) -> None:
        """Forget the calls and the 429s so far."""
        self._slack.calls.clear()
        self._slack.limits.refused.clear()

    async def _violations(self, _request: Json) -> list[str]:
        """Return the violations and forget them."""
        return self._slack.take_violations()

    # --- people --------------------------------------------------------------------------------------------

    async def _user_id(self, request: Json) -> str:
        """Return the id of somebody; `admin`, `owner`, `guest`, `deactivated` change what they are."""
        user = self._user(request)
        for name in ("admin", "owner", "guest", "deactivated"):
            setattr(user, name, request.get(name, getattr(user, name)))
        return user.id

    async def _command(self, request: Json) -> Json:
        """Return what the person reads: so many `answers` are waited for (1). The DM without a channel."""
        user = self._user(request)
        place = request.get("channel") or user
        return await self._deed(
            request, self._slack.command(user, place, request["command"], request.get("text", ""))
        )

    async def _click(self, request: Json) -> Json:
        user = self._user(request)
        clicked = self._slack.click(
            user, self._place(user, request), request["action_id"], value=request.get("value")
        )
        return await self._deed(request, clicked, answers=0)

    async def _choose(self, request: Json) -> Json:
        user = self._user(request)
        chosen = self._slack.choose(user, self._place(user, request), request["action_id"], request["values"])
        return await self._deed(request, chosen, answers=0)

    async def _options(self, request: Json) -> list[str]:
        user = self._user(request)
        found = await self._slack.options(
            user, self._place(user, request), request["action_id"], request["typed"]
        )
        return [each.value for each in found]

    async def _submit(self, request: Json) -> Json:
        """Submit the modal and return its errors too."""
        user = self._user(request)
        view = await self._slack.wait_for_modal(user)
        told = await self._deed(request, self._slack.submit(user, view, request["values"]), answers=0)
        return {**told, "errors": view.errors}

    async def _open_home(self, request: Json) -> Json:
        return await self._deed(request, self._slack.open_home(self._user(request)), answers=0)

    async def _event(self, request: Json) -> Json:
        deed = self._slack.event(self._team(request), request["event"])
        return await self._deed(request, deed, answers=0)

    async def _deed(self, request: Json, acting: Awaitable[Deed], answers: int = 1) -> Json:
        started = time.monotonic()
        deed = await acting
        ack = await deed.acked()
        acked = time.monotonic() - started
        await deed.answered(request.get("answers", answers), timeout=request.get("patience", 20))
        return {
            "ack": ack,
            "acked_after": acked,
            "seconds": time.monotonic() - started,
            "answers": deed.answers,
            "shown": [each.show() for each in deed.shown],
        }

    # --- the world -----------------------------------------------------------------------------------------

    async def _channel(self, request: Json) -> None:
        """Do `what` with a channel: archive, unarchive, delete, invite_bot, kick_bot."""
        assert request["what"] in ("archive", "unarchive", "delete", "invite_bot", "kick_bot")
        getattr(self._team(request).channels[request["channel"]], request["what"])()

    async def _team_does(self, request: Json) -> None:
        """Do `what` with a team: revoke, uninstall, install."""
        team = self._team(request)
        if request["what"] == "uninstall":
            await team.uninstall()
        else:
            {"revoke": team.revoke, "install": team.install}[request["what"]]()

    async def _fault(self, request: Json) -> None:
        """Plan a fault by its name and arguments, or `heal`."""
        assert not request["kind"].startswith("_")
        getattr(self._slack.faults, request["kind"])(*request.get("arguments", []))

    async def _sockets(self, request: Json) -> None:
        """Let something happen to the sockets: refresh, link_disabled, reset, duplicate_next, stall."""
        assert request["what"] in ("refresh", "link_disabled", "reset", "duplicate_next", "stall")
        done = getattr(self._slack.sockets, request["what"])(*request.get("arguments", []))
        if done is not None:
            await done

    async def _connected(self, request: Json) -> None:
        """Wait for so many open connections, and so many opened ever."""
        sockets = self._slack.sockets
        wanted, opened = request.get("connections", 1), request.get("opened", 0)
        await self._slack.wait_until(lambda: len(sockets.connections) >= wanted and sockets.opened >= opened)

    async def _advance(self, request: Json) -> None:
        self._slack.clock.advance(request["seconds"])

    async def _request_url(self, request: Json) -> None:
        self._slack.request_url = request["url"]

    # --- who and where -------------------------------------------------------------------------------------

    def _team(self, request: Json) -> Team:
        teams = self._slack.core.world.teams
        return teams[request["team"]] if "team" in request else next(iter(teams.values()))

    def _user(self, request: Json) -> User:
        team, name = self._team(request), request["user"]
        known = (user for user in team.users.values() if name in (user.name, user.id))
        return next(known, None) or team.add_user(name)

    def _place(self, user: User, request: Json) -> StoredMessage | View:
        """Return what `on` names: modal, home, ephemeral, or else the newest message or the one of `ts`."""
        on = request.get("on", "message")
        if on in ("modal", "home"):
            view = self._slack.modal(user) if on == "modal" else self._slack.home(user)
            assert view is not None, f"{user.name} sees no {on}"
            return view
        if on == "ephemeral":
            return self._slack.ephemerals(user)[-1]
        stored = self._slack.messages(request.get("channel") or user)
        return next(each for each in reversed(stored) if request.get("ts") in (None, each.ts))
