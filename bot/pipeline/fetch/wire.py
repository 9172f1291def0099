"""Sends one request over a connection of aiohttp's pool, and reads the head of its answer.

A ClientSession prepares every request for what polls never have: cookies, middleware, tracing, uploads. That
costs as much as all else of a poll whose feed is unchanged, so its parts are used here without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from multidict import CIMultiDictProxy
from yarl import URL

_LINE = "\r\n"
_FORM = "application/x-www-form-urlencoded"
_NO_TIMEOUT = aiohttp.ClientTimeout()  # who asks limits the time of the whole


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was checked, and what all requests for it have in common."""

    url: URL
    address: str  # the same as text
    host: str  # under which all requests of a host are counted, whatever the port
    request: ClientRequest  # tells the pool where to connect; it is never sent
    head: str  # what follows the method: the rest of the request line, and the headers that do not change


class Response:
    """The head of an answer, and its body, still to be read. Leaving the context gives the connection back.

    A connection with an unread body is closed.
    """

    __slots__ = ("_connection", "content", "headers", "status", "target")

    def __init__(
        self,
        target: Target,
        status: int,
        headers: CIMultiDictProxy[str],
        content: StreamReader,
        connection: Connection,
    ) -> None:
        self.target = target
        self.status = status
        self.headers = headers
        self.content = content
        self._connection = connection

    @property
    def content_length(self) -> int | None:
        """The announced length of the body in bytes, as it is sent; None where none is announced."""
        announced = self.headers.get("Content-Length", "")
        return int(announced) if announced.isascii() and announced.isdigit() else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.release()


class Wire:
    """Sends requests over the connections of a connector. `headers`: those of every request."""

    def __init__(self, connector: aiohttp.BaseConnector, headers: Mapping[str, str]) -> None:
        self._connector = connector
        self._headers = headers

    def target(self, url: URL) -> Target:
        """Return a URL, which must have been checked, as a target of requests; call it in the event loop."""
        fields = {"Host": url.host_port_subcomponent or "", **self._headers}
        head = f" {url.raw_path_qs} HTTP/1.1{_LINE}{_lines(fields)}"
        host = (url.raw_host or "").lower().removesuffix(".")
        return Target(url, str(url), host, ClientRequest("GET", url), head)

    async def get(self, target: Target, headers: Mapping[str, str]) -> Response:
        """Return the answer to one GET, whatever its status; redirects are not followed.

        It is sent again once, if a connection from the pool turns out to be closed. Raises ClientError of
        aiohttp or OSError. There is no time limit.
        """
        request = f"GET{target.head}{_lines(headers)}{_LINE}".encode()
        try:
            return await self._exchange(target, request)
        except (aiohttp.ClientConnectorError, aiohttp.ClientSSLError):
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            return await self._exchange(target, request)

    async def post(self, target: Target, form: bytes) -> Response:
        """Return the answer to one POST of an encoded form; see `get`. It is never sent again."""
        fields = {"Accept": "*/*", "Content-Type": _FORM, "Content-Length": str(len(form))}
        return await self._exchange(target, f"POST{target.head}{_lines(fields)}{_LINE}".encode() + form)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._connector.close()

    async def _exchange(self, target: Target, request: bytes) -> Response:
        connection = await self._connector.connect(target.request, traces=[], timeout=_NO_TIMEOUT)
        try:
            protocol = connection.protocol
            assert protocol is not None  # of a connection that has not been given back
            protocol.set_response_params(read_until_eof=True, auto_decompress=False)
            if protocol.transport is not None:  # else reading tells what happened
                protocol.transport.write(request)
            status, headers, content = await _head(protocol)
        except BaseException:
            connection.close()
            raise
        return Response(target, status, headers, content, connection)


async def _head(protocol: ResponseHandler) -> tuple[int, CIMultiDictProxy[str], StreamReader]:
    """Return status, headers and body of the next answer; informational ones (1xx) are passed over."""
    while True:
        try:
            message, content = await protocol.read()
        except HttpProcessingError as error:
            raise aiohttp.ClientError(f"malformed answer: {error.message}") from error
        if message.code >= HTTPStatus.OK or message.code == HTTPStatus.SWITCHING_PROTOCOLS:
            return message.code, message.headers, content


def _lines(fields: Mapping[str, str]) -> str:
    """Return header fields as lines; ValueError for one that would begin another line."""
    for name, value in fields.items():
        if not value.isprintable():
            raise ValueError(f"{name} cannot be sent")
    return "".join(f"{name}: {value}{_LINE}" for name, value in fields.items())
