from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.messages.card import Card, payload
from adapters.discord.messages.markdown import cost, escape, link
from adapters.discord.messages.render import card, reply_pages
from bot.model import Alert, Message, Notice, Post, Reply
from bot.text.sanitize import visible
from bot.text.truncate import units
from tests.adapters.any_messages import MESSAGES, POSTS, REPLIES, TEXTS, a_post, unhurried
from tests.fakes.discord import spec as discord_spec
from tests.fakes.discord.checks import embed_size, message_errors

KEY = "0123456789abcdef01234567"


def errors(made: Card) -> list[str]:
    """Return what Discord would refuse, its own document asked where it is there."""
    body = payload(made)
    found = [str(error) for error in message_errors(body)]
    if document := discord_spec.load():
        operation = document.find("POST", "/channels/1/messages")
        assert operation is not None
        found += operation.request_errors("/channels/1/messages", {}, body)
    return found


def read(text: str) -> str:
    """Return what Discord shows of escaped text."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text).replace("\u2060", "")


# --- any message -------------------------------------------------------------------------------------------


@unhurried
@given(MESSAGES)
def test_any_message_keeps_every_limit(message: Message) -> None:
    assert errors(card(message, key=KEY)) == []


@unhurried
@given(REPLIES)
def test_any_answer_keeps_every_limit(reply: Reply) -> None:
    pages = reply_pages(reply)

    assert pages
    assert [errors(page) for page in pages] == [[] for _ in pages]


@pytest.mark.shared
def test_discords_own_document_is_what_cards_are_held_to() -> None:
    if discord_spec.load() is None:
        pytest.skip("../shared is not there")
    assert errors(Card("x", ({"title": "x" * 257},))) != []


@unhurried
@given(MESSAGES)
def test_limits_are_kept_where_signs_beyond_the_first_plane_count_twice(
    message: Message,
) -> None:
    body = payload(card(message, key=KEY))

    assert units(body.get("content", "")) <= 2000
    embeds = body.get("embeds", [])
    assert (
        embed_size([{name: _stretched(value) for name, value in embed.items()} for embed in embeds]) <= 6000
    )
    for embed in embeds:
        assert units(embed.get("title", "")) <= 256
        assert units(embed.get("description", "")) <= 4096


def _stretched(value: Any) -> Any:
    """Replace what counts twice by two letters."""
    if isinstance(value, str):
        return re.sub(r"[\U00010000-\U0010ffff]", "xx", value)
    if isinstance(value, dict):
        return {name: _stretched(each) for name, each in value.items()}
    return [_stretched(each) for each in value] if isinstance(value, list) else value


@unhurried
@given(MESSAGES)
def test_nobody_is_mentioned_but_whom_the_admin_chose(message: Message) -> None:
    body = payload(card(message, key=KEY))
    chosen = "" if isinstance(message, Notice) else message.mention.strip()
    allowed = body["allowed_mentions"]

    assert allowed["parse"] == (["everyone"] if "@everyone" in chosen.split() else [])
    assert all(f"<@&{role}>" in chosen for role in allowed.get("roles", ()))
    lines = body.get("content", "").split("\n")
    last = isinstance(message, Alert) and message.mention_last
    lines[-1 if last else 0] = re.sub("^@everyone(?= |$)", "", lines[-1 if last else 0])
    assert not re.search("@(everyone|here)", _markdown(body | {"content": "\n".join(lines)}))


def _markdown(body: dict[str, Any]) -> str:
    """Return all that Discord reads as Markdown."""
    texts = [body.get("content", "")]
    for embed in body.get("embeds", ()):
        texts += [embed.get("title", ""), embed.get("description", "")]
        texts += [field["value"] for field in embed.get("fields", ())]
    return "\n".join(texts)


@unhurried
@given(POSTS)
def test_only_web_addresses_of_the_post_are_linked(post: Post) -> None:
    [embed] = card(Alert(post), key=KEY).embeds

    for address in _addresses(embed):
        assert re.match("https?://[^ ]+$", address)
        assert "user@" not in address
    assert embed.get("image", {"url": "https://"})["url"].startswith("https://")


def _addresses(embed: dict[str, Any]) -> Iterator[str]:
    yield from (value["url"] for value in embed.values() if isinstance(value, dict) and "url" in value)
    if "url" in embed:
        yield embed["url"]


# --- text --------------------------------------------------------------------------------------------------


@unhurried
@given(TEXTS)
def test_any_text_reads_the_same_when_it_is_escaped(text: str) -> None:
    shown = visible(text)

    assert read(escape(shown)) == shown
    assert cost(shown) == units(escape(shown))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Nothing: to (escape), 1 < 2", "Nothing: to (escape), 1 \\< 2"),
        ("**b** _i_ ~~s~~ ||x|| `c`", "\\*\\*b\\*\\* \\_i\\_ \\~\\~s\\~\\~ \\|\\|x\\|\\| \\`c\\`"),
        ("[a](https://evil.example)", "\\[a\\](https\\://evil.example)"),
        ("<@1> <@&2> <#3> <t:1:R> </a:1>", "\\<@1\\> \\<@&2\\> \\<#3\\> \\<t\\:1:R\\> \\</a:1\\>"),
        ("say @everyone, @here", "say @\u2060everyone, @\u2060here"),
        ("discord.gg/abc Discord.com/invite/x", "discord.gg\\/abc Discord.com\\/invite/x"),
        (":smile: at 12:30", "\\:smile: at 12:30"),
        ("# not a heading #1", "\\# not a heading #1"),
        ("-# - + > 2026. A year", "\\-# - + \\> 2026. A year"),
        ("2026. A year", "2026\\. A year"),
        ("¯\\_(ツ)_/¯", "¯\\\\\\_(ツ)\\_/¯"),
        ("to channel:80351110224678912: One", "to channel:80351110224678912: One"),
        ("discord:user:@boss:", "discord:user\\:@boss:"),
        ("discord:channel:1234567", "discord:channel:1234567"),  # an address of ours, made a name later
    ],
)
def test_what_would_take_effect_is_escaped_and_nothing_else(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@unhurried
@given(st.lists(st.text(alphabet="ab.*_`<", min_size=1, max_size=8), min_size=1).map(" ".join))
def test_a_title_is_cut_only_between_words(text: str) -> None:
    title = f"{text} " * 300
    [embed] = card(Alert(a_post(title=title))).embeds
    kept = read(embed["title"]).removesuffix("…")

    assert title.startswith(f"{kept} ")
    assert len(kept) > 80


def test_prose_is_cut_after_a_sentence() -> None:
    [embed] = card(Alert(a_post(summary="The list grew on Monday. " * 400))).embeds

    assert embed["description"].endswith("on Monday.")
    assert 1500 < len(embed["description"]) < 4096


def test_a_title_with_signs_is_followed_by_its_link_for_labels_know_no_escapes() -> None:
    assert (
        link("Chips, again", "https://blog.example/(a)") == "[Chips, again](<https://blog.example/%28a%29>)"
    )
    assert link("[Chips] *", "https://blog.example/") == "\\[Chips\\] \\* · [read](<https://blog.example/>)"
    assert link("Chips", "") == "Chips"


@unhurried
@given(TEXTS)
def test_the_label_of_a_link_never_needs_an_escape(text: str) -> None:
    label = re.match(r"\[(.*?)\]\(", link(visible(text) or "x", "https://blog.example/"))

    assert label is None or escape(label[1]) == label[1]
