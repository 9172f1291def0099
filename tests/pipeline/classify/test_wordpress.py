"""Where an API is looked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.model import BlogApi
from bot.pipeline.classify.wordpress import api_candidates, archive_url, categories_url

FEED = "https://blog.example/feed/"
HOSTED = "http://wordpress.com/"
OWN = "https://wordpress.org/?v=6.4"
WPCOM = "?number=20&fields=ID,URL,guid,date,modified,title,categories,tags"
WPJSON = (
    "per_page=20&_embed=wp:term&_fields=id,link,guid,date_gmt,modified_gmt,title,categories,_links,_embedded"
)
WPJSON_CATEGORIES = "per_page=100&page=1&orderby=count&order=desc&_fields=id,name,slug,parent"
PUBLIC = "https://public-api.wordpress.com/rest/v1.1/sites/blog.example/posts/"


def asked(feed: str, generator: str = "", base: str = "auto", site: str = "") -> list[tuple[str, str]]:
    return [(found.kind, found.url) for found in api_candidates(feed, site, generator, base)]


@pytest.mark.parametrize(
    ("feed", "generator", "base"),
    [
        (FEED, HOSTED, "off"),
        (FEED, "Hugo 0.1", "auto"),
        (FEED, "", "auto"),
        ("ftp://blog.wordpress.com/feed", HOSTED, "auto"),
        ("http://[::1/feed", HOSTED, "auto"),
        ("", HOSTED, "auto"),
        (FEED, HOSTED, "file:///etc/passwd"),
    ],
)
def test_nothing_is_asked_where_no_api_is_likely(feed: str, generator: str, base: str) -> None:
    assert asked(feed, generator, base) == []


def test_hosted_blog_is_asked_for_at_the_public_api_only() -> None:
    assert asked(FEED, HOSTED) == [("wpcom", PUBLIC + WPCOM)]
    assert asked("https://blog.wordpress.com/feed/") == [
        ("wpcom", PUBLIC.replace("blog.example", "blog.wordpress.com") + WPCOM)
    ]


def test_own_blog_is_asked_at_its_own_origin() -> None:
    assert asked(FEED, OWN) == [
        ("wpjson", f"https://blog.example/wp-json/wp/v2/posts?{WPJSON}"),
        ("wpjson", f"https://blog.example/?rest_route=/wp/v2/posts&{WPJSON}"),
    ]


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("/feed/", ""),
        ("/blog/feed/atom/", "/blog"),
        ("/blog/category/china-u-s/feed/", "/blog"),
        ("/?feed=rss2", ""),
        ("/blog/?feed=rss2", "/blog"),
        ("/blog/wp-rss2.php", "/blog"),
        ("/feedback/feed", "/feedback"),
    ],
)
def test_own_blog_may_live_in_a_folder(path: str, home: str) -> None:
    url = asked(f"https://blog.example{path}", OWN)[0][1]

    assert url == f"https://blog.example{home}/wp-json/wp/v2/posts?{WPJSON}"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "localhost:8000", "blog"])
def test_host_that_no_public_site_can_have_is_asked_itself(host: str) -> None:
    hosted = asked(f"http://{host}/feed/", HOSTED, site="https://blog.example/")

    assert hosted[0] == ("wpcom", f"http://{host}/rest/v1.1/sites/blog.example/posts/{WPCOM}")
    assert hosted[1:] == asked(f"http://{host}/feed/", OWN)
    assert [kind for kind, _ in hosted[1:]] == ["wpjson", "wpjson"]


@pytest.mark.parametrize(
    ("base", "urls"),
    [
        ("http://127.0.0.1:9/rest/v1.1/sites/1234/", ["http://127.0.0.1:9/rest/v1.1/sites/1234/posts/"]),
        ("http://127.0.0.1:9/rest/v1.1", ["http://127.0.0.1:9/rest/v1.1/sites/site.example/posts/"]),
        ("http://127.0.0.1:9/wp/v2/sites/a", ["http://127.0.0.1:9/wp/v2/sites/a/posts"]),
        (
            "http://127.0.0.1:9/",
            [
                "http://127.0.0.1:9/rest/v1.1/sites/site.example/posts/",
                "http://127.0.0.1:9/sites/site.example/posts/",
                "http://127.0.0.1:9/posts/",
                "http://127.0.0.1:9/wp/v2/posts",
                "http://127.0.0.1:9/wp-json/wp/v2/posts",
            ],
        ),
    ],
)
def test_configured_base_is_asked_whatever_the_generator(base: str, urls: list[str]) -> None:
    found = api_candidates(FEED, "https://site.example/blog", "", base)

    assert [candidate.url.partition("?")[0] for candidate in found] == urls
    assert all(candidate.kind == ("wpjson" if "/wp/v2" in candidate.url else "wpcom") for candidate in found)


def test_site_is_the_feeds_host_where_the_feed_names_none() -> None:
    assert "/sites/blog.example/" in asked(FEED, base="http://127.0.0.1:9/rest/v1.1")[0][1]


def test_hostile_site_cannot_leave_its_place_in_the_path() -> None:
    url = asked(FEED, base="http://127.0.0.1:9/rest/v1.1", site="http://a\\..%2f%2e%2e%2f@b?c/")[0][1]

    assert url.startswith("http://127.0.0.1:9/rest/v1.1/sites/")
    assert url.partition("/sites/")[2].partition("?")[0].endswith("/posts/")
    assert url.count("/sites/") == 1


def test_archive_page_asks_for_whole_posts() -> None:
    hosted = BlogApi("wpcom", PUBLIC + WPCOM)
    after = datetime(2022, 11, 27, 1, 0, tzinfo=timezone(timedelta(hours=2)))

    assert archive_url(hosted, page=3, after=after) == (
        f"{PUBLIC}?number=100&fields=ID,URL,guid,date,modified,title,categories,tags,content,excerpt,author"
        "&page=3&after=2022-11-26T23:00:00Z"
    )


def test_archive_page_keeps_the_route_in_the_query() -> None:
    own = BlogApi("wpjson", f"https://blog.example/?rest_route=/wp/v2/posts&{WPJSON}")

    assert archive_url(own, page=1, per_page=500) == (
        "https://blog.example/?rest_route=/wp/v2/posts&per_page=100&_embed=wp:term,author"
        "&_fields=id,link,guid,date_gmt,modified_gmt,title,categories,_links,_embedded,content,excerpt&page=1"
    )
    assert "after" not in archive_url(own, page=1)


@pytest.mark.parametrize(
    ("candidate", "url"),
    [
        (
            BlogApi("wpcom", PUBLIC + WPCOM),
            PUBLIC.replace("/posts/", "/categories/") + "?number=100&page=1&order_by=count&order=DESC",
        ),
        (
            BlogApi("wpjson", f"https://blog.example/wp-json/wp/v2/posts?{WPJSON}"),
            f"https://blog.example/wp-json/wp/v2/categories?{WPJSON_CATEGORIES}",
        ),
        (
            BlogApi("wpjson", f"https://posts.example/?rest_route=/wp/v2/posts&{WPJSON}"),
            f"https://posts.example/?rest_route=/wp/v2/categories&{WPJSON_CATEGORIES}",
        ),
    ],
)
def test_categories_lie_beside_the_posts(candidate: BlogApi, url: str) -> None:
    assert categories_url(candidate) == url
