"""Lists of other apps on Slack, as they are copied from a channel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.lists import (
    channel,
    is_feed_list,
    is_github_list,
    read_feed_list,
    read_github_list,
)
from bot.errors import UsageError

FEEDS = """RSS  APP  9:41 AM
ID: 4711 - Title: China Bystander
URL: https://chinabystander.wordpress.com/feed/
• ID: 12 Title: Second <b> Blog URL: <https://second.example/feed/|second.example/feed>
/feed subscribe https://third.example/rss.
"""
GITHUB = """Subscribed to the following repositories
octo/hello-world
  `issues`, `pulls`
- <https://github.com/octo/spoon-knife|octo/spoon-knife> - `commits:all`, `releases`
/github subscribe octo/tools
/github unsubscribe octo/tools commits
/github subscribe octo/gone
/github unsubscribe octo/gone
"""


def test_the_answer_to_feed_list_is_read_with_its_titles() -> None:
    assert is_feed_list(FEEDS)
    found = read_feed_list(FEEDS)

    assert [(each.name, each.url, each.line) for each in found.feeds] == [
        ("China Bystander", "https://chinabystander.wordpress.com/feed/", 3),
        ("Second <b> Blog", "https://second.example/feed/", 4),
        ("", "https://third.example/rss", 5),
    ]
    assert found.problems == ()


def test_an_entry_without_an_address_is_named_by_its_line() -> None:
    found = read_feed_list("ID: 1 - Title: A\nID: 2 - Title: B\nURL: https://b.example/\nID: 3 - Title: C\n")

    assert [(each.name, each.url) for each in found.feeds] == [("B", "https://b.example/")]
    assert [str(each) for each in found.problems] == [
        "Line 1: no address follows it.",
        "Line 4: no address follows it.",
    ]


def test_what_github_has_feeds_of_is_read_and_the_rest_is_named() -> None:
    assert is_github_list(GITHUB)
    found = read_github_list(GITHUB.replace("  `issues`, `pulls`\n", ""))

    assert [(each.name, each.url) for each in found.feeds] == [
        ("octo/hello-world commits", "https://github.com/octo/hello-world/commits.atom"),
        ("octo/hello-world releases", "https://github.com/octo/hello-world/releases.atom"),
        ("octo/spoon-knife commits", "https://github.com/octo/spoon-knife/commits.atom"),
        ("octo/spoon-knife releases", "https://github.com/octo/spoon-knife/releases.atom"),
        ("octo/tools releases", "https://github.com/octo/tools/releases.atom"),
    ]
    assert [str(each) for each in found.notes] == [
        "Line 2: octo/hello-world: GitHub has no feed of issues, pulls, deployments.",
        "Line 4: octo/tools: GitHub has no feed of issues, pulls, deployments.",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/github subscribe octo", "Line 1: octo is no repository such as owner/name."),
        ("/github subscribe octo/a issues", "Line 1: octo/a: GitHub has no feed of issues."),
        ("/github subscribe list\nwhat is this", "Line 2: it names no repository such as owner/name."),
    ],
)
def test_what_github_has_no_feed_of_is_a_problem(text: str, reason: str) -> None:
    found = read_github_list(text)

    assert found.feeds == ()
    assert [str(each) for each in found.problems] == [reason]


def test_a_list_without_any_address_is_refused() -> None:
    with pytest.raises(UsageError):
        read_feed_list("hello\nworld")


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for read in (read_feed_list, read_github_list):
        try:
            found = read(text)
        except UsageError:
            continue
        assert len(found.feeds) <= 3 * len(text)


def test_ids_and_mentions_are_channels() -> None:
    assert channel("C0123ABC") == channel("<#C0123ABC|news>") == "slack:C0123ABC"
    assert channel("T034/C0123ABC") == "slack:T034/C0123ABC"
    assert [channel(each) for each in ("news", "#general", "", "123456789012345678")] == [""] * 4
