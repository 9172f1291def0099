"""The categories and tags that a blog itself gives a post: the data types, and parsers of API answers.

Bodies may be hostile: every parser is pure, near-linear in the body, truncates its results, and raises only
ParseError. `page.py` parses pages; `wordpress.py` gives the addresses of APIs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from bot.errors import ParseError
from bot.model import BlogCategory
from bot.text.normalize import fold
from bot.text.sanitize import one_line, storable, unescaped

_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """How much of an API's answer or of a page is kept. Lengths are in characters; longer texts are cut."""

    name: int = 100
    names: int = 100  # of one post
    vocabulary: int = 1000  # names of one blog
    posts: int = 100  # in one answer; neither API returns more
    title: int = 1000
    excerpt: int = 5000
    address: int = 2000
    texts: int = 20  # text nodes of a page that are joined to a name
    tail: int = 20_000  # at the end of an entry, which is searched for the "Filed under" line
    after_tail: int = 200  # of buttons and counts that may follow that line


LIMITS = EvidenceLimits()


@dataclass(frozen=True, slots=True)
class FiledPost:
    """One post as an API returns it. All is plain text except `html`, which is set only if requested."""

    wordpress_id: int
    link: str
    guid: str
    title: str
    published: datetime | None
    modified: datetime | None
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    html: str = ""
    excerpt: str = ""
    author: str = ""
    numbered: tuple[BlogCategory, ...] = ()  # its categories with their numbers


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """One page of a blog's list of categories.

    `rows`: how many it lists, unreadable ones included. `total`: of all pages, 0 where it does not say.
    """

    categories: tuple[BlogCategory, ...] = ()
    rows: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class PageFiling:
    """The filing of one post on a page; `found` is False if the page does not show which post is meant.

    `categories` and `tags` are names as linked; the slugs come from the article's classes. `sidebar`: the
    names in the blog's own list of categories. `generator`: the page's generator metadata.
    """

    found: bool = False
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category_slugs: tuple[str, ...] = ()
    tag_slugs: tuple[str, ...] = ()
    sidebar: tuple[str, ...] = ()
    generator: str = ""


def read_wpcom(body: bytes) -> tuple[FiledPost, ...]:
    """Parse at most 100 posts from an answer of the WordPress.com API; raise ParseError if it is none."""
    return tuple(_wpcom_post(row) for row in _rows(body, "posts") if _number(row.get("ID")))


def read_wpjson(body: bytes) -> tuple[FiledPost, ...]:
    """Parse at most 100 posts from an answer of core's wp/v2 API; raise ParseError if it is none."""
    return tuple(_wpjson_post(row) for row in _rows(body, "") if _number(row.get("id")))


def read_wpcom_categories(body: bytes) -> CategoryPage:
    """Parse a page of categories from a WordPress.com API answer; raise ParseError if it is none."""
    rows = _rows(body, "categories", LIMITS.vocabulary)
    return CategoryPage(_numbered(rows), len(rows), _found(body))


def read_wpjson_categories(body: bytes) -> CategoryPage:
    """Parse a page of categories from an answer of core's wp/v2 API; raise ParseError if it is none."""
    rows = _rows(body, "", LIMITS.vocabulary)
    return CategoryPage(_numbered(rows), len(rows))


def find_filed(
    posts: Iterable[FiledPost],
    *,
    link: str,
    guid: str = "",
    wordpress_id: int = 0,
    title: str = "",
    trusted: bool = False,
) -> FiledPost | None:
    """Return the API's post for an entry of the feed, or None.

    An equal link is sufficient. An equal id counts only if the guids agree, the API gives none, the titles
    agree, or the API is `trusted` to be this blog's: an imported blog's guids keep the ids of its old site,
    which may belong to other posts here.
    """
    found = list(posts)
    path = _trunk(link)
    for post in found:
        if path and _trunk(post.link) == path:
            return post
    alike = [post for post in found if wordpress_id and post.wordpress_id == wordpress_id]
    for post in alike:
        if trusted or _trunk(post.guid) in ("", _trunk(guid)) or fold(post.title) == fold(title) != "":
            return post
    return None


def _trunk(address: str) -> str:
    """Return an address without scheme, www and last slash, because API and feed may differ in these."""
    return re.sub(r"^(?:https?:)?//(?:www\.)?", "", address.strip(), flags=re.IGNORECASE).rstrip("/")


def _rows(body: bytes, key: str, limit: int = LIMITS.posts) -> list[dict[str, Any]]:
    """Return the objects in the list under `key`, or in the answer itself if that is a list."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError("The blog's API did not answer in JSON.") from error
    if isinstance(answer, dict):
        fault = answer.get("error") or answer.get("code")
        if fault:
            raise ParseError(f"The blog's API answered {_text(str(fault), LIMITS.name)!r}.")
        answer = answer.get(key)
    if not isinstance(answer, list):
        raise ParseError("The blog's API answered something else than a list.")
    return [row for row in answer[:limit] if isinstance(row, dict)]


def _wpcom_post(row: dict[str, Any]) -> FiledPost:
    return FiledPost(
        wordpress_id=_number(row.get("ID")),
        link=_address(row.get("URL")),
        guid=_address(row.get("guid")),
        title=_text(row.get("title"), LIMITS.title),
        published=_time(row.get("date")),
        modified=_time(row.get("modified")),
        categories=_names(row.get("categories")),
        tags=_names(row.get("tags")),
        html=_markup(row.get("content")),
        excerpt=_text(row.get("excerpt"), LIMITS.excerpt),
        author=_text(_object(row.get("author")).get("name"), LIMITS.name),
        numbered=_numbered(row.get("categories")),
    )


def _wpjson_post(row: dict[str, Any]) -> FiledPost:
    embedded = _object(row.get("_embedded"))
    terms = [term for group in _list(embedded.get("wp:term")) for term in _list(group)]
    filed = [term for term in terms if _object(term).get("taxonomy") == "category"]
    author = next(iter(_list(embedded.get("author"))), None)
    return FiledPost(
        wordpress_id=_number(row.get("id")),
        link=_address(row.get("link")),
        guid=_address(row.get("guid")),
        title=_text(row.get("title"), LIMITS.title),
        published=_time(row.get("date_gmt")),
        modified=_time(row.get("modified_gmt")),
        categories=_names(filed),
        tags=_names([term for term in terms if _object(term).get("taxonomy") == "post_tag"]),
        html=_markup(row.get("content")),
        excerpt=_text(row.get("excerpt"), LIMITS.excerpt),
        author=_text(_object(author).get("name"), LIMITS.name),
        numbered=_numbered(filed),
    )


def _names(terms: Any, limit: int = LIMITS.names) -> tuple[str, ...]:
    """Return the names of terms, given as an object keyed by name or as a list of objects."""
    if isinstance(terms, dict):  # PHP prints an empty or a purely numeric one as a list
        found = [_object(term).get("name") or name for name, term in terms.items()]
    else:
        found = [_object(term).get("name") for term in _list(terms)]
    texts = (_text(name, LIMITS.name) for name in found)
    return tuple(islice(dict.fromkeys(text for text in texts if text), limit))


def _numbered(terms: Any) -> tuple[BlogCategory, ...]:
    """Return the categories that have a number and a name, given as `_names` takes them."""
    rows = list(terms.values()) if isinstance(terms, dict) else _list(terms)
    found = []
    for row in map(_object, rows[: LIMITS.vocabulary]):
        number, parent = _number(row.get("ID") or row.get("id")), row.get("parent")
        name = _text(row.get("name"), LIMITS.name)
        if number and name:
            above = _number(parent) if isinstance(parent, int) else None
            found.append(BlogCategory(number, name, above))
    return tuple(found)


def _found(body: bytes) -> int:
    """Return the number of categories that WordPress.com reports; 0 if it does not say."""
    return _number(_object(json.loads(body)).get("found"))


def _number(value: Any) -> int:
    """Return a positive id that a database can hold, else 0."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    return value if usable else 0


def _text(value: Any, limit: int) -> str:
    """Convert HTML to plain text: no markup, entities decoded once, white space collapsed, truncated."""
    return one_line(unescaped(_MARKUP.sub("", _markup(value)[: limit * 10])), limit)


def _markup(value: Any) -> str:
    """Return a string, or the one in wp/v2's {"rendered": string}, without unprintable characters."""
    text = value.get("rendered") if isinstance(value, dict) else value
    return storable(text, len(text)) if isinstance(text, str) else ""


def _address(value: Any) -> str:
    text = _markup(value).strip()[: LIMITS.address]
    return text.replace("&#038;", "&").replace("&amp;", "&")  # unescape() would turn "&copy=1" into "©=1"


def _time(value: Any) -> datetime | None:
    """Parse an ISO 8601 time; without an offset it is UTC, as in wp/v2's *_gmt fields."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
