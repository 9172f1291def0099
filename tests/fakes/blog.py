"""A sample blog that misbehaves on request, and the knife for real feed files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import TracebackType

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sample.blog import SampleBlog
from bot.sample.conditional import Validators
from bot.sample.server import SampleServer

Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

RSS = "application/rss+xml; charset=UTF-8"
_FIRST_DOCUMENT = datetime(2026, 6, 1, tzinfo=UTC)
_ITEM = re.compile(rb"\s*<item>.*?</item>", re.DOTALL)


# --- faults ------------------------------------------------------------------------------------------------


def status(code: int, *, retry_after: str = "") -> Fault:
    """Answer with a bare status, and with Retry-After where that is given (seconds or an HTTP date)."""
    return body(b"", "text/plain", code=code, headers={"Retry-After": retry_after} if retry_after else {})


def html_page(text: str = "<!DOCTYPE html><title>Back soon</title><p>Back soon.") -> Fault:
    """Answer 200 with a page for people, as captive portals and broken proxies do."""
    return body(text.encode(), "text/html; charset=UTF-8")


def redirect(location: str, *, code: int = 301) -> Fault:
    """Send the client elsewhere."""
    return body(b"", "text/plain", code=code, headers={"Location": location})


def body(
    data: bytes, content_type: str = RSS, *, code: int = 200, headers: dict[str, str] | None = None
) -> Fault:
    """Answer with exactly these bytes."""

    async def fault(_request: web.Request, _handler: Handler) -> web.StreamResponse:
        return web.Response(status=code, body=data, headers={"Content-Type": content_type, **(headers or {})})

    return fault


def drop() -> Fault:
    """Close the connection without an answer."""

    async def fault(request: web.Request, _handler: Handler) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return fault


def cut() -> Fault:
    """Send the first half of the true answer's body, then close the connection."""

    async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
        whole = await handler(request)
        assert isinstance(whole, web.Response)
        assert isinstance(whole.body, bytes)
        answer = web.StreamResponse(headers={"Content-Type": whole.headers["Content-Type"]})
        answer.content_length = len(whole.body)
        await answer.prepare(request)
        await answer.write(whole.body[: len(whole.body) // 2])
        assert request.transport is not None
        request.transport.close()
        return answer

    return fault


class Hang:
    """Say nothing until `release()`, then give the true answer. `arrived` is set once a request waits."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self._released = asyncio.Event()

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.arrived.set()
        await self._released.wait()
        return await handler(request)

    def release(self) -> None:
        """Let those who wait go on, and those who come later pass."""
        self._released.set()


# --- the server --------------------------------------------------------------------------------------------


class FaultyBlog(SampleServer):
    """A sample server with a queue of faults. Paths are prefixes; the first fault that fits is met."""

    def __init__(
        self,
        blog: SampleBlog | None = None,
        *,
        port: int = 0,
        api: bool = True,
        wp_json: bool = False,
        pages: bool = True,
    ) -> None:
        super().__init__(
            blog, port=port, api=api, wp_json=wp_json, pages=pages, middlewares=[self._misbehave]
        )
        self._queue: list[tuple[str, Fault]] = []
        self._standing: list[tuple[str, Fault]] = []
        self._documents: dict[str, Fault] = {}
        self._served = 0
        self._hangs: list[Hang] = []

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hang in self._hangs:
            hang.release()
        await super().__aexit__(kind, error, trace)

    def fail_next(self, *faults: Fault, path: str = "/feed/") -> None:
        """Queue faults for the next requests under `path`, one each."""
        self._queue += [(path, fault) for fault in self._known(faults)]

    def fail_always(self, fault: Fault, path: str = "/feed/") -> None:
        """Let every request under `path` meet `fault`, once the queue has none for it, until `heal()`."""
        self._standing += [(path, known) for known in self._known([fault])]

    def heal(self) -> None:
        """Forget all faults. Documents stay."""
        self._queue.clear()
        self._standing.clear()

    @property
    def pending(self) -> int:
        """Queued faults that nobody has met yet."""
        return len(self._queue)

    def serve(self, path: str, data: bytes, content_type: str = RSS) -> None:
        """Answer exactly `path` with `data` from now on, with validators; each call counts as an edit.

        Other paths, `/feed/?paged=2` for one, still show the sample blog: give it no posts where that hurts.
        """
        self._served += 1
        validators = Validators.of(_FIRST_DOCUMENT + timedelta(minutes=self._served))
        headers = {"Last-Modified": validators.last_modified, "ETag": validators.etag}
        unchanged = body(b"", content_type, code=304, headers=headers)
        whole = body(data, content_type, headers=headers)

        async def document(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await (unchanged if validators.match(request.headers) else whole)(request, handler)

        self._documents[path] = document

    def _known(self, faults: Iterable[Fault]) -> list[Fault]:
        known = list(faults)
        self._hangs += [fault for fault in known if isinstance(fault, Hang)]
        return known

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        document = self._documents.get(request.path_qs)

        async def answer(request: web.Request) -> web.StreamResponse:
            return await (document(request, handler) if document else handler(request))

        fault = self._next_fault(request.path_qs)
        return await (fault(request, answer) if fault else answer(request))

    def _next_fault(self, path: str) -> Fault | None:
        for index, (prefix, fault) in enumerate(self._queue):
            if path.startswith(prefix):
                del self._queue[index]
                return fault
        return next((fault for prefix, fault in self._standing if path.startswith(prefix)), None)


# --- real feed files ---------------------------------------------------------------------------------------


def feed_items(xml: bytes) -> list[bytes]:
    """Return the `<item>` elements of an RSS file, in its order."""
    return [item.strip() for item in _ITEM.findall(xml)]


def with_items(xml: bytes, indexes: Iterable[int]) -> bytes:
    """Return the RSS file with only these of its items (0 is its first), in the order given."""
    found = list(_ITEM.finditer(xml))
    chosen = b"".join(found[index].group() for index in indexes)
    return xml[: found[0].start()] + chosen + xml[found[-1].end() :]


def rewrite_links(xml: bytes, base: str) -> bytes:
    """Return the file with the blog's address (its channel's link) replaced by `base`, in guids as well."""
    channel_link = re.search(rb"<link>https?://([^<]+?)/?</link>", xml)
    assert channel_link is not None
    return re.sub(rb"https?://" + re.escape(channel_link[1]), base.encode(), xml)
