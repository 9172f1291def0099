"""A WebSub hub on loopback, as the W3C recommends: it verifies, keeps leases, signs, pushes and retries.

It may also verify inside the request and answer 204, as hubs on WordPress.com do (`sync`), refuse (`denies`),
say nothing (`silent`), or go away (leave its `async with` block, and come back at the same port).
"""

from __future__ import annotations

import asyncio
import hmac
import io
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

_PATIENCE = aiohttp.ClientTimeout(total=10.0)
_TRIES, _PAUSE = 3, 0.1  # of one push, and seconds between two


@dataclass
class Verified:
    """A subscription that was verified. `until`: by time.monotonic."""

    topic: str
    callback: str
    secret: str
    until: float


@dataclass(frozen=True)
class Pushed:
    """One push as it was sent, and how it was answered: the status, 0 for no answer."""

    callback: str
    body: bytes
    signature: str
    status: int


@dataclass
class FakeHub:
    """A hub. `lease`: seconds that it grants whatever is asked for; None grants what is asked for."""

    port: int = 0
    lease: int | None = None
    method: str = "sha256"
    sync: bool = False
    denies: str = ""  # the reason
    silent: bool = False
    refuses: int = 0  # the status with which requests are answered
    asked: list[dict[str, str]] = field(default_factory=list)  # the forms that arrived
    verifications: list[tuple[str, int]] = field(default_factory=list)  # mode, status of the answer
    pushes: list[Pushed] = field(default_factory=list)
    verified: dict[tuple[str, str], Verified] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_PATIENCE)
        self._tasks: set[asyncio.Task[None]] = set()
        app = web.Application()
        app.router.add_post("/", self._asked)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._runner.cleanup()
        await self._session.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def callbacks(self) -> list[str]:
        """The callbacks of all subscriptions whose lease lasts."""
        return [each.callback for each in self.verified.values() if each.until > time.monotonic()]

    # --- subscribers --------------------------------------------------------------------------------------

    async def _asked(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.refuses:
            return web.Response(status=self.refuses)
        mode, callback = form.get("hub.mode", ""), form.get("hub.callback", "")
        if mode not in ("subscribe", "unsubscribe") or not callback or not form.get("hub.topic"):
            return web.Response(status=400, text="hub.mode, hub.topic or hub.callback is missing")
        assert len(form.get("hub.secret", "").encode()) < 200
        if self.sync:
            await self._verify(form)
            return web.Response(status=204)
        task = asyncio.create_task(self._verify(form))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=202)

    async def _verify(self, form: Mapping[str, str]) -> None:
        mode, topic, callback = form["hub.mode"], form["hub.topic"], form["hub.callback"]
        if self.denies and mode == "subscribe":
            denial = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": self.denies}
            self.verified.pop((topic, callback), None)
            return await self._question("denied", callback, denial, "")
        challenge = secrets.token_urlsafe()
        seconds = self.lease or int(form.get("hub.lease_seconds") or 3600)
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            query["hub.lease_seconds"] = str(seconds)
        await self._question(mode, callback, query, challenge)
        if self.verifications[-1] != (mode, 200):
            return None
        if mode == "unsubscribe":
            self.verified.pop((topic, callback), None)
            return None
        until, secret = time.monotonic() + seconds, form.get("hub.secret", "")
        self.verified[topic, callback] = Verified(topic, callback, secret, until)
        return None

    async def _question(self, mode: str, callback: str, query: Mapping[str, str], wanted: str) -> None:
        """Ask a subscriber, and note the status of its answer; -1 for one that is not the challenge."""
        status, text = await self.get(callback, query)
        self.verifications.append((mode, status if text == wanted else -1))

    async def get(self, callback: str, query: Mapping[str, str]) -> tuple[int, str]:
        """Ask whatever of a callback; return status and text, 0 for no answer."""
        try:
            async with self._session.get(callback, params=query, allow_redirects=False) as answer:
                if answer.status == 200:
                    assert answer.content_type == "text/plain", "what is echoed must not run in a browser"
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""

    # --- publishers ---------------------------------------------------------------------------------------

    async def publish(self, topic: str) -> None:
        """Fetch a topic, as a publisher asks a hub to, and push it to all who have subscribed to it."""
        if self.silent:
            return
        body = await self.fetch(topic)
        known = [each for each in self.verified.values() if each.topic == topic]
        await asyncio.gather(*(self._deliver(each, body) for each in known if each.until > time.monotonic()))

    async def fetch(self, topic: str) -> bytes:
        """Return what a topic shows now."""
        async with self._session.get(topic) as answer:
            return await answer.read()

    async def _deliver(self, to: Verified, body: bytes) -> None:
        signed = self.signature(to.secret, body)
        for left in reversed(range(_TRIES)):
            status = await self.push(to.callback, body, signed)
            if 200 <= status < 300 or not left:
                return
            if status == 410:
                self.verified.pop((to.topic, to.callback), None)
                return
            await asyncio.sleep(_PAUSE)

    def signature(self, secret: str, body: bytes) -> str:
        return f"{self.method}={hmac.new(secret.encode(), body, self.method).hexdigest()}"

    async def push(self, callback: str, body: bytes, signature: str) -> int:
        """Send one push, whatever it says; return the status of the answer, 0 for none."""
        headers = {"Content-Type": "application/rss+xml", "Link": f'<{self.url}>; rel="hub"'}
        if signature:
            headers["X-Hub-Signature"] = signature
        try:
            async with self._session.post(callback, data=io.BytesIO(body), headers=headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.pushes.append(Pushed(callback, body, signature, status))
        return status
