"""The functions that read hostile input, as calls into the sandbox.

They are named, not imported, because their parsers (some 7 MB and 40 ms) are needed only in the child. A test
compares the types below with the functions' own annotations.
"""

from __future__ import annotations

from bot.model import FeedWindow
from bot.pipeline.classify.evidence import CategoryPage, FiledPost, PageFiling
from bot.pipeline.summarize.extract import Reading, Source
from bot.sandbox.remote import Remote

# feed, without entries that are known: body, content type, address, context, marks of known entries
PARSE_WINDOW: Remote[FeedWindow, bytes, str, str, str, list[str]] = Remote(
    "bot.pipeline.parse.window:read_window", FeedWindow
)
# web page: body, address
FEEDS_OF_PAGE: Remote[list[str], bytes, str] = Remote("bot.pipeline.parse.discover:feeds_of_page", list[str])

# answers of a blog's API, by its kind
POSTS_OF_API: dict[str, Remote[tuple[FiledPost, ...], bytes]] = {
    "wpcom": Remote("bot.pipeline.classify.evidence:read_wpcom", tuple[FiledPost, ...]),
    "wpjson": Remote("bot.pipeline.classify.evidence:read_wpjson", tuple[FiledPost, ...]),
}
CATEGORIES_OF_API: dict[str, Remote[CategoryPage, bytes]] = {
    "wpcom": Remote("bot.pipeline.classify.evidence:read_wpcom_categories", CategoryPage),
    "wpjson": Remote("bot.pipeline.classify.evidence:read_wpjson_categories", CategoryPage),
}

# post's page: body, content type, link, WordPress number
PAGE: Remote[PageFiling, bytes, str, str, int] = Remote("bot.pipeline.classify.page:read_page", PageFiling)
# "Filed under" at the end of a post: its HTML
CONTENT_TAIL: Remote[PageFiling, str] = Remote("bot.pipeline.classify.page:read_content_tail", PageFiling)

# what may be fetched: robots.txt, name of the program, address
MAY_FETCH: Remote[bool, bytes, str, str] = Remote("bot.pipeline.parse.robots:may_fetch", bool)
# summary of a post's page: body, content type, the post as its feed prints it
PAGE_SUMMARY: Remote[str, bytes, str, Source] = Remote("bot.pipeline.summarize.article:summary_of_page", str)

# texts of posts
READ: Remote[list[Reading], list[Source]] = Remote("bot.pipeline.summarize.reader:read", list[Reading])
