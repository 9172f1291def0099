"""Digests as tests need them: of many posts, under a few categories, in several scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import Caller, CommandSpec, Digest, Filing, ParameterSpec, Post, Reply, SuggestedAction
from tests.adapters.any_messages import a_post

NUMBER = 123
# The command that shows the rest of a digest, as far as adapters have to know it.
SPEC = CommandSpec(
    "digest",
    "The posts of a digest",
    (ParameterSpec("number", "Its number", "number"), ParameterSpec("page", "The page", "number")),
)
ASKED = {"number": str(NUMBER), "page": "2"}
_TITLES = (
    "Chips leave the list",
    "中国宣布对稀土出口实行新的许可管理规定",
    "وزارة التجارة تعلن قواعد جديدة للتصدير",
    "A title that is so long that no line of any screen has room for it, however wide the screen may be",
)
_FILED = (("China-U.S.", "Trade"), ("Trade",), ("Technology", "China-U.S."), (), ("中国",))


def filed(title: str, *categories: str, **fields: object) -> Post:
    """Return a post with a title and categories."""
    return a_post(title=title, filing=Filing(categories=categories), **fields)


def posts(count: int, **fields: object) -> tuple[Post, ...]:
    """Return posts, newest first, each with a title of its own."""
    newest = datetime(2026, 5, 4, 9, 15, tzinfo=UTC)
    return tuple(
        filed(
            f"{_TITLES[number % len(_TITLES)]} {number}",
            *_FILED[number % len(_FILED)],
            link=f"https://blog.example/2026/05/04/a-post-{number}/",
            published=newest - timedelta(hours=7 * number),
            **fields,
        )
        for number in range(count)
    )


def digest(count: int, *, number: int = NUMBER, **fields: object) -> Digest:
    """Return a daily digest."""
    return Digest(posts(count, **fields), f"Daily digest: {count} posts", number=number)


def answer(_caller: Caller, path: str, values: object) -> Reply:
    """Answer /digest with posts and with a button to its next page, any other command with its name."""
    if path != "digest":
        return Reply(f"/{path} {values}")
    offer = SuggestedAction("Next page", "digest", (("number", str(NUMBER)), ("page", "3")))
    return Reply("Daily digest, page 2 of 3:\n1. …", posts(10), offers=(offer,))
