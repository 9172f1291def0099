"""Pages that are no pages, or made to hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.pipeline.classify.page import read_content_tail, read_page

LINK = "https://blog.example/a-post/"
FILED = (
    '<article class="post-7 hentry"><a rel="category tag" href="/category/trade/">Trad\u00e9</a></article>'
)


@pytest.mark.parametrize("kind", ["application/pdf", "application/json; charset=utf-8", "image/png"])
def test_body_that_claims_to_be_something_else_is_refused(kind: str) -> None:
    with pytest.raises(ParseError):
        read_page(FILED.encode(), kind, LINK)


@pytest.mark.parametrize("body", [b"", b" ", b"<!-- only -->", b"<!DOCTYPE html>"])
def test_empty_page_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read_page(body, "text/html", LINK)


@pytest.mark.parametrize(
    ("charset", "kind"),
    [
        ("utf-8", "text/html; charset=UTF-8"),
        ("utf-8", "application/xhtml+xml"),
        ("utf-8-sig", "TEXT/HTML; charset=no-such-charset"),
        ("utf-8", 'text/html; charset="unicode_escape"'),
        ("utf-8", "text/html; charset=gb-no-such"),
        ("iso-8859-1", "text/html; charset=ISO-8859-1"),
        ("windows-1252", 'text/html;charset="windows-1252"'),
    ],
)
def test_charset_is_obeyed_where_it_is_a_plain_one(charset: str, kind: str) -> None:
    assert read_page(FILED.encode(charset), kind, LINK).categories == ("Trad\u00e9",)


def test_charset_may_be_named_by_the_page() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">' + FILED

    assert read_page(page.encode("iso-8859-1"), "text/html", LINK).categories == ("Trad\u00e9",)


# The first took libxml2 more than five minutes before overlong tags were shortened.
BOMBS = {
    "attributes": b"<a " + b" ".join(b"a%d=1" % number for number in range(220_000)) + b">",
    "attributes with signs": b"<a " + b" ".join(b'a%d=">"' % number for number in range(150_000)) + b">",
    "attributes, not closed": b"<a " + b"/".join(b"a%d" % number for number in range(200_000)),
    "nesting": b"<div>" * 400_000,
    "links in tables": b"<a rel=category><table>" * 80_000,
    "links": b'<a rel="category tag" href="/category/x/">x' * 45_000,
    "comments": b"<!--" * 500_000,
    "opening signs": b"<" * 2_000_000,
    "quotes": b"<a href='" * 200_000,
    "equals": b"<a " + b"= " * 900_000,
    "entities": b"&" * 2_000_000,
    "classes": b'<article class="' + b"category-x " * 180_000 + b'">',
    "articles": b'<div class="post-1">' * 90_000,
    "empty lists": b"<li class=cat-item><a>" * 90_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.timeout(60)
def test_page_of_two_megabytes_is_read_in_seconds(bomb: bytes) -> None:
    for page in (bomb, FILED.encode() + bomb, b"<article class='post-7'>" + bomb + FILED.encode()):
        try:
            filing = read_page(page, "text/html", LINK)
        except ParseError:
            continue
        assert len(filing.categories) + len(filing.tags) <= 200


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.timeout(60)
def test_entry_of_two_megabytes_is_read_in_seconds(bomb: bytes) -> None:
    read_content_tail(bomb.decode())


def test_overlong_tag_keeps_what_files_the_post() -> None:
    classes = " ".join(f"tag-{number:05}" for number in range(2000))
    page = f'<div data-x=1 class="post-7 category-trade {classes}" id="post-7"><p>x</p></div>'
    filing = read_page(page.encode(), "text/html", LINK, 7)

    assert (filing.found, filing.category_slugs, len(filing.tag_slugs)) == (True, ("trade",), 100)


PIECES = st.sampled_from(
    (
        *("<a rel=tag href='/tag/x/'>", "<article>", "</article>", "<div id=post-7>", "<li class=cat-item>"),
        *("Filed under: ", "<!--", "-->", "<p", ">", "\x00", "\ud800", "&#xd800;", "<![CDATA[", "<?x", "</"),
        *("'", '"', "<svg>", "<template>"),
    )
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join), st.text(max_size=20))
def test_any_text_is_read_or_refused(html: str, kind: str) -> None:
    read_content_tail(html)
    for content_type in ("text/html", kind):
        try:
            read_page(html.encode("utf-8", "surrogatepass"), content_type, html, 7)
        except ParseError:
            continue
