"""Web addresses, as people and feeds write them."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from bot.text.urls import MAX_URL, Network, inside, is_web, web_link, web_url


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/feed/?x=1",
        "http://127.0.0.1:8080",
        "http://[::1]/",
        "https://b\u00fccher.example./",
    ],
)
def test_a_web_url_comes_back_as_it_is(text: str) -> None:
    assert web_url(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example/feed",
        "//a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://..",
        "http://[::1",
        "http://a.example:99999/",
        "http://a.example:x/",
        " http://a.example/",
        "http://a.example/\r\nHost: b",
        "http://a .example/",
        "http://<script>/",
        "http://a.example\\@b.example\\",
        "http://" + "a" * 64 + ".example/",
        "http://a.example/" + "a" * 2000,
    ],
)
def test_what_is_no_web_url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is no URL|has a user name)"):
        web_url(text)


def test_a_url_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match=r"^has a user name or password in it; ") as caught:
        web_url("https://user:hunter2@a.example/")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x y", "https://a.example/x%20y"),
        ("/feed/", "https://blog.example/feed/"),
        (" //a.example/ ", "https://a.example/"),
        ("javascript:alert(1)", ""),
        ("mailto:a@a.example", ""),
        ("https://user@a.example/", ""),
        ("http://[broken/", ""),
        ("", ""),
        ("https://a.example/" + "x" * MAX_URL, ""),
        ("https://a.example/" + " " * (MAX_URL // 2) + "x", ""),
    ],
)
def test_a_link_of_a_stranger_is_an_absolute_address_or_nothing(url: str, expected: str) -> None:
    assert web_link(url, "https://blog.example/about/") == expected


@pytest.mark.parametrize(
    ("address", "web"),
    [
        ("https://a.example", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        ("//a.example", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_an_address_leads_to_the_web_or_not(address: str, *, web: bool) -> None:
    assert is_web(address) is web


LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    ("url", "networks", "expected"),
    [
        ("http://127.0.0.1:8080/feed", LOOPBACK, True),
        ("http://localhost/feed", LOOPBACK, True),
        ("http://localhost/feed", (ip_network("::1"),), True),
        ("http://[::1]/feed", (ip_network("::1"),), True),
        ("http://localhost/feed", (ip_network("10.0.0.0/8"),), False),
        ("http://blog.example/feed", LOOPBACK, False),
        ("http://127.0.0.1.blog.example/feed", LOOPBACK, False),
        ("http://[", LOOPBACK, False),
        ("http://127.0.0.1/", (), False),
    ],
)
def test_a_url_is_inside_a_network_by_its_address_alone(
    url: str, networks: tuple[Network, ...], *, expected: bool
) -> None:
    assert inside(url, networks) is expected
