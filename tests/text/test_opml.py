"""Lists of feeds as readers exchange them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.errors import UsageError
from bot.text import opml as lists
from bot.text.opml import Outline, write_opml
from bot.text.sanitize import one_line

URLS = st.integers(0, 99).map(lambda number: f"https://blog.example/{number}/feed/?a=1&b=<2>")
NAMES = st.text(st.characters(exclude_categories=()), max_size=30)


def read_opml(data: bytes) -> list[tuple[str, str]]:
    return [(each.name, each.url) for each in lists.read_opml(data)]


def opml(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<opml version="2.0"><body>{body}</body></opml>'.encode()


@given(st.dictionaries(URLS, NAMES, min_size=1, max_size=5))
def test_what_is_written_can_be_read(feeds: dict[str, str]) -> None:
    written = write_opml((name, url, ()) for url, name in feeds.items())
    read = {url: name for name, url in read_opml(written.encode())}

    assert list(read) == list(feeds)
    assert all("\n" not in name and len(name) <= 200 for name in read.values())


def test_a_name_comes_back_as_it_was() -> None:
    feeds = [("China Bystander \u2014 \u4e2d\u56fd & \u201cmore\u201d <b>", "https://blog.example/feed/")]

    assert read_opml(write_opml((*each, ()) for each in feeds).encode()) == feeds


def test_it_is_opml_2() -> None:
    root = etree.fromstring(
        write_opml([("Blog", "https://blog.example/feed/", ["Trade", "Arts, Books & 1/2 %"])]).encode()
    )

    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert dict(root.find("body/outline").attrib) == {  # type: ignore[union-attr]  # it is there
        "type": "rss",
        "text": "Blog",
        "title": "Blog",
        "xmlUrl": "https://blog.example/feed/",
        "category": "Trade,Arts%2C Books & 1%2F2 %25",
    }


def test_a_feed_tells_its_folders_and_categories_and_needs_no_name() -> None:
    read = lists.read_opml(
        opml(
            '<outline text="News"><outline text="Asia"><outline title="One" text="x" '
            'xmlUrl="https://1.example/" category="/Boston/Weather, Arts%2C Books ,,/"/></outline>'
            '<outline text=" Two \n words" xmlUrl=" https://2.example/ "/></outline>'
            '<outline text="" xmlUrl="https://1.example/"/><outline xmlUrl="https://3.example/"/>'
        )
    )

    assert read == [
        Outline("One", "https://1.example/", ("Weather", "Arts, Books"), ("News", "Asia"), 1),
        Outline("Two words", "https://2.example/", (), ("News",), 2),
        Outline("https://1.example/", "https://1.example/", (), (), 2),
        Outline("https://3.example/", "https://3.example/", (), (), 2),
    ]


@given(st.lists(NAMES.map(lambda name: " ".join(name.split())[:100]), max_size=4))
def test_categories_come_back_as_they_were(names: list[str]) -> None:
    wanted = [name for name in (one_line(name, 200) for name in names) if name]
    (read,) = lists.read_opml(write_opml([("Blog", "https://blog.example/", wanted)]).encode())

    assert read.categories == tuple(wanted)


def test_elements_nested_without_end_are_refused() -> None:
    deep = '<outline text="x">' * 100_000
    with pytest.raises(UsageError, match="is no OPML"):
        read_opml(opml(deep))


@pytest.mark.parametrize(
    "data", [b"", b"words", b"<opml>", b"\xff\xfe\0", b"{}", opml('<outline xmlUrl="x"/>')[:-20]]
)
def test_what_is_no_opml_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^The file is no OPML: .+\.$"):
        read_opml(data)


@pytest.mark.parametrize("data", [opml(""), opml('<outline text="Empty folder"/>'), b"<html/>"])
def test_a_file_without_feeds_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="lists no feed"):
        read_opml(data)


def test_entities_reach_no_file_and_do_not_grow(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret"
    with open(secret, "w", encoding="utf-8") as file:  # noqa: PTH123 -- a path as text
        file.write("secret")
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE x [<!ENTITY e0 "lol"><!ENTITY file SYSTEM "file://{secret}">{lines}]>'
    for body in ('<outline text="&e11;" xmlUrl="https://1.example/"/>', "<outline text='x'>&file;</outline>"):
        try:
            read = read_opml(opml(body, head))
        except UsageError as error:
            read = [(str(error), "")]
        assert all(len(name) <= 300 and "secret" not in name for name, _ in read)
