"""An alert names the other feeds that tell its story, on every platform, and briefly if they are many."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import adapters.discord.messages.render as on_discord
import adapters.slack.messages.render as on_slack
from adapters.console.cards import draw_message
from adapters.shared.also import also_in
from bot.model import Alert, Destination, Digest, Filing, Message, Post, Reply, Style
from bot.text.truncate import units

POST = Post(
    "1",
    "https://blog.example/pier/",
    "The pier",
    "Ann",
    datetime(2026, 3, 1, tzinfo=UTC),
    "It is closed.",
    Filing(("Trade",)),
    feed="The Blog",
    also=("The *Mirror*", "Third"),
)


def on_console(message: Message) -> str:
    return draw_message(io.StringIO(), Destination(1, "console:me"), message, edited=False)


def in_discord(message: Message) -> str:
    return json.dumps(on_discord.preview(message, "k"))


def in_slack(message: Message) -> str:
    return json.dumps(on_slack.preview(message, "k"))


RENDERED: dict[str, Callable[[Message], str]] = {
    "console": on_console,
    "discord": in_discord,
    "slack": in_slack,
}


@pytest.mark.parametrize("platform", RENDERED)
@pytest.mark.parametrize("style", [Style.FULL, Style.COMPACT])
def test_an_alert_names_the_other_feeds(platform: str, style: Style) -> None:
    shown = RENDERED[platform](Alert(POST, style=style))

    assert "also in The " in shown
    assert "Third" in shown
    assert "also in" not in RENDERED[platform](Alert(replace(POST, also=()), style=style))


@pytest.mark.parametrize("platform", RENDERED)
def test_a_title_alone_and_a_plain_message_name_none(platform: str) -> None:
    assert "also in" not in RENDERED[platform](Alert(POST, style=Style.TITLE))
    assert "also in" not in RENDERED[platform](Alert(POST, plain=True))


@pytest.mark.parametrize("platform", RENDERED)
def test_a_digest_names_them_with_its_posts(platform: str) -> None:
    assert "also in The " in RENDERED[platform](Digest((POST, replace(POST, also=())), "Two posts"))


@pytest.mark.parametrize("pages", [on_discord.reply_pages, on_slack.reply_pages])
def test_a_list_of_posts_names_them(pages: Callable[[Reply], object]) -> None:
    assert "also in The " in str(pages(Reply("One post:\n1. ...", posts=(POST,))))


def test_names_are_text_and_very_many_are_only_counted() -> None:
    assert also_in(POST) == "also in The *Mirror*, Third"
    assert "also in The \\\\*Mirror" in RENDERED["discord"](Alert(POST, style=Style.COMPACT))
    many = also_in(replace(POST, also=tuple(f"Feed number {each}" for each in range(99))))
    assert many.endswith(" more")
    assert units(many) < 170
    assert also_in(replace(POST, also=("", "\u200b"))) == ""
