"""Maps the addresses of the blog to their content, as aiohttp handlers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import unquote

from aiohttp import web

from bot.model import Kind
from bot.sample import api, feeds, pages
from bot.sample.blog import SampleBlog, SamplePost
from bot.sample.conditional import Validators

PAGE_SIZE = 10  # posts on a page of a feed or an archive, WordPress's default


@dataclass(slots=True)
class Parts:
    """Which parts of the blog are served; the others return 404. May change while the blog is served."""

    api: bool = True  # WordPress.com's rest/v1.1
    wp_json: bool = False  # wp/v2; a blog on WordPress.com does not offer it at its own address
    pages: bool = True  # the pages for people


class _Render(Protocol):
    def __call__(
        self, blog: SampleBlog, posts: Sequence[SamplePost], *, path: str, heading: str
    ) -> bytes: ...


_FEEDS: dict[str, tuple[_Render, str]] = {
    "": (feeds.rss, "application/rss+xml"),
    "atom/": (feeds.atom, "application/atom+xml"),
    "json/": (feeds.json_feed, "application/feed+json"),
}


class Routes:
    """The blog's addresses. The feeds are always served; `parts` says what else is."""

    def __init__(self, blog: SampleBlog, parts: Parts) -> None:
        self._blog = blog
        self._parts = parts

    def add_to(self, app: web.Application) -> None:
        """Register every address with `app`."""
        term, form = "{kind:category|tag}/{slug}", "{form:(atom/|json/)?}"
        app.router.add_routes(
            [
                web.get("/", self._front),
                web.get("/feed", self._feed_without_slash),
                web.get(f"/feed/{form}", self._feed),
                web.get(f"/{term}/", self._archive),
                web.get(f"/{term}/feed/{form}", self._feed),
                web.get(r"/{day:\d{4}/\d{2}/\d{2}}/{slug}/", self._post),
                web.get("/wp-content/uploads/{name:.+}", self._picture),
                web.get("/rest/v1.1/sites/{site}/posts{slash:/?}", self._wpcom_posts),
                web.get("/rest/v1.1/sites/{site}/categories{slash:/?}", self._wpcom_categories),
                web.get("/wp-json/wp/v2/posts", self._wp_json_posts),
                web.get("/wp-json/wp/v2/categories", self._wp_json_categories),
            ]
        )

    # --- feeds -------------------------------------------------------------------------------------------

    async def _feed_without_slash(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPMovedPermanently(request.rel_url.with_path("/feed/", keep_query=True))

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        posts, heading = self._listed(request)
        shown = _page_of(posts, request)
        render, content_type = _FEEDS[request.match_info["form"]]
        # WordPress core uses the last edit of the whole site, even for the feed of one category.
        validators = Validators.of(self._blog.last_modified)
        headers = {"Last-Modified": validators.last_modified, "ETag": validators.etag}
        if validators.match(request.headers):
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        body = render(self._blog, shown, path=request.path_qs, heading=heading)
        return _answer(request, body, f"{content_type}; charset=UTF-8", headers)

    def _listed(self, request: web.Request) -> tuple[tuple[SamplePost, ...], str]:
        """Return the posts of the requested category or tag and its name; otherwise all posts and ""."""
        if "kind" not in request.match_info:
            return self._blog.posts, ""
        kind = Kind(request.match_info["kind"])
        try:
            name = self._blog.name_of(kind, request.match_info["slug"])
        except KeyError:
            raise web.HTTPNotFound from None
        return self._blog.filed(kind, name), name

    # --- pages -------------------------------------------------------------------------------------------

    async def _front(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("rest_route", "").rstrip("/") == "/wp/v2/posts":
            return await self._wp_json_posts(request)
        self._need(served=self._parts.pages)
        if wanted := request.query.get("p"):
            raise web.HTTPMovedPermanently(
                self._blog.link(self._found(lambda post: str(post.number) == wanted))
            )
        return _html(request, pages.archive_page(self._blog, _page_of(self._blog.posts, request)))

    async def _archive(self, request: web.Request) -> web.StreamResponse:
        self._need(served=self._parts.pages)
        posts, name = self._listed(request)
        kind = Kind(request.match_info["kind"])
        return _html(request, pages.archive_page(self._blog, _page_of(posts, request), kind, name))

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self._need(served=self._parts.pages)
        post = self._found(lambda post: unquote(post.path) == request.path)
        return _html(request, pages.post_page(self._blog, post))

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        self._found(lambda post: post.image == request.path)
        return web.Response(body=pages.picture(request.path), content_type="image/png")

    def _found(self, wanted: Callable[[SamplePost], bool]) -> SamplePost:
        for post in self._blog.posts:
            if wanted(post):
                return post
        raise web.HTTPNotFound

    # --- APIs --------------------------------------------------------------------------------------------

    async def _wpcom_posts(self, request: web.Request) -> web.StreamResponse:
        self._need(served=self._parts.api)
        site = request.match_info["site"]
        return _json(request, lambda: (api.wpcom_posts(self._blog, site, request.query), {}), "error")

    async def _wpcom_categories(self, request: web.Request) -> web.StreamResponse:
        self._need(served=self._parts.api)
        site = request.match_info["site"]
        return _json(request, lambda: (api.wpcom_categories(self._blog, site, request.query), {}), "error")

    async def _wp_json_posts(self, request: web.Request) -> web.StreamResponse:
        self._need(served=self._parts.wp_json)

        def answer() -> tuple[Any, dict[str, str]]:
            listing = api.wp_json_posts(self._blog, request.query)
            return listing.rows, {"X-WP-Total": str(listing.total), "X-WP-TotalPages": str(listing.pages)}

        return _json(request, answer, "code")

    async def _wp_json_categories(self, request: web.Request) -> web.StreamResponse:
        self._need(served=self._parts.wp_json)

        def answer() -> tuple[Any, dict[str, str]]:
            listing = api.wp_json_categories(self._blog, request.query)
            following = request.rel_url.update_query(page=str(listing.page + 1))
            more = {"Link": f'<{following}>; rel="next"'} if listing.page < listing.pages else {}
            return listing.rows, {"X-WP-Total": str(listing.total), **more}

        return _json(request, answer, "code")

    def _need(self, *, served: bool) -> None:
        if not served:
            raise web.HTTPNotFound


def _page_of(posts: Sequence[SamplePost], request: web.Request) -> Sequence[SamplePost]:
    """Return the posts of the page requested with `?paged=N`; 404 past the end."""
    asked = request.query.get("paged", "1")
    page = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < PAGE_SIZE else 1
    shown = posts[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if page > 1 and not shown:
        raise web.HTTPNotFound
    return shown


def _json(
    request: web.Request, answer: Callable[[], tuple[Any, dict[str, str]]], code_key: str
) -> web.StreamResponse:
    """Return what `answer` returns (document, headers) as JSON; an ApiError has its code in `code_key`."""
    try:
        document, headers = answer()
    except api.ApiError as error:
        body = json.dumps({code_key: error.code, "message": str(error)})
        return web.Response(status=error.status, text=body, content_type="application/json")
    return _answer(request, json.dumps(document).encode(), "application/json", headers)


def _html(request: web.Request, page: str) -> web.StreamResponse:
    return _answer(request, page.encode(), "text/html; charset=UTF-8", {})


def _answer(
    request: web.Request, body: bytes, content_type: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Return an answer with `body`, gzipped if the client accepts it."""
    response = web.Response(
        body=body, headers={"Content-Type": content_type, "Vary": "Accept-Encoding", **headers}
    )
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response
