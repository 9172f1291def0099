from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from markupsafe import escape as html

from adapters.discord import preview_html as discord_look
from adapters.discord.messages.markdown import escape as discord_text
from adapters.plugin import Payload
from adapters.slack import preview_html as slack_look
from adapters.slack.messages.mrkdwn import escape as slack_text
from bot.config.load import Config, parse_config
from bot.errors import BystanderError
from bot.model import Alert, Message
from bot.sample.blog import SampleBlog, load_posts
from bot.sample.server import SampleServer
from bot.shell.looks import page as page_of
from bot.shell.preview import platforms_of, preview
from bot.text.sanitize import visible
from tests.adapters.any_messages import MESSAGES, TEXTS, a_post, unhurried

KEY = "0123456789abcdef01234567"
VOID = {"br", "meta"}
ADDRESS = "https://blog.example/"

PLATFORMS = platforms_of(parse_config("", {}))


def look(message: Message) -> dict[str, Payload]:
    return {each.name: each.preview.payload(message, KEY) for each in PLATFORMS}


def page(posts: Sequence[Mapping[str, Payload]]) -> str:
    return page_of(PLATFORMS, posts)


class Checker(HTMLParser):
    """Notes what is open, and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    checker.close()
    assert checker.open == []
    return checker


# --- what takes effect and what does not -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("**b** *i* _i_ __u__", "<strong>b</strong> <em>i</em> <em>i</em> <u>u</u>"),
        ("~~s~~ ||x|| `c`", "<s>s</s> <mark>x</mark> <code>c</code>"),
        ("**a *b***", "<strong>a <em>b</em></strong>"),
        ("[a *b*](<https://x.example>)", '<a href="https://x.example">a <em>b</em></a>'),
        ("[a](javascript:1)", "a"),
        ("[a](http://[)", "a"),
        ("<http://[x>", "http://[x"),
        ("[\\*](https://x.example)", '<a href="https://x.example">\\*</a>'),
        ("[https://y.example](https://x.example)", "[https://y.example](https://x.example)"),
        ("see https://x.example.", 'see <a href="https://x.example">https://x.example</a>.'),
        ("<https://x.example>", '<a href="https://x.example">https://x.example</a>'),
        ("<@1> @here", "<span class=mention>&lt;@1&gt;</span> <span class=mention>@here</span>"),
        ("<t:1777886100:D> :smile:", "<time>4 May 2026</time> <span class=emoji>:smile:</span>"),
        ("# h\n-# s", "<strong class=heading>h</strong><br><small>s</small>"),
        ("### h", "<strong class=small>h</strong>"),
        ("> q\n- i", "<span class=quote>q</span><br><span class=item>i</span>"),
        ("\\*a\\* \\# b", "*a* # b"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
    ],
)
def test_discords_markdown_is_drawn_by_its_rules(text: str, drawn: str) -> None:
    assert discord_look.markdown(text) == drawn


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
        ("a*b*c 2 * 3 * 4", "a*b*c 2 * 3 * 4"),
        ("<https://x.example?a=1&amp;b|A &amp; B>", '<a href="https://x.example?a=1&amp;b">A &amp; B</a>'),
        ("<!here> :tada:", "<span class=mention>!here</span> <span class=emoji>:tada:</span>"),
        ("<!date^1777886100^{date_short_pretty} {time}|x>", "<time>May 4, 2026 09:15 UTC</time>"),
        ("<http://[x|A>", "A"),
        ("&gt; q", "<span class=quote> q</span>"),
        ("https://x.example", "https://x.example"),
        ("&lt;b&gt;", "&lt;b&gt;"),
    ],
)
def test_slacks_mrkdwn_is_drawn_by_its_rules(text: str, drawn: str) -> None:
    assert slack_look.mrkdwn(text, automatic=False) == drawn


def test_slack_makes_links_of_addresses_unless_it_is_told_not_to() -> None:
    assert slack_look.mrkdwn(ADDRESS, automatic=True) == f'<a href="{ADDRESS}">{ADDRESS}</a>'


@unhurried
@given(TEXTS)
def test_no_text_takes_effect_on_discord_once_escaped(text: str) -> None:
    shown = visible(text)

    assert discord_look.markdown(discord_text(shown)).replace("\u2060", "") == html(shown)
    for linked in (True, False):
        title = discord_look.title(discord_text(shown), linked=linked)
        assert title.replace("\u2060", "") == html(shown)


@unhurried
@given(TEXTS)
def test_no_text_takes_effect_on_slack_once_escaped(text: str) -> None:
    shown = slack_look.mrkdwn(slack_text(visible(text)), automatic=False)

    assert "<" not in shown


# --- the page ----------------------------------------------------------------------------------------------


@unhurried
@given(MESSAGES)
def test_any_message_is_drawn_as_sound_html_that_loads_nothing(message: Message) -> None:
    checker = checked(page([look(message)]))

    assert not checker.tags & {"script", "img", "link", "iframe", "object", "base"}
    for name, value in checker.attributes:
        assert name in {
            "lang",
            "charset",
            "http-equiv",
            "content",
            "name",
            "class",
            "style",
            "href",
            "start",
            "title",
        }
        assert name != "href" or value.startswith(("http://", "https://"))
        assert name != "style" or re.fullmatch("border-color: #[0-9a-f]{6}", value)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in checker.attributes


def test_the_style_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|https?:", page([]))


def test_what_the_payloads_hold_is_shown_and_what_they_lack_is_not() -> None:
    post = a_post(image="https://blog.example/a.jpg")
    whole, bare = page([look(Alert(post))]), page([look(Alert(a_post(summary="", author="")))])

    for words in (
        "Chips leave the list",
        "The ministry struck",
        "A. Author",
        "Follow Trade",
        "Why me?",
        "a.jpg",
    ):
        assert (words in whole) is (words != "Follow Trade")
    assert whole.count("The ministry struck chips off its list on Monday.") == 2
    assert whole.count("May 4, 2026 09:15 UTC") == whole.count("04/05/2026 09:15 UTC") == 1
    assert "The ministry" not in bare
    assert "A. Author" not in bare


def test_a_card_without_its_embed_shows_none() -> None:
    made = look(Alert(a_post()))
    body = {name: value for name, value in made["discord"].items() if name != "embeds"}

    assert "embed" not in discord_look.message(body)
    assert "Chips" not in discord_look.message(body)


# --- the call ----------------------------------------------------------------------------------------------


def settings(server: SampleServer) -> Config:
    text = f"""
        [fetch]
        allow_networks = ["127.0.0.0/8"]
        [[feeds]]
        name = "The Sample Bystander"
        url = "{server.feed_url}"
        api_base = "{server.api_base}"
        every = "1s"
    """
    return parse_config(text, {})


def options(**changes: Any) -> argparse.Namespace:
    return argparse.Namespace(**({"url": None, "json": False, "html": None, "posts": 2} | changes))


async def test_preview_draws_the_newest_posts_into_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "looks.html"
    posts = load_posts()
    async with SampleServer(SampleBlog(posts)) as server:
        code = await preview(options(html=str(file)), settings(server))

    assert code == 0
    text = file.read_text("utf-8").partition("<h2>")[0]
    assert text.count("<article>") == 2
    for post in posts[-2:]:
        assert text.count(html(post.title)) == 2
    assert "Filed under China-U.S., Technology" in text
    assert capsys.readouterr().out == (
        f"{file}: 2 posts and the bot's answers as readers on Discord and Slack would see them.\n"
    )


async def test_preview_draws_the_other_styles_and_a_digest_below_the_posts(tmp_path: Path) -> None:
    file = tmp_path / "looks.html"
    posts = load_posts()
    async with SampleServer(SampleBlog(posts)) as server:
        await preview(options(html=str(file)), settings(server))
    _, compact, title, digest, *_ = file.read_text("utf-8").split("<h2>")

    assert compact.startswith("In the style compact</h2>")
    assert compact.count("China-U.S., Technology") == 2
    assert title.startswith("In the style title</h2>")
    assert title.count(html(posts[-1].title)) == 2
    assert "China-U.S." not in title
    assert digest.startswith("As a digest</h2>")
    assert digest.count("Daily digest: ") == 2
    assert "<strong class=small>China-U.S.</strong>" in digest
    assert all(digest.count(html(post.title)) == 2 for post in posts[-4:])


async def test_preview_prints_what_would_be_sent(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "looks.html"
    async with SampleServer(SampleBlog(load_posts())) as server:
        code = await preview(options(json=True, html=str(file)), settings(server))

    assert code == 0
    [newest, _] = json.loads(capsys.readouterr().out)["posts"]
    [embed] = newest["discord"]["embeds"]
    assert embed["title"] == newest["slack"]["blocks"][0]["text"]["text"] == newest["title"]
    assert embed["url"] == newest["link"]
    assert embed["fields"] == [{"name": "Filed under", "value": ", ".join(newest["categories"])}]
    assert newest["discord"]["allowed_mentions"] == {"parse": []}
    assert newest["slack"]["text"].startswith(f"<{newest['link']}|")
    assert page([{name: newest[name] for name in ("discord", "slack")}]).split("<article>")[1].split(
        "</article>"
    )[0] in (file.read_text("utf-8"))


async def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    async with SampleServer(SampleBlog(load_posts())) as server:
        with pytest.raises(BystanderError, match="cannot be written: Is a directory"):
            await preview(options(html=str(tmp_path)), settings(server))
