"""Parses the post's own page: which of its links and classes are categories, which are tags.

Classic themes print a category as `rel="category tag"` and a tag as `rel="tag"`; block themes print
`rel="tag"` for both, in containers named after the taxonomy. A caption such as "Filed under" is no evidence:
one theme prints it above tags. The parsers are pure, near-linear, and raise only ParseError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from bot.errors import ParseError
from bot.model import Kind
from bot.pipeline.classify.evidence import LIMITS, PageFiling
from bot.text.html_tree import read_tree

_POST = re.compile(r"post-([0-9]{1,18})")
_SHOWN = re.compile(r"postid-([0-9]{1,18})")
_QUERY_KIND = re.compile(r"(?:^|&)(cat|category_name|tag)=")
_FILED_UNDER = re.compile(r"(?:filed under|posted in)\s*:?\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]*(?:and|(?:tagged|tags)(?:\s+(?:as|with))?)?[\W_]*", re.IGNORECASE)

_HOLDERS = frozenset(("article", "div", "section", "main", "li", "tr"))
_FOREIGN_TAGS = frozenset(("aside", "nav", "script", "style", "template"))
# The entry's body, other posts, comments and widgets: their links say nothing about this post's filing.
_FOREIGN = frozenset(
    (
        "entry-content",
        "wp-block-post-content",
        "wp-block-query",
        "wp-block-comments",
        "sharedaddy",
        "jp-relatedposts",
        "related-posts",
        "yarpp-related",
        "reblog-post",
        "comments-area",
        "commentlist",
        "comments",
        "comment",
        "respond",
        "widget-area",
        "widget",
        "sidebar",
        "secondary",
    )
)


def read_page(body: bytes, content_type: str, link: str, wordpress_id: int = 0) -> PageFiling:
    """Parse the filing of the post at `link` from its own page or, less reliably, an archive page.

    `wordpress_id` 0 is unknown. Raises ParseError if the body is no HTML.
    """
    root = read_tree(body, content_type)
    article = _article(root, link, wordpress_id)
    listed = (item.find("a") for item in root.iter("li") if "cat-item" in _classes(item))
    generators = (meta.get("content", "") for meta in root.findall(".//meta[@name='generator']"))
    return replace(
        PageFiling() if article is None else _filing(article),
        sidebar=_names(
            (a for a in listed if a is not None and _kind_by_path(a) is Kind.CATEGORY), LIMITS.vocabulary
        ),
        generator=", ".join(islice(generators, LIMITS.texts))[: LIMITS.address],
    )


def read_content_tail(html: str) -> PageFiling:
    """Parse the last line of an entry in an old feed: "Filed under: ... Tagged: ..." with links; never raise.

    Link paths decide between categories and tags; the words only mark the place. Not found if prose follows.
    """
    try:
        root = read_tree(
            f"<div>{html[-LIMITS.tail :]}".encode("utf-8", "replace"), "text/html; charset=utf-8"
        )
    except ParseError:
        return PageFiling()
    links: list[etree._Element] = []
    said, strange = "", 0  # `strange` counts characters that are neither terms nor separators
    for piece in _flow(root):
        if isinstance(piece, str):
            said += piece
            continue
        if _FILED_UNDER.search(said[-LIMITS.name :]):
            links, strange = [], 0
        elif len(said) > LIMITS.name or not _BETWEEN.fullmatch(said):
            strange += len(said)
        if _kind_by_path(piece) and not strange:
            links.append(piece)
        else:
            strange += len(_name(piece))
        said = ""
    if not links or strange + len(said.strip()) > LIMITS.after_tail:
        return PageFiling()
    categories = [link for link in links if _kind_by_path(link) is Kind.CATEGORY]
    tags = [link for link in links if _kind_by_path(link) is Kind.TAG]
    return PageFiling(found=True, categories=_names(categories), tags=_names(tags))


# --- the article ----------------------------------------------------------------------------------------


def _article(root: etree._Element, link: str, wordpress_id: int) -> etree._Element | None:
    """Return the element that contains this post and no other, or None.

    The page may show another post, because WordPress redirects a dead address to a similar one.
    """
    body = root.find("body")
    path = _path(link)
    shown = _first_number(_SHOWN, [] if body is None else _classes(body))
    canonical = root.find(".//link[@rel='canonical']")
    certain = bool(path) and canonical is not None and _path(canonical.get("href", "")) == path
    if shown and wordpress_id and shown != wordpress_id and not certain:
        return None
    own = shown or wordpress_id
    articles = _articles(root)
    named = [article for article in articles if own and _post_id(article) == own]
    marked = [article for article in articles if path and path in _bookmarks(article)]
    if named or marked:
        return (named or marked)[0]
    if own:
        articles = [article for article in articles if not _post_id(article)]
    if len(articles) == 1:
        return articles[0]
    return body if not articles and (certain or shown) else None


def _articles(root: etree._Element) -> list[etree._Element]:
    """Return the outermost elements that contain one post each."""
    found, plain = [], []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        classes = _classes(element)
        if element.tag in _HOLDERS and (_post_id(element) or "hentry" in classes):
            found.append(element)
        elif element.tag == "article" and not any("comment" in name for name in classes):
            plain.append(element)
        elif element.tag not in _FOREIGN_TAGS:
            waiting.extend(reversed(element))
    return found or plain


def _filing(article: etree._Element) -> PageFiling:
    slugs = _slugs(article, "category-")
    links = [(link, _kind(link, taxonomy)) for link, taxonomy in _links(article)]
    filed = [link for link, kind in links if kind is Kind.CATEGORY]
    if not any(slug.isdigit() for slug in slugs):  # WordPress prints a number if the slug is no valid class
        filed = [link for link in filed if _slug(link) in slugs] or filed
    return PageFiling(
        found=True,
        categories=_names(filed),
        tags=_names(link for link, kind in links if kind is Kind.TAG),
        category_slugs=slugs,
        tag_slugs=_slugs(article, "tag-"),
    )


def _links(article: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield the article's own links, each with the taxonomy in its container's class name, or ""."""
    own = _post_id(article)
    waiting = [(child, "") for child in reversed(article)]
    while waiting:
        element, taxonomy = waiting.pop()
        classes = _classes(element)
        if element.tag in _FOREIGN_TAGS or not _FOREIGN.isdisjoint((*classes, element.get("id", ""))):
            continue
        if _post_id(element) not in (0, own) or element.tag == article.tag == "article":
            continue
        taxonomy = next((name[9:] for name in classes if name.startswith("taxonomy-")), taxonomy)
        if element.tag == "a":
            yield element, taxonomy
        waiting.extend((child, taxonomy) for child in reversed(element))


# --- one element ----------------------------------------------------------------------------------------


def _kind(link: etree._Element, taxonomy: str) -> Kind | None:
    relations = link.get("rel", "").lower().split()
    if "category" in relations:
        return Kind.CATEGORY
    if "tag" not in relations:
        return None
    if taxonomy:
        return {"category": Kind.CATEGORY, "post_tag": Kind.TAG}.get(taxonomy)
    return _kind_by_path(link) or Kind.TAG


def _kind_by_path(link: etree._Element) -> Kind | None:
    """Return the kind: category for `/category/<slug>` or `?cat=`, tag for `/tag/<slug>` or `?tag=`."""
    try:
        parts = urlsplit(link.get("href", "")[: LIMITS.address])
    except ValueError:
        return None
    kinds = {"category": Kind.CATEGORY, "tag": Kind.TAG}
    folders = (kinds[name] for name in parts.path.strip("/").split("/")[:-1] if name in kinds)
    asked = _QUERY_KIND.search(parts.query)
    return next(folders, kinds["tag" if asked[1] == "tag" else "category"] if asked else None)


def _flow(root: etree._Element) -> Iterator[str | etree._Element]:
    """Yield text and links in reading order, without the text inside links."""
    inside = 0  # links that are open
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag == "a":
            inside += 1 if event == "start" else -1
        if event == "start" and element.tag == "a":
            yield element
        elif not inside:
            yield (element.text if event == "start" else element.tail) or ""


def _bookmarks(article: etree._Element) -> set[str]:
    links = (link for link, _ in _links(article) if "bookmark" in link.get("rel", "").lower().split())
    return {_path(link.get("href", "")) for link in links}


def _path(address: str) -> str:
    try:
        return unquote(urlsplit(address.strip()[: LIMITS.address]).path).rstrip("/").casefold()
    except ValueError:
        return ""


def _slug(link: etree._Element) -> str:
    return _path(link.get("href", "")).rpartition("/")[2]


def _slugs(article: etree._Element, prefix: str) -> tuple[str, ...]:
    classes = _classes(article) if article.tag != "body" else []  # a body's classes describe the page
    found = (name.removeprefix(prefix)[: LIMITS.name] for name in classes if name.startswith(prefix))
    return tuple(islice(dict.fromkeys(slug for slug in found if slug), LIMITS.names))


def _classes(element: etree._Element) -> list[str]:
    return element.get("class", "").split()


def _post_id(element: etree._Element) -> int:
    return _first_number(_POST, [element.get("id", ""), *_classes(element)])


def _first_number(pattern: re.Pattern[str], names: Iterable[str]) -> int:
    return next((int(match[1]) for match in map(pattern.fullmatch, names) if match), 0)


def _names(links: Iterable[etree._Element], limit: int = LIMITS.names) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(name for name in map(_name, links) if name), limit))


def _name(link: etree._Element) -> str:
    texts = islice(link.itertext(), LIMITS.texts)
    return " ".join("".join(map(str, texts)).split())[: LIMITS.name].rstrip()
