"""What robots.txt allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.parse.robots import may_fetch

SITE = "https://blog.example"


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("user-AGENT: bystander # us\nDISALLOW: /a # here", "/ab", False),
        ("User-agent: a\nUser-agent: Bystander\nDisallow: /a", "/a", False),
        ("User-agent: Bystander\nDisallow: /x\nUser-agent: b\nDisallow: /a", "/a", True),
        ("User-agent: Bystander\nAllow: /\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: Bystander\nUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.php$", "/a/b.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/a/b.php?c", True),
        ("User-agent: *\nDisallow: /*/private/*x", "/a/private/1x2", False),
        ("User-agent: *\nDisallow: /*/private/*x", "/private/x", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/caf\u00e9", False),
        ("User-agent: *\nDisallow: /?p=", "/?p=7", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("Disallow: /a\nUser-agent: *\nCrawl-delay: 10\nSitemap: /a", "/a", True),
        ("User-agent: *\rDisallow: /a", "/a", False),
    ],
)
def test_the_longest_rule_of_the_own_group_counts(robots: str, path: str, allowed: bool) -> None:  # noqa: FBT001
    assert may_fetch(robots.encode(), "Bystander", SITE + path) is allowed


@given(st.binary(max_size=300), st.text(max_size=50))
def test_nothing_that_a_server_sends_raises(robots: bytes, path: str) -> None:
    may_fetch(b"User-agent: *\nDisallow: " + robots, "Bystander", f"{SITE}/{path}")


def test_a_hostile_pattern_takes_no_longer_than_its_length() -> None:
    robots = ("User-agent: *\n" + f"Disallow: /{'*a' * 900}b\n" * 200).encode()

    assert may_fetch(robots, "Bystander", f"{SITE}/{'a' * 2000}")
