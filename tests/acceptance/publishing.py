"""What a blog does in these tests: posts that are new to everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.sample.blog import SamplePost
from tests.fakes.blog import FaultyBlog


def draft(number: int, title: str, *categories: str, tags: Sequence[str] = ()) -> SamplePost:
    """Return a post that is new to everybody, numbered above all bundled ones."""
    moment = datetime.now(UTC)
    text = (
        f"{title} was the talk of the town this week, and ministers were asked about it more than once. "
        "Nobody in the room had an answer that satisfied the exporters. The figures come out on Friday."
    )
    return SamplePost(
        number=2000 + number,
        slug=f"post-{number}",
        title=title,
        author="Sample Bystander",
        published=moment,
        html=f"<p>{text}</p>",
        categories=categories,
        tags=tuple(tags),
    )


def publish(blog: FaultyBlog, post: SamplePost) -> SamplePost:
    """Publish a post so that the blog's validators move, however fast the posts follow each other."""
    moment = max(datetime.now(UTC), blog.blog.last_modified + timedelta(seconds=1))
    return blog.blog.publish(replace(post, published=moment))


def publish_all(blog: FaultyBlog, titles: Iterable[str], *categories: str, first: int = 0) -> list[str]:
    """Publish a post for each title, oldest first; return the titles."""
    posts = [publish(blog, draft(first + n, title, *categories)) for n, title in enumerate(titles)]
    return [post.title for post in posts]
