"""Which addresses behind a name may be connected to."""

from __future__ import annotations

import socket
from ipaddress import IPv6Network

import pytest
from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import ForbiddenAddressError
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.network import GuardedResolver, in_networks
from tests.pipeline.fetch.addresses import PRIVATE, PUBLIC
from tests.pipeline.fetch.wire import LOOPBACK, SETTINGS, ok, raw_server


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("[::1]", True),
        ("::1", True),
        ("2130706433", True),
        ("10.0.0.1", False),
        ("8.8.8.8", False),
        ("blog.example", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_only_a_literal_address_is_known_to_be_inside_a_network(host: str, inside: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert in_networks(host, (LOOPBACK, IPv6Network("::1/128"))) is inside
    assert in_networks(host, ()) is False


# --- names -------------------------------------------------------------------------------------------------


class Answers(AbstractResolver):
    """Resolves every name to the next of these lists of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, _family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._answers.pop(0)
        ]

    async def close(self) -> None:
        self._answers.clear()


@pytest.mark.parametrize("address", [*PRIVATE, "fe80::1%eth0"])
async def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(ForbiddenAddressError, match=r"^blog\.example is not on the public internet"):
        await GuardedResolver((), Answers([address])).resolve("blog.example")


async def test_of_mixed_addresses_only_the_public_ones_are_used() -> None:
    resolver = GuardedResolver((LOOPBACK,), Answers([*PRIVATE, *PUBLIC]))

    found = await resolver.resolve("blog.example", 443)

    loopback = ["127.0.0.1", "127.255.255.254", "::ffff:127.0.0.1"]
    assert [entry["host"] for entry in found] == loopback + PUBLIC


async def test_a_connection_goes_to_the_addresses_that_were_checked() -> None:
    names = Answers(["127.0.0.1", "10.0.0.1"], ["10.0.0.1"])
    connector = TCPConnector(resolver=GuardedResolver((LOOPBACK,), names), use_dns_cache=False)
    async with raw_server(ok()) as server, ClientSession(connector=connector) as session:
        url = server.url.replace("127.0.0.1", "rebinding.example")
        async with session.get(url, headers={"Connection": "close"}) as answer:
            assert answer.status == 200
        with pytest.raises(ForbiddenAddressError):
            await session.get(url)

    assert len(server.requests) == 1


async def test_localhost_is_resolved_only_where_it_is_permitted() -> None:
    async with raw_server(ok()) as server, Fetcher(SETTINGS) as fetcher:
        assert (await fetcher.get(server.url.replace("127.0.0.1", "localhost"))).status == 200
