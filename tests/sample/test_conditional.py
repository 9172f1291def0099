from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.sample.conditional import Validators
from bot.sample.server import SampleServer
from tests.sample.conftest import Get

EDITED = datetime(2026, 5, 4, 9, 15, tzinfo=UTC)
NOW, LATER = Validators.of(EDITED), Validators.of(EDITED + timedelta(hours=1))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (("", ""), 200),
        ((NOW.etag, NOW.last_modified), 304),
        (("", NOW.last_modified), 304),
        ((NOW.etag, ""), 304),
        ((LATER.etag, ""), 200),
        (("W/" + NOW.etag, NOW.last_modified), 200),
        ((NOW.etag[:-1] + '-gzip"', NOW.last_modified), 200),
        ((NOW.etag, "Mon, 04 May 2026 09:14:59 GMT"), 200),
        (("", "Mon, 04 May 2026 09:14:59 GMT"), 200),
        (("", LATER.last_modified), 304),  # a post was deleted since: stale
        ((LATER.etag, LATER.last_modified), 200),
        (("", "yesterday"), 200),
    ],
)
@pytest.mark.parametrize("path", ["/feed/", "/feed/?paged=2", "/category/media/feed/", "/feed/atom/"])
async def test_conditional_requests_are_answered_as_wordpress_does(
    server: SampleServer, get: Get, path: str, sent: tuple[str, str], status: int
) -> None:
    answer, body = await get(server.url + path, If_None_Match=sent[0], If_Modified_Since=sent[1])

    assert (answer, bool(body)) == (status, status == 200)


async def test_a_feed_carries_its_validators_also_when_unchanged(
    server: SampleServer, client: aiohttp.ClientSession
) -> None:
    async with client.get(server.feed_url) as full:
        first = full.headers["Last-Modified"], full.headers["ETag"]
    async with client.get(server.feed_url, headers={"If-None-Match": first[1]}) as unchanged:
        assert unchanged.status == 304
        assert (unchanged.headers["Last-Modified"], unchanged.headers["ETag"]) == first
    assert first == ("Mon, 04 May 2026 09:15:00 GMT", NOW.etag)
