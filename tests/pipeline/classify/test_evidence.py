"""Readers of API answers: what they keep, and that hostile answers raise ParseError at most."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.model import BlogCategory
from bot.pipeline.classify.evidence import (
    CategoryPage,
    FiledPost,
    find_filed,
    read_wpcom,
    read_wpcom_categories,
    read_wpjson,
    read_wpjson_categories,
)

LINK = "https://blog.example/2022/11/26/a-post/"
READERS = (read_wpcom, read_wpjson, read_wpcom_categories, read_wpjson_categories)


def wpcom(**fields: Any) -> bytes:
    return json.dumps({"found": 1, "posts": [{"ID": 41873} | fields]}).encode()


def wpjson(**fields: Any) -> bytes:
    return json.dumps([{"id": 41873} | fields]).encode()


def term(taxonomy: str, name: str) -> dict[str, Any]:
    return {"id": 1, "name": name, "slug": "slug", "taxonomy": taxonomy}


# --- the WordPress.com API ------------------------------------------------------------------------------


def test_wpcom_answer_gives_every_field() -> None:
    body = wpcom(
        URL=LINK,
        guid="https://blog.example/?p=41873",
        date="2022-11-27T01:41:07+02:00",
        modified="2022-11-27T00:00:00Z",
        title="US Further Closes The&nbsp;Door &#8217;",
        categories={"China-U.S.": {"ID": 1, "name": "China-U.S.", "slug": "china-u-s"}, "Trade": {}},
        tags={"Arts &amp; Crafts": {"name": "Arts &amp; Crafts"}},
        content="<p>Long</p>",
        excerpt="<p>Short&hellip;</p>\n",
        author={"name": "Jo"},
    )

    assert read_wpcom(body) == (
        FiledPost(
            wordpress_id=41873,
            link=LINK,
            guid="https://blog.example/?p=41873",
            title="US Further Closes The Door \u2019",
            published=datetime(2022, 11, 26, 23, 41, 7, tzinfo=UTC),
            modified=datetime(2022, 11, 27, tzinfo=UTC),
            categories=("China-U.S.", "Trade"),
            tags=("Arts & Crafts",),
            html="<p>Long</p>",
            excerpt="Short\u2026",
            author="Jo",
            numbered=(BlogCategory(1, "China-U.S."),),
        ),
    )


def test_names_are_decoded_once_only() -> None:
    (post,) = read_wpcom(wpcom(tags={"&amp;lt;b&amp;gt;": {}}))

    assert post.tags == ("&lt;b&gt;",)


def test_terms_printed_as_a_list_are_read_like_an_object() -> None:
    (post,) = read_wpcom(wpcom(categories=[{"name": "0"}, {"name": "1"}], tags=[]))

    assert (post.categories, post.tags) == (("0", "1"), ())


def test_names_are_read_as_those_of_a_feed_are() -> None:
    names = ["Tra\u200bde", "\ufeffArts", "A\u202eB", "\x0bC\x0cD", "&#55357;&#56832;"]
    (post,) = read_wpcom(wpcom(categories=[{"name": name} for name in names], tags=[]))

    assert post.categories == ("Trade", "Arts", "AB", "CD", "\U0001f600")


def test_names_are_cut_to_100_characters_and_100_names() -> None:
    (post,) = read_wpcom(wpcom(tags={f"{number:03}" + "x" * 200: {} for number in range(200)}))

    assert len(post.tags) == 100
    assert {len(name) for name in post.tags} == {100}


def test_answer_is_cut_to_100_posts() -> None:
    body = json.dumps({"posts": [{"ID": number + 1} for number in range(500)]}).encode()

    assert len(read_wpcom(body)) == 100


def test_wpcom_categories_are_the_vocabulary() -> None:
    body = b'{"found":2,"categories":[{"ID":1,"name":"China-U.S."},{"ID":2,"name":"Q &amp; A"},{"ID":3}]}'

    assert read_wpcom_categories(body) == CategoryPage(
        (BlogCategory(1, "China-U.S."), BlogCategory(2, "Q & A")), rows=3, total=2
    )


@pytest.mark.parametrize("number", [0, -1, True, "7", 2**63, None, 1.5])
def test_a_category_without_a_usable_number_is_not_numbered(number: object) -> None:
    (post,) = read_wpcom(wpcom(categories={"Trade": {"ID": number, "name": "Trade", "parent": 3}}))

    assert (post.categories, post.numbered) == (("Trade",), ())


@pytest.mark.parametrize(
    ("parent", "read"), [(0, 0), (7, 7), (-7, 0), ("7", None), (None, None), (2**63, 0), ({}, None)]
)
def test_the_number_of_the_category_above_is_read_where_it_is_one(parent: object, read: int | None) -> None:
    (post,) = read_wpcom(wpcom(categories={"Trade": {"ID": 5, "name": "Trade", "parent": parent}}))

    assert post.numbered == (BlogCategory(5, "Trade", read),)


# --- core's wp/v2 ---------------------------------------------------------------------------------------


def test_wpjson_answer_gives_every_field() -> None:
    body = wpjson(
        link=LINK,
        guid={"rendered": "http://blog.example/?post_type=a&#038;p=41873"},
        date_gmt="2022-11-26T23:41:07",
        modified_gmt="2022-11-26T23:41:08",
        title={"rendered": "A <em>fine</em> title"},
        categories=[3, 5],
        content={"rendered": "<p>Long</p>"},
        _embedded={
            "wp:term": [[term("category", "Trade")], [term("post_tag", "Xi")]],
            "author": [{"name": "Jo"}],
        },
    )

    assert read_wpjson(body) == (
        FiledPost(
            wordpress_id=41873,
            link=LINK,
            guid="http://blog.example/?post_type=a&p=41873",
            title="A fine title",
            published=datetime(2022, 11, 26, 23, 41, 7, tzinfo=UTC),
            modified=datetime(2022, 11, 26, 23, 41, 8, tzinfo=UTC),
            categories=("Trade",),
            tags=("Xi",),
            html="<p>Long</p>",
            author="Jo",
            numbered=(BlogCategory(1, "Trade"),),
        ),
    )


def test_terms_of_other_taxonomies_are_ignored_wherever_they_stand() -> None:
    groups = [
        [term("series", "S"), term("post_tag", "T")],
        [term("category", "C"), {"code": "rest_forbidden"}],
    ]
    (post,) = read_wpjson(wpjson(_embedded={"wp:term": groups}))

    assert (post.categories, post.tags) == (("C",), ("T",))


def test_wpjson_categories_are_the_vocabulary() -> None:
    assert read_wpjson_categories(b'[{"id":1,"name":"Trade"}]') == CategoryPage(
        (BlogCategory(1, "Trade"),), rows=1
    )


# --- hostile answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe\xff",
        b"null",
        b'"posts"',
        b'{"error":"unknown_blog","message":"Unknown blog"}',
        b'{"code":"rest_no_route","data":{"status":404}}',
        b'{"posts":{"ID":1}}',
        b"[" * 200_000,
        b'{"posts":[' + b"9" * 10_000 + b"]}",
    ],
)
@pytest.mark.parametrize("read", READERS)
def test_answer_that_is_no_list_of_posts_is_a_parse_error(read: Any, body: bytes) -> None:
    with pytest.raises(ParseError):
        read(body)


def test_error_of_the_api_is_named_in_plain_short_text() -> None:
    body = json.dumps({"error": "<b>unknown</b>\x00_blog" + "x" * 500}).encode()
    with pytest.raises(ParseError) as caught:
        read_wpcom(body)

    assert str(caught.value).startswith("The blog's API answered 'unknown_blogxxx")
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("number", [None, True, 0, -5, 2**63, "7", 1.5, [], {}])
def test_posts_without_a_usable_id_are_left_out(number: Any) -> None:
    assert read_wpcom(wpcom(ID=number)) == ()
    assert read_wpjson(wpjson(id=number)) == ()


@pytest.mark.parametrize("date", [None, 5, "", "soon", "0000-00-00T00:00:00", "0001-01-01T00:00:00+14:00"])
def test_unusable_date_is_none(date: Any) -> None:
    assert read_wpcom(wpcom(date=date))[0].published is None


def test_text_fit_for_no_database_is_cleaned() -> None:
    body = b'{"posts":[{"ID":1,"title":"a\\ud800b\\u0000c","content":"x\\udfffy","URL":"h\\ud800"}]}'
    (post,) = read_wpcom(body)

    assert (post.title, post.html, post.link) == ("abc", "xy", "h")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "URL",
    "guid",
    "date",
    "title",
    "categories",
    "tags",
    "author",
    "link",
    "_embedded",
    "content",
    "name",
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), JSON)
def test_any_json_is_read_or_refused(fields: dict[str, Any], other: Any) -> None:
    rows = [fields | {"ID": 1, "id": 1, "_embedded": {"wp:term": other, "author": other}}, other]
    for answer in (rows, {"posts": rows}, {"categories": rows}, other, {"posts": other}):
        for read in READERS:
            try:
                read(json.dumps(answer).encode())
            except ParseError:
                continue


# --- joining feed and API -------------------------------------------------------------------------------


def filed(number: int, link: str = "", guid: str = "") -> FiledPost:
    return FiledPost(number, link, guid, "", None, None, (), ())


def test_post_is_found_by_its_link_whatever_the_scheme() -> None:
    posts = (filed(1, "https://blog.example/a/"), filed(2, "https://www.blog.example/b"))

    assert find_filed(posts, link="http://blog.example/b/", wordpress_id=1) == posts[1]


def test_post_is_found_by_its_id_though_the_api_prints_another_scheme() -> None:
    posts = (filed(1, guid="https://blog.example/?p=1"),)

    assert (
        find_filed(posts, link="https://go.example/x", guid="http://blog.example/?p=1", wordpress_id=1)
        == posts[0]
    )


def test_id_that_an_imported_blog_brought_along_finds_no_other_post() -> None:
    posts = (filed(1, "https://new.example/other/", "https://new.example/?p=1"),)

    assert (
        find_filed(posts, link="https://new.example/a/", guid="http://old.example/?p=1", wordpress_id=1)
        is None
    )
    assert find_filed(posts, link="", guid="") is None
