"""The blog's pages as two kinds of WordPress theme render them, and its pictures. Pure.

A classic theme marks links to categories with `rel="category tag"` and links to tags with `rel="tag"`. A
block theme has `rel="tag"` on both; only the class of the surrounding element differs.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from bot.model import Kind
from bot.sample.blog import SampleBlog, SamplePost
from bot.sample.markup import name_html, slug_of, title_html


def post_page(blog: SampleBlog, post: SamplePost) -> str:
    """Return the page of one post."""
    article = (_block_article if blog.theme == "block" else _article)(blog, post)
    return _page(blog, title_html(post.title), article, body_class=f"single single-post postid-{post.number}")


def archive_page(
    blog: SampleBlog, posts: Sequence[SamplePost], kind: Kind | None = None, name: str = ""
) -> str:
    """Return the archive page of a category or tag, or the front page when `kind` is None."""
    article = _block_article if blog.theme == "block" else _article
    body = "\n".join(article(blog, post) for post in posts)
    if kind is None:
        return _page(blog, "", body, body_class="home blog")
    label = "Category" if kind is Kind.CATEGORY else "Tag"
    heading = f'<h1 class="page-title archive-head">{label} Archives: <span>{name_html(name)}</span></h1>\n'
    return _page(blog, name_html(name), heading + body, body_class=f"archive {kind}-{slug_of(name)}")


def _page(blog: SampleBlog, title: str, body: str, *, body_class: str) -> str:
    site_title = title_html(blog.title)
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<title>{f"{title} | {site_title}" if title else site_title}</title>
<meta name="generator" content="WordPress" />
<link rel="alternate" type="application/rss+xml" title="{site_title} &raquo; Feed" href="{blog.site}/feed/" />
</head><body class="{body_class}">
<div id="header"><a href="{blog.site}/" rel="home">{site_title}</a></div>
<div id="content">
{body}
</div><!-- #content -->
{_sidebar(blog)}
</body></html>
"""


def _sidebar(blog: SampleBlog) -> str:
    """Return links to all categories and tags, which are no evidence about the post beside them."""
    categories = "\n".join(
        f'\t<li class="cat-item cat-item-{number}"><a href="{blog.term_link(Kind.CATEGORY, name)}">'
        f"{name_html(name)}</a></li>"
        for number, name in enumerate(blog.names(Kind.CATEGORY), start=1)
    )
    tags = "\n".join(
        f'\t<a href="{blog.term_link(Kind.TAG, name)}" class="tag-cloud-link">{name_html(name)}</a>'
        for name in blog.names(Kind.TAG)
    )
    return f"""<div id="sidebar" class="widget-area">
<h3 class="widget-title">Categories</h3>
<ul class="widget_categories">
{categories}
</ul>
<div class="tagcloud">
{tags}
</div>
</div><!-- #sidebar -->"""


def _article(blog: SampleBlog, post: SamplePost) -> str:
    link = blog.link(post)
    return f"""<div id="post-{post.number}" class="{_classes(post)}">
	<div class="entry-meta">{_date(post)}</div><!-- .entry-meta -->
	<h2 class="entry-title"><a href="{link}" rel="bookmark">{_unwidowed(post.title)}</a></h2>
	<div class="entry entry-content">{blog.content(post)}{_flair(blog, post)}
	</div><!-- .entry-content -->
	<div class="entry-links">
		<p class="comment-number"><a href="{link}#respond">Leave a comment</a></p>
{_line(blog, post, Kind.CATEGORY, "Filed under", "entry-categories")}\
{_line(blog, post, Kind.TAG, "Tagged as", "entry-tags")}\
	</div><!-- .entry-links -->
</div><!-- #post-## -->"""


def _line(blog: SampleBlog, post: SamplePost, kind: Kind, lead: str, css: str) -> str:
    rel = "category tag" if kind is Kind.CATEGORY else "tag"
    links = _term_links(blog, post, kind, rel, ", ")
    return f'\t\t<p class="{css} tagged">{lead} {links}</p>\n' if links else ""


def _block_article(blog: SampleBlog, post: SamplePost) -> str:
    terms = "".join(
        f'\n<div class="taxonomy-{taxonomy} wp-block-post-terms">{links}</div>'
        for kind, taxonomy in ((Kind.CATEGORY, "category"), (Kind.TAG, "post_tag"))
        if (
            links := _term_links(
                blog, post, kind, "tag", '<span class="wp-block-post-terms__separator">, </span>'
            )
        )
    )
    return f"""<main class="wp-block-group">
<h1 class="wp-block-post-title"><a href="{blog.link(post)}" target="_self">{_unwidowed(post.title)}</a></h1>
<div class="wp-block-post-date"><time datetime="{post.published.isoformat()}">{_date(post)}</time></div>
<div class="entry-content wp-block-post-content">{blog.content(post)}{_flair(blog, post)}</div>{terms}
</main>"""


def _term_links(blog: SampleBlog, post: SamplePost, kind: Kind, rel: str, separator: str) -> str:
    return separator.join(
        f'<a href="{blog.term_link(kind, name)}" rel="{rel}">{name_html(name)}</a>'
        for name in post.names(kind)
    )


def _classes(post: SamplePost) -> str:
    terms = [f"{kind}-{slug_of(name)}" for kind in (Kind.CATEGORY, Kind.TAG) for name in post.names(kind)]
    common = f"post-{post.number} post type-post status-publish format-standard hentry"
    return " ".join([common, *terms])


def _flair(blog: SampleBlog, post: SamplePost) -> str:
    """Return the buttons and the related posts that WordPress.com puts inside the content."""
    others = [
        other for other in blog.posts if other is not post and set(other.categories) & set(post.categories)
    ]
    related = "".join(_related(blog, other) for other in others[:2])
    return f"""<div id="jp-post-flair" class="sharedaddy sd-like-enabled sd-sharing-enabled">\
<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><div class="sd-content"><ul>\
<li class="share-email"><a href="{blog.link(post)}?share=email"><span>Email</span></a></li></ul></div></div>\
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Related</em></h3>\
{related}</div></div>"""


def _related(blog: SampleBlog, other: SamplePost) -> str:
    category = name_html(other.names(Kind.CATEGORY)[0])
    return (
        f'<p class="jp-relatedposts-post"><a href="{blog.link(other)}">{title_html(other.title)}</a>'
        f' <span class="jp-relatedposts-post-context">In "{category}"</span></p>'
    )


def _date(post: SamplePost) -> str:
    clock = f"{post.published:%I:%M %p}".lstrip("0").lower()
    return f"{post.published:%B} {post.published.day}, {post.published.year} &middot; {clock}"


def _unwidowed(title: str) -> str:
    """Return the title with a no-break space before its last word, as in pages but not in feeds."""
    return "&nbsp;".join(title_html(title).rsplit(" ", 1))


def picture(path: str, width: int = 640, height: int = 360) -> bytes:
    """Return a single-coloured PNG; the colour depends on `path`."""
    colour = struct.pack(">I", zlib.crc32(path.encode()))[:3]
    rows = (b"\0" + colour * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
