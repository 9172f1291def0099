from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from lxml import html as lxml_html

from bot.model import Kind
from bot.sample.blog import CATEGORIES, SampleBlog, SamplePost, load_posts
from bot.sample.markup import excerpt, slug_of, title_html
from bot.sample.server import SampleServer
from tests.sample.conftest import Get


def select(page: bytes, xpath: str) -> list[Any]:
    found: Any = lxml_html.fromstring(page.decode()).xpath(xpath)
    return list(found)


def links(page: bytes, xpath: str) -> list[str]:
    return select(page, f"{xpath}/text()")


def in_pages(posts: tuple[SamplePost, ...], size: int) -> Iterator[list[int]]:
    for start in range(0, len(posts), size):
        yield [post.number for post in posts[start : start + size]]


# --- pages -------------------------------------------------------------------------------------------------


async def test_a_classic_page_marks_categories_and_tags_by_rel(server: SampleServer, get: Get) -> None:
    for post in server.blog.posts:
        status, page = await get(server.blog.link(post))

        assert status == 200
        assert links(page, '//a[@rel="category tag"]') == post.names(Kind.CATEGORY)
        assert links(page, '//a[@rel="tag"]') == post.names(Kind.TAG)
        (classes,) = select(page, f'//div[@id="post-{post.number}"]/@class')
        assert {f"category-{slug_of(name)}" for name in post.categories} <= set(classes.split())
        assert {f"tag-{slug_of(name)}" for name in post.tags} <= set(classes.split())


async def test_a_block_page_marks_them_by_the_element_around(get: Get) -> None:
    async with SampleServer(SampleBlog(load_posts(), theme="block")) as server:
        for post in server.blog.posts:
            _, page = await get(server.blog.link(post))

            assert b'rel="category' not in page
            assert links(page, '//*[contains(@class,"taxonomy-category")]/a') == post.names(Kind.CATEGORY)
            assert links(page, '//*[contains(@class,"taxonomy-post_tag")]/a') == post.names(Kind.TAG)


async def test_the_sidebar_lists_all_categories(server: SampleServer, get: Get) -> None:
    _, page = await get(server.url + "/")

    assert links(page, '//li[contains(@class,"cat-item")]/a') == list(CATEGORIES)


async def test_a_page_has_buttons_related_posts_and_an_unwidowed_title(
    server: SampleServer, get: Get
) -> None:
    _, page = await get(server.blog.link(server.blog.posts[0]))

    assert b'id="jp-post-flair"' in page
    assert b'class="jp-relatedposts-post"' in page
    assert b"So Does&nbsp;Beijing&#8217;s</a>" in page


async def test_archives_show_their_posts(server: SampleServer, get: Get) -> None:
    _, page = await get(server.url + "/tag/trade/")

    assert select(page, '//a[@rel="bookmark"]/@href') == [
        server.blog.link(post) for post in server.blog.filed(Kind.TAG, "Trade")
    ]
    assert b"Tag Archives: <span>Trade</span>" in page
    assert (await get(server.url + "/tag/no-such/"))[0] == 404
    assert (await get(server.url + "/?paged=3"))[0] == 404


async def test_short_addresses_lead_to_the_post(server: SampleServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url + "/?p=1156", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, server.blog.link(server.blog.posts[0]))
    async with client.get(server.url + "/feed", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, "/feed/")


async def test_pictures_are_there(server: SampleServer, client: aiohttp.ClientSession) -> None:
    async with client.get(server.url + server.blog.posts[0].image + "?w=1024") as answer:
        assert answer.content_type == "image/png"
        assert (await answer.read()).startswith(b"\x89PNG")


# --- APIs --------------------------------------------------------------------------------------------------


async def wpcom(get: Get, server: SampleServer, query: str = "") -> dict[str, Any]:
    status, body = await get(f"{server.api_base}/sites/127.0.0.1/posts/{query}")
    assert status == 200
    answer: dict[str, Any] = json.loads(body)
    return answer


async def test_the_wordpress_com_api_keeps_categories_and_tags_apart(server: SampleServer, get: Get) -> None:
    answer = await wpcom(get, server)

    assert answer["found"] == 12
    for shown, post in zip(answer["posts"], server.blog.posts, strict=True):
        assert shown["ID"] == post.number
        assert (shown["URL"], shown["title"]) == (server.blog.link(post), title_html(post.title))
        assert shown["guid"] == server.blog.guid(post).replace("http:", "https:")
        assert (shown["date"], shown["modified"]) == (post.published.isoformat(), post.modified.isoformat())
        assert shown["excerpt"] == f"<p>{excerpt(post.html)}</p>\n"
        assert list(shown["categories"]) == post.names(Kind.CATEGORY)
        assert [tag["slug"] for tag in shown["tags"].values()] == [
            slug_of(name) for name in post.names(Kind.TAG)
        ]
        assert all(category["parent"] == 0 for category in shown["categories"].values())


async def test_names_are_escaped_in_the_apis(server: SampleServer, get: Get) -> None:
    shown = (await wpcom(get, server, "?tag=research-development&fields=tags"))["posts"]

    assert [list(post) for post in shown] == [["tags"]]
    assert shown[0]["tags"]["Research &amp; Development"]["name"] == "Research &amp; Development"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("?number=2", [1156, 1140]),
        ("?number=5&page=3", [1027, 1012]),
        ("?number=5&page=4", []),
        ("?after=2026-04-21T06:50:00Z", [1156, 1140]),
        ("?before=2026-02-01T00:00:00", [1027, 1012]),
        ("?order=ASC&number=1", [1012]),
        ("?order_by=modified&number=2", [1041, 1156]),
        ("?modified_after=2026-05-04T09:15:00Z", [1041]),
        ("?category=taiwan", [1119, 1041]),
        ("?tag=media&fields=ID", [1119]),
    ],
)
async def test_the_wordpress_com_api_selects_and_orders(
    server: SampleServer, get: Get, query: str, numbers: list[int]
) -> None:
    server.blog.edit(1041, title="Edited")

    assert [post["ID"] for post in (await wpcom(get, server, query))["posts"]] == numbers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/rest/v1.1/sites/elsewhere.example/posts/", 404, "unknown_blog"),
        ("/rest/v1.1/sites/elsewhere.example/categories", 404, "unknown_blog"),
        ("/rest/v1.1/sites/127.0.0.1/posts/?number=101", 400, "invalid_number"),
        ("/rest/v1.1/sites/127.0.0.1/posts/?after=soon", 400, "rest_invalid_param"),
        ("/rest/v1.1/sites/127.0.0.1/posts/?order_by=luck", 400, "rest_invalid_param"),
        ("/wp-json/wp/v2/posts?per_page=101", 400, "rest_invalid_param"),
        ("/wp-json/wp/v2/posts?page=3", 400, "rest_post_invalid_page_number"),
    ],
)
async def test_the_apis_refuse_with_a_code(
    server: SampleServer, get: Get, path: str, status: int, code: str
) -> None:
    answer, body = await get(server.url + path)

    assert (answer, code in json.loads(body).values()) == (status, True)


async def test_the_category_list_counts_posts(server: SampleServer, get: Get) -> None:
    _, body = await get(f"{server.api_base}/sites/{server.blog.host}/categories")
    answer = json.loads(body)

    assert {item["name"]: item["post_count"] for item in answer["categories"]} == {
        name: sum(name in post.categories for post in load_posts()) for name in CATEGORIES
    }


async def test_wp_v2_pages_through_everything_with_its_terms(
    server: SampleServer, client: aiohttp.ClientSession
) -> None:
    for page, numbers in enumerate(in_pages(server.blog.posts, 5), start=1):
        query = f"?_embed=wp:term&_fields=id,categories,_links,_embedded&per_page=5&page={page}"
        async with client.get(f"{server.url}/wp-json/wp/v2/posts{query}") as answer:
            shown = await answer.json()
        assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == ("12", "3")
        assert [post["id"] for post in shown] == numbers
        for post in shown:
            categories, tags = post["_embedded"]["wp:term"]
            assert [term["id"] for term in categories] == post["categories"]
            assert {term["taxonomy"] for term in categories} == {"category"}
            assert {term["taxonomy"] for term in tags} <= {"post_tag"}


async def test_wp_v2_embeds_only_when_asked_and_answers_by_route_too(server: SampleServer, get: Get) -> None:
    _, body = await get(server.url + "/?rest_route=/wp/v2/posts&per_page=1")
    (shown,) = json.loads(body)

    assert "_embedded" not in shown
    assert (shown["date_gmt"], shown["link"]) == (
        "2026-05-04T09:15:00",
        server.blog.link(server.blog.posts[0]),
    )
    assert shown["title"]["rendered"] == title_html(server.blog.posts[0].title)


async def test_parts_can_be_shut_while_the_feed_goes_on(server: SampleServer, get: Get) -> None:
    pages, apis = [server.blog.posts[0].path, "/", "/tag/trade/"], ["/wp-json/wp/v2/posts"]
    apis += ["/rest/v1.1/sites/127.0.0.1/posts/", "/rest/v1.1/sites/127.0.0.1/categories"]
    assert {(await get(server.url + path))[0] for path in pages + apis} == {200}

    server.parts.api = server.parts.wp_json = server.parts.pages = False

    assert {(await get(server.url + path))[0] for path in pages + apis} == {404}
    assert (await get(server.feed_url))[0] == 200
