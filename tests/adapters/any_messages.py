"""Messages of every kind, hostile and huge ones among them, for tests of the renderers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.model import Alert, Digest, Filing, Message, Notice, Post, Reply, Style

# Machines are shared, and each example is many texts.
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

TRICKS = (
    "**bold** *it* _it_ __u__ ~~s~~ ||spoiler|| `code` ```block``` ~x~",
    "[click](https://evil.example) [click](<https://evil.example>) <https://evil.example|click>",
    "https://evil.example/x discord.gg/abc discord.com/invite/abc steam://run/1",
    "@everyone @here <@1> <@!1> <@&2> <#3> <!here> <!channel> <@U123> <#C123> <!subteam^S123>",
    "<t:1:R> <:a:4> <a:b:5> :smile: :+1: </cmd:1> <id:home> <!date^1^{date}|x>",
    "# heading",
    "-# small",
    "- item",
    "1. item",
    "> quote",
    ">>> quote",
    "¯\\_(ツ)_/¯ \\ \\* &amp; &lt;b&gt; <b>x</b> | ^",
    "\u202eturned\u2066 \u200b\u200dhidden\ufeff\u3164 \ud800",
    "نص عربي עברית 中国宣布新的规定 👨\u200d👩\u200d👧",
    "word " * 80,
    "A sentence that is whole. " * 200,
    "x" * 5000,
    "*" * 3000,
    "𝄞" * 3000,
    "((((" * 900,
    "",
)
TEXTS = st.lists(st.sampled_from(TRICKS) | st.text(max_size=20), max_size=4).map(" ".join) | st.text()
NAMES = st.sampled_from(("China-U.S.", "Technology", "technology", "#1", "...", "中国")) | TEXTS
LINKS = (
    st.sampled_from(
        (
            "https://blog.example/2026/05/04/a-post/?a=1&b=2",
            "https://blog.example/a_(b)*c|d",
            "https://blog.example/" + "(" * 1900,
            "http://blog.example/中国",
            "https://blog.example/" + "x" * 1970,
            "javascript:alert(1)",
            "https://user@evil.example/",
            "",
        )
    )
    | TEXTS
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
POSTS = st.builds(
    Post,
    id=TEXTS,
    link=LINKS,
    title=TEXTS,
    author=TEXTS,
    published=MOMENTS,
    summary=TEXTS,
    filing=st.builds(Filing, categories=st.lists(NAMES, max_size=14).map(tuple)),
    image=LINKS,
    update=TEXTS,
    feed=TEXTS,
    also=st.lists(NAMES, max_size=9).map(tuple),
)
MENTIONS = st.sampled_from(("", "@everyone", "@here", "<@&123456789012345678>", "<!subteam^S0123>")) | TEXTS
LISTS = st.lists(POSTS, max_size=4).map(tuple)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Alert,
        POSTS,
        mention=MENTIONS,
        plain=st.booleans(),
        style=st.sampled_from(Style),
        mention_last=st.booleans(),
    ),
    st.builds(
        Digest,
        # Repeated, so that long lists are common and quickly drawn.
        st.builds(lambda posts, times: posts * times, LISTS, st.sampled_from((1, 2, 5, 20, 125))),
        heading=TEXTS,
        mention=MENTIONS,
        plain=st.booleans(),
        number=st.sampled_from((0, 1, 10**9)),
    ),
    st.builds(Notice, st.lists(TEXTS, max_size=3).map("\n".join), plain=st.booleans()),
)
REPLIES = st.builds(Reply, st.lists(TEXTS, max_size=5).map("\n".join), posts=LISTS)


def a_post(**changes: Any) -> Post:
    """Return an ordinary post, with changes."""
    fields: dict[str, Any] = {
        "id": "wp:blog.example:1",
        "link": "https://blog.example/2026/05/04/chips/",
        "title": "Chips leave the list",
        "author": "A. Author",
        "published": datetime(2026, 5, 4, 9, 15, tzinfo=UTC),
        "summary": "The ministry struck chips off its list on Monday.",
        "filing": Filing(categories=("China-U.S.", "Technology", "Trade")),
        "feed": "The Blog",
    }
    return Post(**(fields | changes))
