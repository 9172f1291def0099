"""A web server with many small blogs."""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiohttp import web

_KEPT = 10  # posts that a feed shows


class Farm:
    """Blogs by number, each with one feed and an old post; the others have titles unique among all."""

    def __init__(self) -> None:
        self._posts: defaultdict[int, list[str]] = defaultdict(lambda: ["An old post"])
        self._texts: dict[tuple[int, int], str] = {}  # of long posts, by blog and number
        self._dates: defaultdict[int, list[datetime]] = defaultdict(lambda: [datetime.now(UTC)])
        self._runner: web.AppRunner | None = None
        self.origin = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{blog}/feed", self._feed)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, blog: int) -> str:
        return f"{self.origin}/{blog}/feed"

    def publish(self, blog: int, length: int = 0) -> None:
        """Add a post to a blog. `length`: of a text that cannot be compressed, in characters."""
        posts = self._posts[blog]
        self._texts[blog, len(posts)] = secrets.token_hex(length // 2)
        posts.append(f"Blog {blog}, post {len(posts)}")
        self._dates[blog].append(datetime.now(UTC))

    def titles(self, blog: int) -> list[str]:
        """Return the titles of the posts that were published, oldest first."""
        return self._posts[blog][1:]

    async def _feed(self, request: web.Request) -> web.Response:
        blog = int(request.match_info["blog"])
        number = len(self._posts[blog])
        tag = f'"{number}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        items = (self._item(blog, at) for at in range(max(0, number - _KEPT), number))
        text = f'<rss version="2.0"><channel><title>Blog {blog}</title>{"".join(items)}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml", headers={"ETag": tag})

    def _item(self, blog: int, at: int) -> str:
        title = self._posts[blog][at]
        date = format_datetime(self._dates[blog][at])
        return (
            f"<item><title>{title}</title><link>{self.origin}/{blog}/{at}</link><guid>{blog}-{at}</guid>"
            f"<category>Trade</category><pubDate>{date}</pubDate>"
            f"<description>What {title} says is told here in one sentence. "
            f"{self._texts.get((blog, at), '')}</description></item>"
        )
