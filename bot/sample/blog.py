"""The data of the sample blog: posts, the blog that contains them, and their links as in WordPress."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from bot.model import Kind
from bot.sample.markup import name_html, paragraphs, slug_of, title_html, typographic

CATEGORIES = ("China-U.S.", "Economy", "Hong Kong", "Markets", "Media", "Taiwan", "Technology", "Trade")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # the last edit of a blog without posts


@dataclass(frozen=True, slots=True)
class SamplePost:
    """One post. `title` and names are plain text, `html` is the body without the figure, times are UTC.

    Links in `html` may be `href="/…"`; the blog prepends its address. `image` is a path on the blog.
    """

    number: int  # WordPress post id
    slug: str
    title: str
    author: str
    published: datetime
    html: str
    categories: tuple[str, ...]
    tags: tuple[str, ...] = ()
    edited: datetime | None = None  # None: never since it was published
    image: str = ""
    caption: str = ""

    @property
    def modified(self) -> datetime:
        """The time of the last edit; without any, the time of publication."""
        return self.edited or self.published

    @property
    def path(self) -> str:
        """The path of the post's page, e.g. `/2026/05/04/slug/`."""
        return f"/{self.published:%Y/%m/%d}/{self.slug}/"

    def names(self, kind: Kind) -> list[str]:
        """Return its categories or tags as WordPress prints them: sorted (ignoring case), no duplicates."""
        return sorted(set(self.categories if kind is Kind.CATEGORY else self.tags), key=str.casefold)

    @property
    def labels(self) -> list[str]:
        """The `<category>` elements of a feed: categories, then tags; a name that is both appears once."""
        return list(dict.fromkeys(self.names(Kind.CATEGORY) + self.names(Kind.TAG)))


def load_posts() -> tuple[SamplePost, ...]:
    """Return the bundled posts, oldest first."""
    folder = files("bot.sample").joinpath("posts")
    found = (item for item in folder.iterdir() if item.name.endswith(".toml"))
    posts = (_post(tomllib.loads(item.read_text(encoding="utf-8"))) for item in found)
    return tuple(sorted(posts, key=lambda post: post.published))


def _post(raw: dict[str, Any]) -> SamplePost:
    return SamplePost(
        number=raw["number"],
        slug=slug_of(raw["title"]),
        title=raw["title"],
        author="Sample Bystander",
        published=raw["published"].astimezone(UTC),
        html=paragraphs(raw["text"]),
        categories=tuple(raw["categories"]),
        tags=tuple(raw.get("tags", ())),
        image=raw.get("image", ""),
        caption=raw.get("caption", ""),
    )


class SampleBlog:
    """A blog whose posts can change; every change goes through its methods.

    `site` is its address without a final slash; when it is empty, the server fills in its own at the start.
    `guid_site` is the address in the guids; on a real blog they keep `http://` or an older host for ever.
    `generator` says where the blog is hosted (self-hosted: "https://wordpress.org/?v=6.7"). `theme` is the
    kind of markup of its pages, "classic" or "block". `hub` is the address of the hub that its feeds name.
    """

    def __init__(
        self,
        posts: Iterable[SamplePost] = (),
        *,
        site: str = "",
        guid_site: str = "",
        title: str = "The Sample Bystander",
        generator: str = "http://wordpress.com/",
        theme: str = "classic",
        hub: str = "",
    ) -> None:
        self.site = site
        self.guid_site = guid_site
        self.title = title
        self.generator = generator
        self.hub = hub
        self.theme = theme
        self.parents: dict[str, str] = {}  # category -> the one above it
        self._numbers: dict[str, int] = {}  # of categories whose number is not that of their name
        self._gone: set[str] = set()
        self._posts: dict[int, SamplePost] = {}
        for post in posts:
            self.publish(post)

    # --- changes -----------------------------------------------------------------------------------------

    def publish(self, post: SamplePost, at: datetime | None = None) -> SamplePost:
        """Add a post, dated `at` if given, and return it. ValueError: the number is taken.

        `at` is cut to whole seconds, as in WordPress: changes within one second share their Last-Modified.
        """
        if post.number in self._posts:
            raise ValueError(f"Post {post.number} is published already.")
        self._posts[post.number] = _dated(post, at) if at else post
        return self._posts[post.number]

    def edit(self, number: int, at: datetime | None = None, **changes: Any) -> SamplePost:
        """Change fields of a post and return the new version. KeyError: there is no such post.

        `at` defaults to one second after the blog's last edit, so that the validators always change.
        """
        moment = at or self.last_modified + timedelta(seconds=1)
        self._posts[number] = replace(self._posts[number], edited=moment.replace(microsecond=0), **changes)
        return self._posts[number]

    def delete(self, number: int) -> SamplePost:
        """Remove a post and return it. `last_modified` may go back, as in WordPress."""
        return self._posts.pop(number)

    def rename(self, old: str, new: str) -> None:
        """Give a category another name. Its number stays, and no post counts as edited, as in WordPress."""
        number = self.number_of(Kind.CATEGORY, old)
        self.drop(old)
        self._numbers[new] = number
        self._gone.discard(new)
        for post in self._posts.values():
            names = tuple(new if name == old else name for name in post.categories)
            self._posts[post.number] = replace(post, categories=names)

    def add(self, name: str) -> None:
        """Add a category without posts to the blog's list."""
        self._numbers[name] = term_id(Kind.CATEGORY, name)

    def drop(self, name: str) -> None:
        """Remove a category from the blog's list, once no post is filed under it."""
        self._gone.add(name)
        self._numbers.pop(name, None)

    # --- contents ----------------------------------------------------------------------------------------

    @property
    def posts(self) -> tuple[SamplePost, ...]:
        """All posts, newest first."""
        return tuple(
            sorted(self._posts.values(), key=lambda post: (post.published, post.number), reverse=True)
        )

    @property
    def last_modified(self) -> datetime:
        """The last edit of the whole site; `NEVER` for a blog without posts."""
        return max((post.modified for post in self._posts.values()), default=NEVER)

    def names(self, kind: Kind) -> list[str]:
        """Return every category (the eight of the blog included) or every tag in use, sorted."""
        known = {*CATEGORIES, *self._numbers} - self._gone if kind is Kind.CATEGORY else set()
        used = {name for post in self._posts.values() for name in post.names(kind)}
        return sorted(known | used, key=str.casefold)

    def name_of(self, kind: Kind, slug: str) -> str:
        """Return the name of the category or tag with this slug. KeyError: there is none."""
        return {slug_of(name): name for name in self.names(kind)}[slug_of(slug)]

    def filed(self, kind: Kind, name: str) -> tuple[SamplePost, ...]:
        """Return the posts filed under (or tagged with) `name`, newest first."""
        return tuple(post for post in self.posts if name in post.names(kind))

    def number_of(self, kind: Kind, name: str) -> int:
        """Return the number by which the APIs know a category or a tag."""
        own = self._numbers.get(name) if kind is Kind.CATEGORY else None
        return own or term_id(kind, name)

    def parent_of(self, name: str) -> int:
        """Return the number of the category above a category, 0 for none."""
        above = self.parents.get(name)
        return self.number_of(Kind.CATEGORY, above) if above else 0

    # --- rendering ---------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """Host and port of the site, e.g. `127.0.0.1:8000`."""
        return urlsplit(self.site).netloc

    @property
    def on_wordpress_com(self) -> bool:
        """Whether the generator is WordPress.com, which adds some elements of its own."""
        return "wordpress.com" in self.generator

    def link(self, post: SamplePost) -> str:
        """Return the address of the post's page."""
        return self.site + post.path

    def guid(self, post: SamplePost) -> str:
        """Return the guid that WordPress gave the post when it was first saved."""
        return f"{self.guid_site or self.site}/?p={post.number}"

    def term_link(self, kind: Kind, name: str) -> str:
        """Return the address of a category's or a tag's archive."""
        return f"{self.site}/{kind}/{slug_of(name)}/"

    def content(self, post: SamplePost) -> str:
        """Return the body as feeds, pages and APIs print it: figure first, links absolute, quotes curled."""
        body = typographic(post.html.replace('href="/', f'href="{self.site}/'))
        return f"\n{self._figure(post)}{body}\n"

    def _figure(self, post: SamplePost) -> str:
        if not post.image:
            return ""
        url, caption = self.site + post.image, title_html(post.caption)
        # WordPress.com repeats the caption in an attribute, markup and all.
        return (
            f'<figure class="wp-block-image size-large"><a href="{url}"><img width="640" height="360"'
            f' data-image-caption="{name_html(f"<p>{post.caption}</p>")}" src="{url}?w=1024" alt=""'
            f' class="wp-image-{post.number + 1}" /></a>'
            f'<figcaption class="wp-element-caption">{caption}</figcaption></figure>\n'
        )


def _dated(post: SamplePost, at: datetime) -> SamplePost:
    return replace(post, published=at.astimezone(UTC).replace(microsecond=0), edited=None)


def term_id(kind: Kind, name: str) -> int:
    """Return a stable id for a category or tag, independent of the blog's contents."""
    return 1 + zlib.crc32(f"{kind}:{slug_of(name)}".encode()) % 1_000_000
