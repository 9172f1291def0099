from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.errors import FetchError, ForbiddenAddressError
from bot.pipeline.fetch.client import Fetcher
from tests.pipeline.fetch.wire import SETTINGS, Handler, web_server


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(SETTINGS) as running:
        yield running


def redirecting(*steps: tuple[int, str], asked: list[web.Request] | None = None) -> Handler:
    """Redirect from /0 to the first location, from /1 to the second, ...; anything else is a feed."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if asked is not None:
            asked.append(request)
        name = request.match_info["path"]
        if name.isdigit() and int(name) < len(steps):
            status, location = steps[int(name)]
            return web.Response(status=status, headers={"Location": location, "Retry-After": "9"})
        return web.Response(body=b"<rss/>", headers={"ETag": '"1"'})

    return handler


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), "1"),
        ((308, 301), "2"),
        ((301, 302), "1"),
        ((301, 307, 301), "1"),
        ((302, 301), ""),
        ((303,), ""),
        ((301, 301, 301, 301, 301), "5"),
    ],
)
async def test_only_a_leading_run_of_permanent_redirects_has_moved(
    fetcher: Fetcher, statuses: tuple[int, ...], moved: str
) -> None:
    steps = [(status, f"/{index}") for index, status in enumerate(statuses, 1)]
    async with web_server(redirecting(*steps)) as root:
        answer = await fetcher.get(root + "0")

    assert (answer.status, answer.body, answer.etag) == (200, b"<rss/>", '"1"')
    assert answer.url == f"{root}{len(steps)}"
    assert answer.moved_to == (root + moved if moved else "")


async def test_validators_go_along_every_hop_and_nothing_else_does(fetcher: Fetcher) -> None:
    asked: list[web.Request] = []
    async with web_server(redirecting(asked=asked)) as root:
        elsewhere = root.replace("127.0.0.1", "127.0.0.2") + "feed/"
        async with web_server(redirecting((302, "1"), (301, elsewhere), asked=asked)) as other:
            answer = await fetcher.get(other + "0", etag='W/"x"', last_modified="then")

    assert answer.url == elsewhere
    for request in asked:
        assert (request.headers["If-None-Match"], request.headers["If-Modified-Since"]) == ('W/"x"', "then")
        assert not {"Referer", "Cookie", "Authorization"} & request.headers.keys()
    assert [request.path for request in asked] == ["/0", "/1", "/feed/"]


async def test_a_sixth_redirect_is_not_followed(fetcher: Fetcher) -> None:
    asked: list[web.Request] = []
    async with web_server(redirecting((302, "/0"), asked=asked)) as root:
        with pytest.raises(FetchError, match="more than 5 redirects"):
            await fetcher.get(root + "0")

    assert len(asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/feed/",
        "http://[::1]/feed/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x0a.1/",
        "//192.168.0.1/",
        "http://localhost:0/",
        "http://user:secret@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/feed",
        "javascript:alert(1)",
        "data:text/xml,<rss/>",
    ],
)
async def test_a_redirect_to_a_forbidden_place_is_refused(fetcher: Fetcher, location: str) -> None:
    async with web_server(redirecting((301, location))) as root:
        with pytest.raises(ForbiddenAddressError, match="a redirect is not followed") as caught:
            await fetcher.get(root + "0")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("location", ["", "http://[", "http://a:b:c/"])
async def test_a_redirect_that_leads_nowhere_is_a_failure(fetcher: Fetcher, location: str) -> None:
    async with web_server(redirecting((301, location))) as root:
        with pytest.raises(FetchError):
            await fetcher.get(root + "0")
