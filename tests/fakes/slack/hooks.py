"""response_urls: five posts within thirty minutes each, shown to one person or to the channel."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.slack.basics import ApiError, Json, words
from tests.fakes.slack.chat import Chat, content_text
from tests.fakes.slack.core import Call, Core
from tests.fakes.slack.deeds import Deed
from tests.fakes.slack.faults import RESPONSE_URL, Fault
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.web import abort
from tests.fakes.slack.world import Channel, User

USES, LIFE = 5, 1800.0
_KEYS = words(
    """attachments blocks delete_original link_names markdown_text metadata mrkdwn parse replace_original
    response_type text thread_ts unfurl_links unfurl_media"""
)


@dataclass(eq=False)
class Hook:
    """One response_url; `source` is the message whose element was used."""

    deed: Deed
    user: User
    channel: Channel
    until: float
    source: StoredMessage | None = None
    uses: int = 0


class Hooks:
    """Makes response_urls and takes what is posted there."""

    def __init__(self, core: Core, chat: Chat) -> None:
        self._core = core
        self._chat = chat
        self._hooks: dict[str, Hook] = {}
        self._numbers = itertools.count(1)

    def add(self, deed: Deed, user: User, channel: Channel, source: StoredMessage | None = None) -> str:
        """Return the response_url of a deed."""
        kind = "commands" if source is None else "actions"
        path = f"/{kind}/{user.team.id}/{next(self._numbers)}/{secrets.token_hex(12)}"
        self._hooks[path] = Hook(deed, user, channel, self._core.clock.now() + LIFE, source)
        deed.response_url = self._core.base + path
        return deed.response_url

    def show(self, hook: Hook, content: Json) -> None:
        """Put a message before the person, or before all with response_type in_channel."""
        open_to_all = content.get("response_type") == "in_channel"
        user_id = "" if open_to_all else hook.user.id
        message = self._chat.add(hook.channel, content, user_id=user_id, ephemeral=not open_to_all)
        hook.deed.shown.append(message)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Take one post."""
        call = Call(RESPONSE_URL, {}, self._core.clock.now(), request.match_info["team"])
        self._core.calls.append(call)
        await self._core.faults.wait(RESPONSE_URL)
        fault = self._core.faults.take(RESPONSE_URL)
        if fault is not None and fault.kind == "drop":
            return abort(request, call)
        try:
            _meet(fault)
            call.arguments = await _json(request)
            self._take(request.path, call.arguments)
        except ApiError as error:
            call.status, call.error = error.status, error.name
            return web.json_response(error.body, status=error.status, headers=error.headers)
        if fault is not None:
            return abort(request, call)
        call.status = 200
        return web.json_response({"ok": True})

    def _take(self, path: str, content: Json) -> None:
        hook = self._hooks.get(path)
        if hook is None:
            raise ApiError("invalid_url", status=404)
        if self._core.clock.now() > hook.until:
            raise ApiError("expired_url", status=404)
        if hook.uses >= USES:
            self._core.violate(f"{RESPONSE_URL}: a sixth post to the same one")
            raise ApiError("used_url", status=404)
        for key in sorted(content.keys() - _KEYS):
            self._core.violate(f"{RESPONSE_URL}: unknown key {key}")
        if content.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
            self._core.violate(f"{RESPONSE_URL}: response_type {content['response_type']}")
        if not content.get("delete_original"):
            try:
                self._chat.check(RESPONSE_URL, content)
            except ApiError as error:
                raise ApiError(error.name, status=400) from None
        hook.uses += 1
        hook.deed.answers.append(content)
        self._apply(hook, content)
        hook.deed.ring()

    def _apply(self, hook: Hook, content: Json) -> None:
        """Replace or delete the message it is about, or show a new one."""
        original = hook.source or (hook.deed.shown[-1] if hook.deed.shown else None)
        if content.get("delete_original"):
            if original is not None:
                original.deleted = True
        elif content.get("replace_original") and original is not None:
            original.write(content_text(content), content.get("blocks") or [])
            original.edited = self._core.world.stamps.next()
        else:
            self.show(hook, content)


def _meet(fault: Fault | None) -> None:
    """Raise the error that was planned."""
    if fault is not None and fault.kind != "lose":
        code, name = fault.code or (429 if fault.kind == "ratelimit" else 400), fault.name or "ratelimited"
        raise ApiError(name, status=code, retry_after=fault.seconds or 0)


async def _json(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        raise ApiError("invalid_payload", status=400) from None
    if not isinstance(body, dict):
        raise ApiError("invalid_payload", status=400)
    return body
