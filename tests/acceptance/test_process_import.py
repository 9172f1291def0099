"""`bystander import` of lists of other programs: recognised, planned, and stored as a whole or not at all."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.acceptance.process import Home

NEWS = "123456789012345678"
CSV = (
    f"feed;channel;filter\nhttps://a.example/feed/;{NEWS};Trade, -Taiwan\nhttps://b.example/;console:news;\n"
)
MONITORSS = json.dumps({"feeds": [{"title": "A", "url": "https://a.example/feed/", "channel": NEWS}]})
FEED_LIST = "ID: 1 - Title: A\nURL: https://a.example/feed/\n"
GITHUB = "/github subscribe octo/tools releases\n"
OPML = (
    '<opml version="2.0"><body><outline text="Trade"><outline text="A" xmlUrl="https://a.example/feed/" '
    'category="Media,#TikTok"/></outline></body></opml>'
)
_TRIGGER = """
CREATE TRIGGER fails BEFORE INSERT ON destinations WHEN new.address = 'console:bad'
BEGIN SELECT RAISE(ABORT, 'no'); END
"""


async def exported(home: Home) -> dict[str, list[dict[str, object]]]:
    return tomllib.loads((await home.call("export")).out)


async def test_a_table_is_planned_and_then_stored(home: Home) -> None:
    planned = await home.call("import", "-", "--dry-run", stdin=CSV.encode())
    assert (planned.code, home.database.untouched()) == (0, True)
    done = await home.call("import", "-", stdin=CSV.encode())
    again = await home.call("import", "-", stdin=CSV.encode())
    document = await exported(home)

    plan = (
        "Plan: 2 feeds, 2 subscriptions.\n"
        "- watch a.example: https://a.example/feed/\n"
        "- watch b.example: https://b.example/\n"
        f"- discord:channel:{NEWS} gets Trade, but not Taiwan of a.example\n"
        "- console:news gets every post of b.example\n"
    )
    assert planned.out == f"{plan}Nothing was imported: that was a dry run.\n"
    assert done.out == f"{plan}Added 2 feeds and 2 subscriptions.\n"
    assert again.out.endswith(
        "Added 0 feeds and 0 subscriptions; already there: 2 feeds and 2 subscriptions.\n"
    )
    assert [
        (each["address"], each["include"], each["exclude"], each["channel"])
        for each in document["subscriptions"]
    ] == [
        (f"discord:channel:{NEWS}", ["Trade"], ["Taiwan"], True),
        ("console:news", ["*"], [], True),
    ]


@pytest.mark.parametrize(
    ("text", "address", "include"),
    [
        (MONITORSS, f"discord:channel:{NEWS}", ["*"]),
        (FEED_LIST, "console:team", ["*"]),
        (GITHUB, "console:team", ["*"]),
        (OPML, "console:team", ["#TikTok", "Media"]),
    ],
    ids=["monitorss", "slack-feed", "github", "opml"],
)
async def test_each_kind_is_known_by_its_contents(
    home: Home, text: str, address: str, include: list[str]
) -> None:
    done = await home.call("import", "-", "--channel", "console:team", stdin=text.encode())
    document = await exported(home)

    assert done.code == 0, done
    assert [(each["address"], each["include"]) for each in document["subscriptions"]] == [(address, include)]


async def test_folders_are_categories_if_that_is_asked_for_and_a_person_can_follow(home: Home) -> None:
    done = await home.call("import", "-", "--folders", "--person", "console:ann", stdin=OPML.encode())
    shown = await home.call("command", "--as", "console:ann", "/following")

    assert done.code == 0, done
    assert shown.out.startswith("You get: Media, Trade and #TikTok")


async def test_a_bad_line_is_named_and_refuses_all_unless_it_is_to_be_skipped(home: Home) -> None:
    text = CSV + "ftp://c.example/;console:news;\nhttps://d.example/;console:news;text:\n"
    refused = await home.call("import", "-", stdin=text.encode())
    assert (refused.code, home.database.untouched()) == (2, True)
    skipped = await home.call("import", "-", "--skip", stdin=text.encode())

    assert "Line 4: ftp://c.example/" in refused.err
    assert "Line 5: text: needs a word" in refused.err
    assert "Nothing was imported; mend that, or leave it out with --skip." in refused.err
    assert skipped.out.endswith("Added 2 feeds and 2 subscriptions.\n")


@pytest.mark.sqlite("its trigger is written in the dialect of SQLite")
async def test_a_failure_half_way_leaves_nothing(home: Home) -> None:
    await home.call("once")
    before = await exported(home)
    text = CSV + "https://c.example/;console:bad;Trade\n"
    home.database.run(_TRIGGER)
    failed = await home.call("import", "-", stdin=text.encode())

    assert failed.code == 1
    assert await exported(home) == before


@pytest.mark.parametrize(
    ("options", "text", "told"),
    [
        (["--from", "excel"], "x", "--from excel: there are toml, opml, csv"),
        (["--channel", "news"], CSV, "“news” is no address"),
        (["--from", "csv"], "x", "has no column of feeds"),
        ([], "x" * 5_000_001, "is larger than 5 MB"),
    ],
)
async def test_what_cannot_be_is_said(home: Home, options: list[str], text: str, told: str) -> None:
    ended = await home.call("import", "-", *options, stdin=text.encode())

    assert ended.code == 2
    assert told in ended.err
    assert home.database.untouched()
