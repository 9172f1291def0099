"""Generates feeds of the usual size of a blog's: ten posts, about 67 kB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

POSTS = 10
TENTH = datetime(2026, 11, 2, 8, tzinfo=UTC)  # publication time of post 10
APART = timedelta(minutes=45)  # between two posts

_TEXT = (
    "the port waits for ships that carry grain and steel while officials in two capitals weigh what a "
    "tariff would cost the towns along the river and whether a quota signed in spring still binds anyone"
)
_WORDS = _TEXT.split()
_LABELS = ("Economy", "Markets", "Technology", "Trade")
_PARAGRAPHS = 11
_SENTENCES = 6  # per paragraph


def feed(blog: str, newest: int = POSTS, tenth: datetime = TENTH) -> bytes:
    """Return an RSS feed with the posts `newest` - 9 to `newest`, the newest first."""
    items = "".join(
        _item(blog, number, tenth + (number - POSTS) * APART) for number in range(newest, newest - POSTS, -1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{blog}</title><link>https://{blog}.example/</link><description>News</description>\n"
        f"{items}</channel></rss>\n"
    ).encode()


def _item(blog: str, number: int, at: datetime) -> str:
    link = f"https://{blog}.example/post-{number}/"
    text = "".join(_paragraph(number + part) for part in range(_PARAGRAPHS))
    return (
        f'<item><title>Post {number} of {blog}</title><link>{link}</link><guid isPermaLink="false">{link}'
        f"</guid><dc:creator>Somebody</dc:creator><pubDate>{format_datetime(at)}</pubDate>"
        f"<category>{_LABELS[number % len(_LABELS)]}</category>"
        f"<description>{_sentence(number)}</description>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>\n"
    )


def _paragraph(seed: int) -> str:
    sentences = " ".join(_sentence(seed * _SENTENCES + each) for each in range(_SENTENCES))
    return f'<p>{sentences} <a href="https://elsewhere.example/{seed}">More</a>.</p>\n'


def _sentence(seed: int) -> str:
    start = seed % len(_WORDS)
    words = (_WORDS[start:] + _WORDS[:start])[: 13 + seed % 6]
    return f"{' '.join(words).capitalize()}."
