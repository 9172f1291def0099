"""The blog's two APIs: WordPress.com's v1.1, and the `wp/v2` of a self-hosted WordPress. Pure.

Both keep categories and tags apart. Shapes: developer.wordpress.com/docs/api (sites/posts, sites/categories)
and developer.wordpress.org/rest-api/reference/posts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.model import FILING_KINDS, Kind
from bot.sample.blog import SampleBlog, SamplePost
from bot.sample.markup import excerpt, name_html, slug_of, title_html

MOST_POSTS = 100  # the most that either API returns in one answer
_NUMBER, _PER_PAGE = 20, 10  # the default page sizes of v1.1 and wp/v2
_DIGITS = 10  # numbers with this many digits or more are ignored

_ORDERS: dict[str, Callable[[SamplePost], Any]] = {
    "date": lambda post: post.published,
    "modified": lambda post: post.modified,
    "title": lambda post: post.title.casefold(),
    "id": lambda post: post.number,
}
_WINDOWS: dict[str, Callable[[SamplePost, datetime], bool]] = {
    "after": lambda post, bound: post.published > bound,
    "before": lambda post, bound: post.published < bound,
    "modified_after": lambda post, bound: post.modified > bound,
    "modified_before": lambda post, bound: post.modified < bound,
}


class ApiError(Exception):
    """An error answer of the API: the HTTP status, and the code and message of its JSON body."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Listing:
    """An answer of `wp/v2`: posts or categories, and what is sent as headers."""

    rows: list[dict[str, Any]]
    total: int
    pages: int
    page: int = 1


# --- WordPress.com, rest/v1.1 ------------------------------------------------------------------------------


def wpcom_posts(blog: SampleBlog, site: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer of `/sites/<site>/posts/`.

    Parameters: number, page, after, before, modified_after, modified_before, order_by, order, category, tag
    and fields. ApiError: another site, or an unusable value.
    """
    _check_site(blog, site)
    number, page = _whole(query, "number", _NUMBER), _whole(query, "page", 1)
    if number > MOST_POSTS:
        raise ApiError(400, "invalid_number", "The NUMBER parameter must be less than or equal to 100.")
    posts = _selected(blog, query, order_by="order_by")
    for kind in FILING_KINDS:
        if wanted := query.get(kind.value):
            posts = [post for post in posts if slug_of(wanted) in map(slug_of, post.names(kind))]
    shown = [_wpcom_post(blog, post) for post in posts[(page - 1) * number : page * number]]
    return {"found": len(posts), "posts": _only(shown, query.get("fields", ""))}


def wpcom_categories(blog: SampleBlog, site: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer of `/sites/<site>/categories`. Parameters: number, page. ApiError: another site."""
    _check_site(blog, site)
    names = blog.names(Kind.CATEGORY)
    number, page = _whole(query, "number", MOST_POSTS), _whole(query, "page", 1)
    categories = [
        {**_wpcom_term(blog, Kind.CATEGORY, name), "post_count": len(blog.filed(Kind.CATEGORY, name))}
        for name in names[(page - 1) * number : page * number]
    ]
    return {"found": len(names), "categories": categories}


def _wpcom_post(blog: SampleBlog, post: SamplePost) -> dict[str, Any]:
    return {
        "ID": post.number,
        "author": {"name": post.author},
        "date": post.published.isoformat(timespec="seconds"),
        "modified": post.modified.isoformat(timespec="seconds"),
        "title": title_html(post.title),
        "URL": blog.link(post),
        "content": blog.content(post),
        "excerpt": f"<p>{excerpt(post.html)}</p>\n",
        "slug": post.slug,
        # WordPress.com has https here, but http in the guid of its feed.
        "guid": blog.guid(post).replace("http://", "https://", 1),
        "status": "publish",
        "type": "post",
        "featured_image": blog.site + post.image if post.image else "",
        "tags": {name_html(name): _wpcom_term(blog, Kind.TAG, name) for name in post.names(Kind.TAG)},
        "categories": {
            name_html(name): _wpcom_term(blog, Kind.CATEGORY, name) for name in post.names(Kind.CATEGORY)
        },
    }


def _wpcom_term(blog: SampleBlog, kind: Kind, name: str) -> dict[str, Any]:
    number = blog.number_of(kind, name)
    term: dict[str, Any] = {"ID": number, "name": name_html(name), "slug": slug_of(name)}
    parent = {"parent": blog.parent_of(name)} if kind is Kind.CATEGORY else {}
    return {**term, "description": "", **parent}


def _check_site(blog: SampleBlog, site: str) -> None:
    if site not in {blog.host, blog.host.partition(":")[0]}:
        raise ApiError(404, "unknown_blog", "Unknown blog")


# --- self-hosted, wp/v2 ------------------------------------------------------------------------------------


def wp_json_posts(blog: SampleBlog, query: Mapping[str, str]) -> Listing:
    """Return the answer of `/wp-json/wp/v2/posts`.

    Parameters: per_page, page, after, before, modified_after, modified_before, orderby, order, _embed and
    _fields. ApiError: an unusable value, or a page past the end.
    """
    size, page = _whole(query, "per_page", _PER_PAGE), _whole(query, "page", 1)
    if size > MOST_POSTS:
        raise ApiError(400, "rest_invalid_param", "Invalid parameter(s): per_page")
    posts = _selected(blog, query, order_by="orderby")
    pages = -(-len(posts) // size)
    if page > max(pages, 1):
        raise ApiError(
            400,
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    embed = "_embed" in query
    shown = [_wp_json_post(blog, post, embed=embed) for post in posts[(page - 1) * size : page * size]]
    return Listing(_only(shown, query.get("_fields", "")), len(posts), pages)


def wp_json_categories(blog: SampleBlog, query: Mapping[str, str]) -> Listing:
    """Return the answer of `/wp-json/wp/v2/categories`. Parameters: per_page, page and _fields."""
    size, page = _whole(query, "per_page", _PER_PAGE), _whole(query, "page", 1)
    names = blog.names(Kind.CATEGORY)
    shown = [
        {**_wp_json_term(blog, Kind.CATEGORY, name), "parent": blog.parent_of(name)}
        for name in names[(page - 1) * size : page * size]
    ]
    return Listing(_only(shown, query.get("_fields", "")), len(names), -(-len(names) // size), page)


def _wp_json_post(blog: SampleBlog, post: SamplePost, *, embed: bool) -> dict[str, Any]:
    terms = {kind: [_wp_json_term(blog, kind, name) for name in post.names(kind)] for kind in FILING_KINDS}
    shown: dict[str, Any] = {
        "id": post.number,
        "date": _naive(post.published),
        "date_gmt": _naive(post.published),
        "guid": {"rendered": blog.guid(post)},
        "modified": _naive(post.modified),
        "modified_gmt": _naive(post.modified),
        "slug": post.slug,
        "status": "publish",
        "type": "post",
        "link": blog.link(post),
        "title": {"rendered": title_html(post.title)},
        "content": {"rendered": blog.content(post), "protected": False},
        "excerpt": {"rendered": f"<p>{excerpt(post.html)}</p>\n", "protected": False},
        "categories": [term["id"] for term in terms[Kind.CATEGORY]],
        "tags": [term["id"] for term in terms[Kind.TAG]],
        "_links": {"self": [{"href": f"{blog.site}/wp-json/wp/v2/posts/{post.number}"}]},
    }
    return {**shown, "_embedded": {"wp:term": list(terms.values())}} if embed else shown


def _wp_json_term(blog: SampleBlog, kind: Kind, name: str) -> dict[str, Any]:
    return {
        "id": blog.number_of(kind, name),
        "link": blog.term_link(kind, name),
        "name": name_html(name),
        "slug": slug_of(name),
        "taxonomy": "category" if kind is Kind.CATEGORY else "post_tag",
    }


# --- both --------------------------------------------------------------------------------------------------


def _selected(blog: SampleBlog, query: Mapping[str, str], *, order_by: str) -> list[SamplePost]:
    posts = list(blog.posts)
    for name, inside in _WINDOWS.items():
        if name in query:
            bound = _moment(query[name], name)
            posts = [post for post in posts if inside(post, bound)]
    order = _ORDERS.get(query.get(order_by, "date").lower())
    if order is None:
        raise ApiError(400, "rest_invalid_param", f"Invalid parameter(s): {order_by}")
    return sorted(posts, key=order, reverse=query.get("order", "desc").lower() != "asc")


def _only(posts: Sequence[dict[str, Any]], fields: str) -> list[dict[str, Any]]:
    wanted = {field.strip().partition(".")[0] for field in fields.split(",") if field.strip()}
    return [{key: value for key, value in post.items() if not wanted or key in wanted} for post in posts]


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    usable = text.isascii() and text.isdigit() and len(text) < _DIGITS and int(text) > 0
    return int(text) if usable else default


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(400, "rest_invalid_param", f"Invalid parameter(s): {name}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _naive(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
