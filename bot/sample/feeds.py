"""The blog's feeds: RSS 2 and Atom as WordPress prints them, and JSON Feed as its plug-in does. Pure.

Elements are in the order of WordPress (feed-rss2.php, feed-atom.php). Categories and tags look the same, so
a reader of these feeds cannot tell them apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape, unescape

from bot.sample.blog import SampleBlog, SamplePost
from bot.sample.markup import cdata, excerpt, title_html

_RSS_HEAD = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:atom="http://www.w3.org/2005/Atom"
	xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
	xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
	xmlns:media="http://search.yahoo.com/mrss/"
	>

<channel>"""


def rss(blog: SampleBlog, posts: Sequence[SamplePost], *, path: str = "/feed/", heading: str = "") -> bytes:
    """Return RSS 2 with these posts. `path`: that of the feed. `heading`: the name of its archive."""
    built = max((post.modified for post in posts), default=blog.last_modified)
    items = "".join(_rss_item(blog, post) for post in posts)
    return f"""{_RSS_HEAD}
	<title>{_heading(blog, heading)}</title>
	<atom:link href="{escape(blog.site + path)}" rel="self" type="application/rss+xml" />
{_hub(blog)}	<link>{blog.site}</link>
	<description></description>
	<lastBuildDate>{format_datetime(built)}</lastBuildDate>
	<language>en</language>
	<sy:updatePeriod>
	hourly	</sy:updatePeriod>
	<sy:updateFrequency>
	1	</sy:updateFrequency>
	<generator>{blog.generator}</generator>
{items}</channel>
</rss>
""".encode()


def _rss_item(blog: SampleBlog, post: SamplePost) -> str:
    link = blog.link(post)
    labels = "".join(f"\n\t\t<category>{cdata(name)}</category>" for name in post.labels)
    return f"""	<item>
		<title>{title_html(post.title)}</title>
		<link>{link}</link>
		<comments>{link}#respond</comments>
		<dc:creator>{cdata(post.author)}</dc:creator>
		<pubDate>{format_datetime(post.published)}</pubDate>{labels}
		<guid isPermaLink="false">{blog.guid(post)}</guid>

		<description>{cdata(excerpt(post.html))}</description>
		<content:encoded>{cdata(blog.content(post))}</content:encoded>
		<wfw:commentRss>{link}feed/</wfw:commentRss>
		<slash:comments>0</slash:comments>
{_media(blog, post) if blog.on_wordpress_com else ""}	</item>
"""


def _media(blog: SampleBlog, post: SamplePost) -> str:
    """Return the author's avatar, then the post's picture, in WordPress.com's order."""
    face = hashlib.md5(post.author.encode(), usedforsecurity=False).hexdigest()
    avatar_url = f"https://0.gravatar.com/avatar/{face}?s=96&#38;d=identicon&#38;r=G"
    avatar = f"""		<media:content url="{avatar_url}" medium="image">
			<media:title type="html">{escape(post.author)}</media:title>
		</media:content>
"""
    picture = f'\t\t<media:content url="{blog.site}{post.image}?w=1024" medium="image" />\n'
    return avatar + picture if post.image else avatar


def atom(
    blog: SampleBlog, posts: Sequence[SamplePost], *, path: str = "/feed/atom/", heading: str = ""
) -> bytes:
    """Return Atom with these posts; `updated` of an entry is the only edit time in WordPress's own feeds."""
    entries = "".join(_atom_entry(blog, post) for post in posts)
    return f"""<?xml version="1.0" encoding="UTF-8"?><feed
  xmlns="http://www.w3.org/2005/Atom"
  xmlns:thr="http://purl.org/syndication/thread/1.0"
  xml:lang="en"
  >
	<title type="text">{_heading(blog, heading)}</title>
	<subtitle type="text"></subtitle>
	<updated>{_zulu(blog.last_modified)}</updated>
	<link rel="alternate" type="text/html" href="{blog.site}" />
	<id>{escape(blog.site + path)}</id>
	<link rel="self" type="application/atom+xml" href="{escape(blog.site + path)}" />
{_hub(blog, "")}	<generator uri="{blog.generator}">WordPress</generator>
{entries}</feed>
""".encode()


def _atom_entry(blog: SampleBlog, post: SamplePost) -> str:
    link = blog.link(post)
    labels = "".join(f'\n\t\t<category scheme="{blog.site}" term="{escape(name)}" />' for name in post.labels)
    return f"""	<entry>
		<author>
			<name>{escape(post.author)}</name>
		</author>
		<title type="html">{cdata(title_html(post.title))}</title>
		<link rel="alternate" type="text/html" href="{link}" />
		<id>{blog.guid(post)}</id>
		<updated>{_zulu(post.modified)}</updated>
		<published>{_zulu(post.published)}</published>{labels}
		<summary type="html">{cdata(excerpt(post.html))}</summary>
		<content type="html" xml:base="{link}">{cdata(blog.content(post))}</content>
	</entry>
"""


def json_feed(
    blog: SampleBlog, posts: Sequence[SamplePost], *, path: str = "/feed/json/", heading: str = ""
) -> bytes:
    """Return JSON Feed 1.1 with these posts; `tags` contains both categories and tags."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": unescape(_heading(blog, heading)),
        "home_page_url": f"{blog.site}/",
        "feed_url": blog.site + path,
        **({"hubs": [{"type": "WebSub", "url": blog.hub}]} if blog.hub else {}),
        "language": "en",
        "items": [_json_item(blog, post) for post in posts],
    }
    return json.dumps(document).encode()


def _json_item(blog: SampleBlog, post: SamplePost) -> dict[str, object]:
    item: dict[str, object] = {
        "id": blog.guid(post),
        "url": blog.link(post),
        "title": post.title,
        "content_html": blog.content(post),
        "date_published": post.published.isoformat(),
        "date_modified": post.modified.isoformat(),
        "authors": [{"name": post.author}],
        "tags": post.labels,
    }
    return {**item, "image": blog.site + post.image} if post.image else item


def _hub(blog: SampleBlog, prefix: str = "atom:") -> str:
    return f'\t<{prefix}link rel="hub" href="{escape(blog.hub)}" />\n' if blog.hub else ""


def _heading(blog: SampleBlog, heading: str) -> str:
    return title_html(f"{heading} \u2013 {blog.title}" if heading else blog.title)


def _zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
