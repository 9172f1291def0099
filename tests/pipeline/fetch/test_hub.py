"""Which hub a feed names: by the fields of its answer, else by its document."""

from __future__ import annotations

import pytest

from bot.model import NamedHub, ParsedFeed
from bot.pipeline.fetch.client import Answer
from bot.pipeline.fetch.hub import links_of, named_hub
from bot.pipeline.parse.feed import parse

URL, HUB, SELF = "https://blog.example/feed/", "https://hub.example/", "https://blog.example/feed"
NONE = NamedHub("", "")
RSS = f"""<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title>
<atom:link rel="self" href="{SELF}"/><atom:link rel="hub" href="{HUB}"/>
<item><title>x</title></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><link rel="hub" href="{HUB}"/>
<link rel="self" href="{SELF}"/><entry><id>1</id><title>x</title></entry></feed>"""
JSON = f"""{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "feed_url": "{SELF}",
"hubs": [{{"type": "rssCloud", "url": "https://cloud.example/"}}, {{"type": "WebSub", "url": "{HUB}"}}, 7],
"items": [{{"id": "1", "title": "x"}}]}}"""


def answer(link: str = "") -> Answer:
    return Answer(200, URL, b"", "", "", "", None, None, None, "", link)


def feed(hubs: tuple[str, ...] = (), topics: tuple[str, ...] = ()) -> ParsedFeed:
    return ParsedFeed("t", "", (), hubs=hubs, topics=topics)


@pytest.mark.parametrize("document", [RSS, ATOM, JSON])
def test_a_hub_is_found_in_every_kind_of_feed(document: str) -> None:
    assert named_hub(answer(), parse(document.encode(), url=URL)) == NamedHub(HUB, SELF)


@pytest.mark.parametrize(
    "link",
    [
        f'<{HUB}>; rel="hub", <{SELF}>; rel="self"',
        f"<{SELF}>;rel=self;type=x,<{HUB}>;REL=Hub",
        f'<{HUB}>; title="a, b; c"; rel="other hub", <{SELF}>; rel=self',
        f'</a.css>; rel=preload, <{HUB}>; rel=hub, <https://two.example/>; rel=hub, <../feed>; rel="self"',
    ],
)
def test_the_fields_of_an_answer_come_before_its_document(link: str) -> None:
    other = feed(("https://other.example/",), ("https://other.example/feed",))

    assert named_hub(answer(link), other) == NamedHub(HUB, SELF)


def test_fields_with_only_one_of_the_two_leave_it_to_the_document() -> None:
    assert named_hub(answer('<https://x.example/>; rel="self"'), feed((HUB,), (SELF,))) == NamedHub(HUB, SELF)


@pytest.mark.parametrize(
    ("hubs", "topics"),
    [
        ((), (SELF,)),
        ((HUB,), ()),
        (("javascript:alert(1)",), (SELF,)),
        (("https://user:word@hub.example/",), (SELF,)),
        ((f"{HUB}{'x' * 3000}",), (SELF,)),
        ((HUB,), ("file:///etc/passwd",)),
    ],
)
def test_what_cannot_be_used_is_no_hub(hubs: tuple[str, ...], topics: tuple[str, ...]) -> None:
    assert named_hub(answer(), feed(hubs, topics)) == NONE


def test_the_first_usable_hub_is_taken() -> None:
    assert named_hub(answer(), feed(("ftp://x.example/", HUB, "https://y.example/"), (SELF,))).url == HUB


@pytest.mark.parametrize("part", ["<", "<>", "<>;", "<> ; a= ", '<>;rel="', "<>;;;", " ", "<>;a\t" * 2])
def test_hostile_fields_are_read_to_a_bound(part: str) -> None:
    hub = f'<{HUB}>; rel="hub"'

    assert "hub" not in links_of(part * 100_000 + hub)
