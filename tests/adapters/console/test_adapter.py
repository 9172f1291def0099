"""What the console alone shows: its JSON lines, its cards, and how it reads what is typed."""

from __future__ import annotations

import asyncio
import io
import json
import os
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters
from adapters.console.adapter import ConsoleAdapter
from bot.config.load import parse_config
from bot.errors import ConfigError, PermanentError, Scope
from bot.model import (
    Alert,
    Attachment,
    Destination,
    Digest,
    EvidenceRank,
    Filing,
    Message,
    Notice,
    Post,
    Style,
)
from tests.contracts.adapters import QuietServices

NOW = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
ALICE = Destination(1, "console:alice")
KEY = "0123456789abcdef01234567"
TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # control characters and surrogates too
POST = Post(
    id="wp:blog.example:7",
    link="https://blog.example/7/",
    title="Caf\u00e9 \u201cx\u201d",
    author="Ann",
    published=NOW,
    summary="Two sentences. Really.",
    filing=Filing(("China-U.S.", "Trade"), ("TikTok",), EvidenceRank.API, "The API says so."),
)
SHOWN_POST = {
    "id": "wp:blog.example:7",
    "title": "Caf\u00e9 \u201cx\u201d",
    "link": "https://blog.example/7/",
    "published": "2026-07-01T12:30:00Z",
}


def console(style: str = "jsonl", **settings: Any) -> tuple[ConsoleAdapter, io.StringIO]:
    output = io.StringIO()
    return ConsoleAdapter(style=style, output=output, **settings), output


def events(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


async def shown(style: str, message: Message, to: Destination = ALICE) -> str:
    adapter, output = console(style)
    await adapter.start(QuietServices())
    await adapter.send(to, message, KEY)
    return output.getvalue()


# --- JSON lines ---------------------------------------------------------------------------------------------


async def test_an_alert_is_the_object_of_the_contract() -> None:
    assert json.loads(await shown("jsonl", Alert(POST))) == {
        "event": "alert",
        "key": KEY,
        "destination": "console:alice",
        "post": SHOWN_POST,
        "categories": ["China-U.S.", "Trade"],
        "summary": "Two sentences. Really.",
    }


async def test_an_edit_is_like_an_alert_under_the_same_key() -> None:
    adapter, output = console()
    reference = await adapter.send(ALICE, Alert(POST), KEY)
    await adapter.edit(ALICE, reference, Alert(POST), KEY)
    sent, edited = events(output)

    assert edited == sent | {"event": "edit"}


async def test_a_digest_lists_its_posts_and_a_notice_is_a_sentence() -> None:
    digest = json.loads(await shown("jsonl", Digest((POST, POST), "2 posts since the last alert")))
    notice = json.loads(await shown("jsonl", Notice("It works again.")))

    assert (digest["event"], digest["heading"], digest["number"]) == (
        "digest",
        "2 posts since the last alert",
        0,
    )
    assert [{name: post[name] for name in SHOWN_POST} for post in digest["posts"]] == [SHOWN_POST] * 2
    assert notice == {
        "event": "notice",
        "key": KEY,
        "destination": "console:alice",
        "text": "It works again.",
    }


async def test_an_answer_is_a_reply_to_the_one_who_typed() -> None:
    adapter, output = console()
    await adapter.start(QuietServices("Line one.\nLine two."))
    await adapter.receive("@bob /health")

    assert events(output) == [
        {"event": "reply", "destination": "console:bob", "text": "Line one.\nLine two."}
    ]


async def test_a_file_is_in_the_reply_or_shown_below_it() -> None:
    file = Attachment("bystander.toml", 'include = ["Trade"]\n')
    for style in ("jsonl", "pretty"):
        adapter, output = console(style)
        await adapter.start(QuietServices("Here it is.", file))
        await adapter.receive("/export")
        if style == "jsonl":
            (event,) = events(output)
            assert event["file"] == {"name": "bystander.toml", "text": 'include = ["Trade"]\n'}
        else:
            assert output.getvalue() == 'Here it is.\n\ninclude = ["Trade"]\n'


@given(text=TEXT, name=TEXT)
async def test_any_text_is_one_object_on_one_line(text: str, name: str) -> None:
    post = Post(text, text, text, text, NOW, text, Filing((text,), (text,)), update=text)
    to = Destination(1, f"console:{name}")
    for message in (Alert(post), Digest((post, post), text), Notice(text)):
        output = await shown("jsonl", message, to)
        assert output.isascii()
        assert len(output.splitlines()) == 1
        assert json.loads(output)["destination"] == to.address


# --- cards --------------------------------------------------------------------------------------------------


@given(text=TEXT, name=TEXT)
async def test_a_card_of_any_text_holds_nothing_that_moves_a_cursor(text: str, name: str) -> None:
    post = Post(text, text, text, text, NOW, text, Filing((text,), (text,)), update=text)
    alerts: list[Message] = [Alert(post, style=style) for style in Style]
    for message in (*alerts, Alert(post, plain=True), Digest((post, post), text), Notice(text)):
        output = await shown("pretty", message, Destination(1, f"console:{name}"))
        kinds = {unicodedata.category(char) for char in output.replace("\n", "")}
        assert "Cc" not in kinds


async def test_a_short_alert_is_a_line_of_its_own() -> None:
    assert await shown("pretty", Alert(POST, style=Style.TITLE)) == (
        "[to alice] Caf\u00e9 \u201cx\u201d · https://blog.example/7/\n"
    )
    assert "\u201cx\u201d · China-U.S., Trade ·" in await shown("pretty", Alert(POST, style=Style.COMPACT))


async def test_a_digest_has_its_posts_under_their_categories_with_date_and_first_sentence() -> None:
    card = await shown("pretty", Digest((replace(POST, filing=Filing()), POST), "Daily digest: 2 posts"))
    lines = [line.strip("│ ") for line in card.splitlines()[1:-1]]
    entry = ["Caf\u00e9 \u201cx\u201d", "01 Jul 2026 · Two sentences.", "https://blog.example/7/"]

    assert lines == ["Daily digest: 2 posts", "", "China-U.S.", *entry, "", "Other posts", *entry]


async def test_a_stranger_cannot_add_a_line_to_a_title() -> None:
    post = Post("1", "https://blog.example/", "One\r\nFiled under Lies", "", NOW, "", Filing(("Trade",)))

    assert "│ One Filed under Lies " in await shown("pretty", Alert(post))


async def test_the_answer_keeps_its_lines_and_their_indent() -> None:
    adapter, output = console("pretty")
    await adapter.start(QuietServices("Posts:\n1. One\n   filed under Trade"))
    await adapter.receive("/latest")

    assert output.getvalue() == "Posts:\n1. One\n   filed under Trade\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("style", ["pretty", "jsonl"])
async def test_a_sign_that_the_output_cannot_show_does_not_end_it(style: str, encoding: str) -> None:
    raw = io.BytesIO()
    adapter = ConsoleAdapter(style=style, output=io.TextIOWrapper(raw, encoding))
    await adapter.start(QuietServices())
    await adapter.send(ALICE, Notice("Caf\u00e9 \u4e2d\u56fd \ud800."), KEY)

    assert b"Caf" in raw.getvalue()
    assert adapter.connected


# --- what is typed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        ("/follow Trade", "me", "/follow Trade"),
        ("  /follow Trade  \n", "me", "/follow Trade"),
        ("@ann /follow Trade", "ann", "/follow Trade"),
        ("@\u00e5sa.b-c  /health", "\u00e5sa.b-c", "/health"),
        ("@ann", "me", "@ann"),
        ("@\x1b[31mann /health", "me", "@\x1b[31mann /health"),
        ("x" * 9999, "me", "x" * 4000),
    ],
)
async def test_who_typed_what(line: str, name: str, text: str) -> None:
    adapter, _ = console(admins=["ann"])
    services = QuietServices()
    await adapter.start(services)
    await adapter.receive(line)
    ((caller, typed),) = services.lines

    assert (caller.address, caller.place, typed) == (f"console:{name}", f"console:{name}", text)
    assert caller.admin is (name == "ann")


async def test_blank_lines_are_no_commands() -> None:
    adapter, output = console()
    services = QuietServices()
    await adapter.start(services)
    for line in ("", " \t", "\n"):
        await adapter.receive(line)

    assert (services.lines, output.getvalue()) == ([], "")


async def test_lines_are_read_until_the_input_ends_and_then_it_goes_on_without() -> None:
    adapter, output = console(source=["/one\n", "@ann /two\n"])
    services = QuietServices()
    await adapter.start(services)
    running = asyncio.create_task(adapter.run())
    await services.asked(2)
    await adapter.send(ALICE, Alert(POST), KEY)

    assert not running.done()
    assert [text for _, text in services.lines] == ["/one", "/two"]
    await asyncio.sleep(0)
    assert [event["event"] for event in events(output)] == ["reply", "reply", "alert"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_stray_byte_does_not_make_it_deaf() -> None:
    reading, writing = os.pipe()
    services = QuietServices()
    with os.fdopen(reading, encoding="utf-8") as source, os.fdopen(writing, "wb") as typing:
        adapter, _ = console(source=source)
        await adapter.start(services)
        running = asyncio.create_task(adapter.run())
        typing.write(b"caf\xe9\n/after\n")
        typing.close()
        await services.asked(2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert services.lines[1][1] == "/after"


async def test_when_nobody_reads_any_more_running_ends_and_says_so() -> None:
    adapter, output = console()
    await adapter.start(QuietServices())
    running = asyncio.create_task(adapter.run())
    output.close()
    await adapter.receive("/health")  # an answer that nobody reads is no error
    with pytest.raises(PermanentError, match="output is closed") as ended:
        await running

    assert ended.value.scope is Scope.ADAPTER
    assert not adapter.connected


# --- loading ------------------------------------------------------------------------------------------------


def test_it_is_loaded_by_name() -> None:
    plugin, config = adapters.plugin("console"), parse_config("", {})

    assert isinstance(plugin.build(config.setup(plugin)), ConsoleAdapter)


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="fax: there is no adapter of this name; known are console, "):
        adapters.plugin("fax")
