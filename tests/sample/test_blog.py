from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import feedparser
import pytest

from bot.sample.blog import CATEGORIES, NEVER, SampleBlog, SamplePost, load_posts
from bot.sample.markup import excerpt, plain_text, slug_of, title_html
from bot.sample.server import SampleServer
from tests.sample.conftest import Get

POST = SamplePost(
    number=2001,
    slug="chips-and-chips",
    title="Chips & <Chips>",
    author="A & B",
    published=datetime(2026, 6, 2, 8, 0, tzinfo=UTC),
    html='<p>Short, with a <a href="/tag/chips/">link</a> and ]]> in it.</p>',
    categories=("R&D", "Trade"),
    tags=("Trade", "chips", "R&D", "zinc", "Hong Kong"),
)


async def parsed(get: Get, url: str) -> Any:
    status, body = await get(url)
    assert status == 200
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo
    return feed


def terms(entry: Any) -> list[str]:
    return [tag.term for tag in entry.tags]


# --- the posts ---------------------------------------------------------------------------------------------


def test_there_are_ten_posts_or_more_and_every_category_but_tags_alone_is_used() -> None:
    posts = load_posts()

    assert len(posts) >= 10
    assert {name for post in posts for name in post.categories} == set(CATEGORIES)
    assert list(posts) == sorted(posts, key=lambda post: post.published)
    assert len({post.number for post in posts}) == len({post.path for post in posts}) == len(posts)


def test_each_post_has_a_body_to_summarize() -> None:
    for post in load_posts():
        assert 4 <= post.html.count("<p>") <= 7
        assert len(plain_text(post.html).split()) > 100


def test_the_posts_hold_the_hard_cases_of_filing() -> None:
    posts = load_posts()
    no_descent = [post for post in posts if post.labels == sorted(post.labels, key=str.casefold)]

    assert any(not post.tags for post in posts)
    assert sum(bool(set(post.tags) & set(CATEGORIES)) for post in posts) >= 3
    assert any(set(post.labels[1:]) & set(CATEGORIES) for post in no_descent if len(post.categories) == 1)


def test_the_posts_hold_the_hard_cases_of_summarizing() -> None:
    posts = load_posts()

    assert any(post.image and post.caption for post in posts)
    assert any(re.search(r"said:</p>\n<blockquote>", post.html) for post in posts)
    assert any("<p><strong>Update:" in post.html for post in posts)
    assert sum(bool(re.match(r"<p>[A-Z' ]{8,} ", post.html)) for post in posts) >= 5
    assert any(set("\u2019\u201c&") & set(post.title) for post in posts)


# --- feeds -------------------------------------------------------------------------------------------------


async def test_the_rss_feed_shows_the_newest_ten_in_order(server: SampleServer, get: Get) -> None:
    feed = await parsed(get, server.feed_url)

    newest = server.blog.posts[:10]
    assert [entry.title for entry in feed.entries] == [post.title for post in newest]
    assert [entry.link for entry in feed.entries] == [server.blog.link(post) for post in newest]
    assert [entry.id for entry in feed.entries] == [f"{server.url}/?p={post.number}" for post in newest]
    assert [terms(entry) for entry in feed.entries] == [post.labels for post in newest]
    assert feed.entries[0].published == "Mon, 04 May 2026 09:15:00 +0000"
    assert (feed.feed.title, feed.feed.generator) == ("The Sample Bystander", "http://wordpress.com/")


async def test_an_item_has_the_shape_of_wordpress_com(server: SampleServer, get: Get) -> None:
    _, body = await get(server.feed_url)
    item = body.decode().split("<item>")[1]

    assert '<guid isPermaLink="false">' in item
    assert item.index("gravatar.com/avatar") < item.index('customs-form.png?w=1024" medium')
    assert "&#8217;s" in item
    assert "[&#8230;]]]></description>" in item
    assert "<category><![CDATA[China-U.S.]]></category>" in item


async def test_a_self_hosted_blog_prints_no_avatar(get: Get) -> None:
    blog = SampleBlog(load_posts(), generator="https://wordpress.org/?v=6.7", guid_site="http://old.example")
    async with SampleServer(blog) as server:
        _, body = await get(server.feed_url)

    assert b"media:content" not in body
    assert b'<guid isPermaLink="false">http://old.example/?p=1156</guid>' in body


async def test_feeds_are_paged_and_end_in_404(server: SampleServer, get: Get) -> None:
    second = await parsed(get, server.feed_url + "?paged=2")

    assert [entry.link for entry in second.entries] == [
        server.blog.link(post) for post in server.blog.posts[10:]
    ]
    assert (await get(server.feed_url + "?paged=3"))[0] == 404
    assert (await get(server.url + "/category/no-such/feed/"))[0] == 404


async def test_archive_feeds_hold_their_own_posts_only(server: SampleServer, get: Get) -> None:
    filed = await parsed(get, server.url + "/category/trade/feed/")
    tagged = await parsed(get, server.url + "/tag/trade/feed/")

    assert {entry.link for entry in filed.entries} == {
        server.blog.link(post) for post in load_posts() if "Trade" in post.categories
    }
    assert {entry.link for entry in tagged.entries} == {
        server.blog.link(post) for post in load_posts() if "Trade" in post.tags
    }
    assert filed.feed.title == "Trade \u2013 The Sample Bystander"


async def test_atom_tells_the_edit_and_gives_categories_and_tags_one_scheme(
    server: SampleServer, get: Get
) -> None:
    newest = server.blog.posts[0]
    server.blog.edit(newest.number, at=newest.published + timedelta(hours=2))
    entry = (await parsed(get, server.feed_url + "atom/")).entries[0]

    assert (entry.published, entry.updated) == ("2026-05-04T09:15:00Z", "2026-05-04T11:15:00Z")
    assert terms(entry) == newest.labels
    assert {tag.scheme for tag in entry.tags} == {server.url}


async def test_the_json_feed_says_the_same(server: SampleServer, get: Get) -> None:
    _, body = await get(server.feed_url + "json/")
    feed = json.loads(body)

    assert [item["title"] for item in feed["items"]] == [post.title for post in server.blog.posts[:10]]
    assert [item["tags"] for item in feed["items"]] == [post.labels for post in server.blog.posts[:10]]


async def test_hostile_looking_text_is_escaped_everywhere(get: Get) -> None:
    async with SampleServer(SampleBlog([POST])) as server:
        rss = (await parsed(get, server.feed_url)).entries[0]
        atom = (await parsed(get, server.feed_url + "atom/")).entries[0]
        _, page = await get(server.blog.link(POST))

    assert title_html(POST.title) == "Chips &#038; &lt;Chips&gt;"
    assert rss.title == "Chips & <Chips>"
    assert unescape(atom.title) == "Chips & <Chips>"
    assert rss.author == atom.author == "A & B"
    assert rss.content[0].value.strip().endswith("]]&gt; in it.</p>")
    assert f'href="{server.url}/tag/chips/"' in rss.content[0].value
    assert b"Chips &#038;&nbsp;&lt;Chips&gt;</a>" in page
    assert b">R&amp;D</a>" in page


def test_names_are_sorted_categories_first_and_printed_once() -> None:
    assert POST.labels == ["R&D", "Trade", "chips", "Hong Kong", "zinc"]


def test_an_excerpt_has_55_words() -> None:
    assert excerpt("<p>" + "word " * 55 + "</p>") == " ".join(["word"] * 55)
    assert excerpt("<p>" + "word " * 56 + "</p>") == " ".join(["word"] * 55) + " [&#8230;]"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("China-U.S.", "china-u-s"),
        ("R&D", "rd"),
        ("Models, Chips & Kilowatts", "models-chips-kilowatts"),
        ("The Renminbi\u2019s Long", "the-renminbis-long"),
        ("S\u00e3o Paulo", "sao-paulo"),
        ("\u9999\u6e2f", "%e9%a6%99%e6%b8%af"),
    ],
)
def test_slugs_follow_wordpress(name: str, slug: str) -> None:
    assert slug_of(name) == slug


# --- the blog changes --------------------------------------------------------------------------------------


def test_the_last_edit_is_that_of_the_whole_site_and_goes_back_after_a_deletion() -> None:
    blog = SampleBlog(load_posts())
    before = blog.last_modified
    blog.publish(POST)

    assert blog.last_modified == POST.published
    assert blog.edit(1012, html="<p>New.</p>").modified == POST.published + timedelta(seconds=1)
    assert blog.last_modified == POST.published + timedelta(seconds=1)
    assert blog.edit(1012, at=before).modified == before
    blog.delete(POST.number)
    assert blog.last_modified == before
    assert SampleBlog().last_modified == NEVER


def test_a_post_is_published_once_and_its_dates_have_whole_seconds() -> None:
    blog = SampleBlog()
    moment = datetime(2026, 7, 1, 12, 30, 15, 999, tzinfo=UTC)

    assert blog.publish(POST, at=moment).published == datetime(2026, 7, 1, 12, 30, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="2001"):
        blog.publish(POST)


# --- the record --------------------------------------------------------------------------------------------


async def test_requests_are_recorded_as_they_came(server: SampleServer, get: Get) -> None:
    await get(server.feed_url + "?paged=2", If_None_Match='W/"x"')
    await get(server.url + "/nowhere")

    assert [(seen.method, seen.path) for seen in server.requests] == [
        ("GET", "/feed/?paged=2"),
        ("GET", "/nowhere"),
    ]
    assert server.seen("/feed/")[0].header("if-none-match") == 'W/"x"'
    assert server.requests[1].header("If-None-Match") == ""
