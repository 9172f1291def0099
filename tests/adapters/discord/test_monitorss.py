"""Files of MonitoRSS: each of their forms, and filters that can or cannot be kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.monitorss import channel, read, recognises
from bot.errors import UsageError

NEWS = "123456789012345678"


def told(data: Any) -> list[tuple[str, str, str, str, bool]]:
    return [
        (each.name, each.url, each.place, each.wanted, each.paused) for each in read(json.dumps(data)).feeds
    ]


def relation(value: str, word: str, op: str = "EQ", *, leaves_out: bool = False) -> dict[str, Any]:
    return {
        "type": "RELATIONAL",
        "op": op,
        "left": {"type": "ARTICLE", "value": value},
        "right": {"type": "STRING", "value": word},
        "not": leaves_out,
    }


def logical(op: str, *children: dict[str, Any]) -> dict[str, Any]:
    return {"type": "LOGICAL", "op": op, "children": list(children)}


def connected(expression: dict[str, Any] | None) -> dict[str, Any]:
    """Return a feed of the web interface with one connection."""
    way = {
        "name": "news",
        "details": {"channel": {"id": NEWS}},
        "filters": {"expression": expression} if expression else None,
    }
    return {"result": {"url": "https://a.example/feed/", "title": "A", "connections": [way]}}


def test_the_former_backup_of_a_server_is_read() -> None:
    backup = {
        "id": "1",
        "name": "Readers",
        "sources": {
            "abc": {
                "title": "A",
                "link": "https://a.example/feed/",
                "channel": NEWS,
                "filters": {"title": ["tariffs", "!sponsored"], "tags": ["Trade"]},
            },
            "def": {"title": "B", "link": "https://b.example/", "channel": NEWS, "disabled": "reason"},
        },
    }

    assert recognises(json.dumps(backup))
    assert told(backup) == [
        (
            "A",
            "https://a.example/feed/",
            f"discord:channel:{NEWS}",
            "text:tariffs, Trade, #Trade, -text:sponsored",
            False,
        ),
        ("B", "https://b.example/", f"discord:channel:{NEWS}", "", True),
    ]


def test_a_list_of_feeds_is_read() -> None:
    assert told({"feeds": [{"title": "A", "url": "https://a.example/", "channel": NEWS}]}) == [
        ("A", "https://a.example/", f"discord:channel:{NEWS}", "", False)
    ]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (None, ""),
        (relation("title", "tariffs"), "text:tariffs"),
        (
            logical("OR", relation("title", "export controls"), relation("author", "Ann")),
            'text:"export controls", author:Ann',
        ),
        (logical("AND", relation("title", "sponsored", "EQ", leaves_out=True)), "all, -text:sponsored"),
        (
            logical(
                "AND",
                logical("OR", relation("title", "a1"), relation("title", "b2")),
                relation("author", "Bo", "EQ", leaves_out=True),
            ),
            "text:a1, text:b2, -author:Bo",
        ),
    ],
)
def test_a_filter_of_the_web_interface_is_kept(expression: Any, wanted: str) -> None:
    assert [each[3] for each in told(connected(expression))] == [wanted]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (relation("title", "x", "MATCHES"), "compares by MATCHES"),
        (relation("link", "x"), "looks at “link”"),
        (logical("AND", relation("title", "a1"), relation("title", "b2")), "several things at once"),
        (
            logical("OR", relation("title", "a1", "EQ", leaves_out=True), relation("title", "b2")),
            "in one of several cases",
        ),
        (relation("title", ""), "an empty word"),
    ],
)
def test_a_filter_that_cannot_be_kept_is_named_and_its_feed_is_not_taken(
    expression: Any, reason: str
) -> None:
    found = read(json.dumps(connected(expression)))

    assert found.feeds == ()
    (problem,) = found.problems
    assert str(problem).startswith("A (news): ")
    assert reason in problem.reason


def test_what_looks_for_parts_of_words_is_noted() -> None:
    found = read(json.dumps(connected(relation("title", "tariff", "CONTAINS"))))

    assert [each.wanted for each in found.feeds] == ["text:tariff"]
    assert "finds parts of words" in found.notes[0].reason


def test_a_connection_without_a_channel_is_a_problem() -> None:
    feed = {"url": "https://a.example/", "title": "A", "connections": [{"name": "x", "details": {}}]}

    assert [str(each) for each in read(json.dumps([feed])).problems] == ["A (x): it names no channel."]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "[" * 100_000, '{"sources": 3}', "null"])
def test_what_is_no_such_file_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "sources",
                        "feeds",
                        "url",
                        "channel",
                        "filters",
                        "connections",
                        "details",
                        "expression",
                        "type",
                        "children",
                        "op",
                        "left",
                        "right",
                        "value",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_nothing_that_is_json_does_more_than_be_refused(data: Any) -> None:
    try:
        found = read(json.dumps(data))
    except UsageError:
        return
    assert found.feeds or found.problems


def test_ids_and_mentions_are_channels() -> None:
    assert channel(NEWS) == channel(f"<#{NEWS}>") == f"discord:channel:{NEWS}"
    assert [channel(each) for each in ("news", "123", "", f"{NEWS}9999", "C0123ABC")] == [""] * 5
