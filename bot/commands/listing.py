"""How posts and categories are listed in an answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bot.commands.wording import listed, moment, show, term_word
from bot.model import Filing, Kind, Post, Term
from bot.text.normalize import fold, term_key
from bot.text.sanitize import visible

MOST_TERMS = 40  # of one feed
MOST_FEEDS = 10
HEADINGS = {Kind.CATEGORY: "Categories", Kind.TAG: "Tags"}


def term_lines(terms: Sequence[Term], kind: Kind, counts: Mapping[str, int]) -> list[str]:
    """Return the terms of a kind with their number of posts, one line for each feed.

    `counts`: how many names a feed has, those included that are not in `terms`.
    """
    by_feed: dict[str, list[str]] = {}
    for term in terms:
        if term.kind is kind and fold(term.name):  # a name of nothing but signs cannot be typed
            name = term_word(term_key(kind, term.name), term.name)
            by_feed.setdefault(term.feed, []).append(f"{name} ({term.posts})" if term.posts else name)
    if not by_feed:
        return [f"No {HEADINGS[kind].lower()} are known yet; /health tells whether the blog was read."]
    lines = []
    for feed, names in list(by_feed.items())[:MOST_FEEDS]:
        heading = HEADINGS[kind] if len(by_feed) == 1 else f"{HEADINGS[kind]} of {show(feed)}"
        if counts[feed] > len(names):
            names.append(f"{counts[feed] - len(names)} more")
        lines.append(f"{heading}, with their posts: {listed(names, MOST_TERMS + 1)}")
    if len(by_feed) > MOST_FEEDS:
        lines.append(f"{len(by_feed) - MOST_FEEDS} more feeds: /categories feed:NAME")
    return lines


def filing_words(filing: Filing) -> str:
    """Return "China-U.S., Trade", or "no category"; for an answer's one line on a post."""
    return ", ".join(show(name) for name in filing.categories) or "no category"


def post_lines(posts: Sequence[Post], zone: tzinfo) -> list[str]:
    """Return title, filing, date and link of each post, newest first as given, a paragraph each."""
    several = len({post.feed for post in posts}) > 1
    lines = []
    for number, post in enumerate(posts, 1):
        feed = f"{show(post.feed)} \u00b7 " if several else ""
        lines.append(
            f"{number}. {show(post.title, 150)}\n"
            f"   {feed}{filing_words(post.filing)} \u00b7 {moment(post.published, zone)}\n"
            f"   {visible(post.link)}"
        )
    return lines
