from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ForbiddenAddressError
from bot.pipeline.fetch.network import check_url
from bot.text.urls import MAX_URL
from tests.pipeline.fetch.addresses import PRIVATE, PUBLIC
from tests.pipeline.fetch.wire import LOOPBACK


def url_of(address: str) -> str:
    return f"http://[{address}]/feed/" if ":" in address else f"http://{address}/feed/"


def is_accepted(url: str) -> bool:
    try:
        check_url(url)
    except ForbiddenAddressError:
        return False
    return True


# --- URLs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PRIVATE)
def test_a_literal_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="not on the public internet"):
        check_url(url_of(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_literal_address_passes(address: str) -> None:
    assert check_url(url_of(address)).path == "/feed/"


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0X7F.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "localhost",
        "LocalHost.",
        "api.localhost",
        "\u24dbocalhost",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
    ],
)
def test_loopback_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="not on the public internet"):
        check_url(f"http://{host}/")

    allow = (LOOPBACK, IPv6Network("::1/128"))
    assert check_url(f"http://{host}:8080/x", allow).port == 8080


@given(st.integers(0, 2**32 - 1))
def test_another_spelling_never_changes_the_verdict(number: int) -> None:
    address = IPv4Address(number)
    a, b, c, d = address.packed
    spellings = [
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a:#x}.{b:#o}".replace("0o", "0") + f".{c}.{d}.",
        f"[::ffff:{address}]",
    ]

    assert {is_accepted(f"http://{spelling}/") for spelling in spellings} == {
        is_accepted(f"http://{address}/")
    }


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed",
        "//blog.example/feed/",
        "ftp://blog.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/xml,<rss/>",
        "feed://blog.example/",
        "http:",
        "http://",
        "http:///feed",
        "http:blog.example",
        "http://user@blog.example/",
        "http://user:secret@blog.example/",
        "http://:secret@blog.example/",
        "http://@blog.example/",
        "http://blog.example:0/",
        "http://blog.example:65536/",
        "http://blog.example:eighty/",
        "http://blog.example\\@127.0.0.1/",
        "http://blog.example/\r\nX: y",
        "http://blog.example/\x00",
        "http://blog.example/\u202e",
        "http://blog .example/",
        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1%2f.example/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://a..b/",
        "http://" + "a" * 64 + ".example/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://4294967296/",
        "http://blog.example.0x1/",
        "http://blog.example/" + "x" * MAX_URL,
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddressError) as caught:
        check_url(url, (ip_network("0.0.0.0/0"), ip_network("::/0")))

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "requested"),
    [
        ("https://blog.example/feed/", "https://blog.example/feed/"),
        ("http://blog.example:8080", "http://blog.example:8080"),
        (
            "http://blog.example/%7ea/%e4%b8%ad?b=%2f+%20c&d#part",
            "http://blog.example/%7ea/%e4%b8%ad?b=%2f+%20c&d",
        ),
        ("http://b\u00fccher.example/\u4e2d?q=\u00e9", "http://xn--bcher-kva.example/%E4%B8%AD?q=%C3%A9"),
        ("http://blog.example/a b", "http://blog.example/a%20b"),
        ("http://a_b.example./", "http://a_b.example./"),
        ("http://010.0x8.2056./feed/", "http://8.8.8.8/feed/"),  # aiohttp takes the usual form only
    ],
)
def test_a_web_address_is_requested_as_it_was_written(url: str, requested: str) -> None:
    assert str(check_url(url)) == requested


def test_a_permitted_network_is_no_more_than_that() -> None:
    allow = (IPv4Network("10.1.0.0/16"), IPv6Network("fd00::/8"))

    assert check_url("http://10.1.2.3/", allow).host == "10.1.2.3"
    assert check_url("http://[fd00::1]/", allow).host == "fd00::1"
    assert check_url("http://[::ffff:10.1.2.3]/", allow)
    for url in ("http://10.2.0.1/", "http://127.0.0.1/", "http://localhost/", "http://[fc00::1]/"):
        with pytest.raises(ForbiddenAddressError):
            check_url(url, allow)
