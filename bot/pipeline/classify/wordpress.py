"""Builds the addresses of a blog's API and of its resources. Pure; nothing here sends a request."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from bot.model import BlogApi

_WPCOM_FIELDS = "ID,URL,guid,date,modified,title,categories,tags"
_WPJSON_FIELDS = "id,link,guid,date_gmt,modified_gmt,title,categories,_links,_embedded"
CATEGORIES_PER_PAGE = 100  # wp/v2 allows no more
_BELOW_ROOT = re.compile(r"/(?:feed|category|tag|author|comments)(?:/|$)")  # where a blog's own paths begin


def api_candidates(feed_url: str, site: str, generator: str, api_base: str) -> tuple[BlogApi, ...]:
    """Return the possible addresses of the feed's API, most likely first.

    `site`: the blog's own link as its feed prints it. `api_base`: "auto", "off", or a base URL. "auto" finds
    none unless the host or the generator indicates WordPress.
    """
    feed = _split(feed_url)
    if api_base == "off" or feed is None or not feed.hostname:
        return ()
    blog = _split(site)
    name = quote((blog.hostname if blog else None) or feed.hostname, safe="")
    if api_base != "auto":
        base = _split(api_base)
        return _below(base, name) if base else ()
    return _guessed(feed, name, generator.casefold())


def archive_url(candidate: BlogApi, *, page: int, per_page: int = 100, after: datetime | None = None) -> str:
    """Return the address of one page of full posts, newest first; `page` counts from 1, `per_page` <= 100.

    `after` excludes posts published earlier.
    """
    wpcom = candidate.kind == "wpcom"
    asked = {
        "number" if wpcom else "per_page": str(min(per_page, 100)),
        "page": str(page),
        "fields" if wpcom else "_fields": (
            f"{_WPCOM_FIELDS},content,excerpt,author" if wpcom else f"{_WPJSON_FIELDS},content,excerpt"
        ),
    }
    if not wpcom:
        asked["_embed"] = "wp:term,author"
    if after is not None:
        asked["after"] = after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _asking(candidate.url, asked)


def categories_url(candidate: BlogApi, *, page: int = 1) -> str:
    """Return the address of one page of the blog's list of categories, the most used first.

    A page has at most CATEGORIES_PER_PAGE of them, and `page` counts from 1.
    """
    url = re.sub(r"/posts(/?)(?=[?&]|$)", r"/categories\1", candidate.url, count=1)
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key == "rest_route"]
    bare = urlunsplit(parts._replace(query=urlencode(kept, safe="/")))
    size, which = str(CATEGORIES_PER_PAGE), str(page)
    if candidate.kind == "wpcom":
        return _asking(bare, {"number": size, "page": which, "order_by": "count", "order": "DESC"})
    fields = "id,name,slug,parent"
    return _asking(
        bare, {"per_page": size, "page": which, "orderby": "count", "order": "desc", "_fields": fields}
    )


def _below(base: SplitResult, name: str) -> tuple[BlogApi, ...]:
    """Return the possible API addresses below a base URL set by the operator."""
    root = f"{base.scheme}://{base.netloc}{base.path.rstrip('/')}"
    if "/wp/v2" in base.path:
        return (_wpjson(f"{root}/posts"),)
    if "/sites/" in base.path:
        return (_wpcom(f"{root}/posts/"),)
    if root.endswith("/rest/v1.1"):
        return (_wpcom(f"{root}/sites/{name}/posts/"),)
    return (
        _wpcom(f"{root}/rest/v1.1/sites/{name}/posts/"),
        _wpcom(f"{root}/sites/{name}/posts/"),
        _wpcom(f"{root}/posts/"),
        _wpjson(f"{root}/wp/v2/posts"),
        _wpjson(f"{root}/wp-json/wp/v2/posts"),
    )


def _guessed(feed: SplitResult, name: str, generator: str) -> tuple[BlogApi, ...]:
    host = feed.hostname or ""
    hosted = host.endswith(".wordpress.com") or "wordpress.com" in generator
    if not hosted and "wordpress" not in generator:
        return ()
    if hosted and not _unlisted(host):  # on WordPress.com the blog's own /wp-json/ answers 404
        public = "https://public-api.wordpress.com/rest/v1.1"
        return (_wpcom(f"{public}/sites/{quote(host, safe='')}/posts/"),)
    origin = f"{feed.scheme}://{feed.netloc}"
    home = origin + _home(feed.path)
    own = (_wpjson(f"{home}/wp-json/wp/v2/posts"), _wpjson(f"{home}/?rest_route=/wp/v2/posts"))
    return (_wpcom(f"{origin}/rest/v1.1/sites/{name}/posts/"), *own) if hosted else own


def _unlisted(host: str) -> bool:
    """Return whether the host cannot be a public site: an IP address, localhost, or a name without a dot."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return "." not in host or host.endswith(".localhost")
    return True


def _home(path: str) -> str:
    """Return the path of the blog whose feed is at `path`, without a trailing slash."""
    below = _BELOW_ROOT.search(path)
    if below:
        return path[: below.start()]
    folder, _, last = path.rpartition("/")
    return folder if "." in last else path.rstrip("/")


def _wpcom(url: str) -> BlogApi:
    return BlogApi("wpcom", _asking(url, {"number": "20", "fields": _WPCOM_FIELDS}))


def _wpjson(url: str) -> BlogApi:
    return BlogApi("wpjson", _asking(url, {"per_page": "20", "_embed": "wp:term", "_fields": _WPJSON_FIELDS}))


def _asking(url: str, asked: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | asked
    return urlunsplit(parts._replace(query=urlencode(query, safe="/:,")))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return parts if usable else None
