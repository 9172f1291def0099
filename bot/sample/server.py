"""Serves a sample blog on loopback and records all requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sample.blog import SampleBlog, load_posts
from bot.sample.routes import Parts, Routes

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as it arrived. `path` includes the query; `headers` have the client's spelling."""

    method: str
    path: str
    headers: dict[str, str]

    def header(self, name: str) -> str:
        """Return a header, ignoring the case of its name; "" when it was not sent."""
        return {key.lower(): value for key, value in self.headers.items()}.get(name.lower(), "")


class SampleServer:
    """Serves `blog` (default: one with the bundled posts) inside an `async with` block.

    `port` 0 means a free one. `api`, `wp_json` and `pages` say what is served besides the feeds; they are
    stored in `parts`, which may be changed while the server runs. `middlewares` run on each request after it
    was recorded. Entering raises OSError when the port is taken.
    """

    def __init__(
        self,
        blog: SampleBlog | None = None,
        *,
        port: int = 0,
        api: bool = True,
        wp_json: bool = False,
        pages: bool = True,
        middlewares: Iterable[Middleware] = (),
    ) -> None:
        self.blog = blog if blog is not None else SampleBlog(load_posts())
        self.parts = Parts(api=api, wp_json=wp_json, pages=pages)
        self.requests: list[SeenRequest] = []
        self._port = port
        app = web.Application(middlewares=[self._record, *middlewares])
        Routes(self.blog, self.parts).add_to(app)
        # When the server stops, requests in flight get five seconds.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except BaseException:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        self.blog.site = self.blog.site or self.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The address without a final slash, e.g. `http://127.0.0.1:41234`; final once the server runs."""
        return f"http://{HOST}:{self._port}"

    @property
    def feed_url(self) -> str:
        """The address of the RSS feed."""
        return f"{self.url}/feed/"

    @property
    def api_base(self) -> str:
        """The base of the WordPress.com-shaped API, to which `/sites/<host>/posts/` is added."""
        return f"{self.url}/rest/v1.1"

    def seen(self, prefix: str) -> list[SeenRequest]:
        """Return the recorded requests whose path starts with `prefix`, oldest first."""
        return [request for request in self.requests if request.path.startswith(prefix)]

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests.append(SeenRequest(request.method, request.path_qs, dict(request.headers)))
        return await handler(request)
