from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from slack_sdk.models.blocks import Block

from adapters.slack.messages.mrkdwn import cost, escape, link
from adapters.slack.messages.render import Payload, payload, reply_pages
from bot.model import Alert, Message, Notice, Reply
from bot.text.sanitize import visible
from bot.text.truncate import units
from tests.adapters.any_messages import MESSAGES, REPLIES, TEXTS, unhurried

KEY = "0123456789abcdef01234567"
DATE = re.compile(r"<!date\^\d+\^[^|<>]+\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>|\d+-\d\d-\d\d \d\d:\d\d UTC")
MENTION = re.compile(r"<!subteam\^\w+>|<@\w+>|<!here>|<!channel>")
Json = dict[str, Any]


def parts(value: Any) -> Iterator[Json]:
    """Yield every object inside some blocks."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from parts(each)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


# --- any message -------------------------------------------------------------------------------------------


@unhurried
@given(MESSAGES)
def test_any_message_passes_the_validators_of_the_sdk_unchanged(message: Message) -> None:
    made = payload(message, key=KEY)

    assert [block.to_dict() for block in Block.parse_all(made.blocks)] == made.blocks
    assert_within_limits(made)


@unhurried
@given(REPLIES)
def test_any_answer_passes_the_validators_of_the_sdk_unchanged(reply: Reply) -> None:
    pages = reply_pages(reply)

    assert pages
    for page in pages:
        assert [block.to_dict() for block in Block.parse_all(page.blocks)] == page.blocks
        assert_within_limits(page)


def assert_within_limits(made: Payload) -> None:
    """Hold a payload against what the SDK does not know."""
    actions = [part["action_id"] for part in parts(made.blocks) if "action_id" in part]

    assert 0 < units(made.text) <= 4000
    assert len(made.blocks) <= 50
    assert len(json.dumps(made.blocks, ensure_ascii=False)) < 10_000
    assert len(actions) == len(set(actions))
    assert all(part["text"] for part in parts(made.blocks) if isinstance(part.get("text"), str))
    assert all(part["elements"] for part in parts(made.blocks) if "elements" in part)


def test_the_sdks_validators_do_refuse() -> None:
    with pytest.raises(Exception, match="150"):
        Block.parse_all([{"type": "header", "text": plain("x" * 151)}])[0].to_dict()


@unhurried
@given(MESSAGES)
def test_feed_text_stands_only_where_slack_interprets_nothing(message: Message) -> None:
    chosen = "" if isinstance(message, Notice) else message.mention
    for part in parts(payload(message, key=KEY).blocks):
        if part.get("type") == "mrkdwn":
            written = part["text"]
            signs = MENTION.findall(written)
            assert DATE.fullmatch(written) or " ".join(signs) == written
            assert all(each.strip("<>!") in chosen for each in signs)
        if part.get("type") == "plain_text":
            assert part["emoji"] is False


@unhurried
@given(MESSAGES)
def test_only_web_addresses_are_linked(message: Message) -> None:
    made = payload(message, key=KEY)
    addresses = [part[name] for part in parts(made.blocks) for name in ("url", "image_url") if name in part]
    addresses += [unescape(found) for found in re.findall(r"<([^!@|<>][^|<>]*)\|", made.text)]

    assert all(re.match("https?://[^ |<>]+$", each) and "user@" not in each for each in addresses)


@unhurried
@given(MESSAGES)
def test_text_mentions_nobody_but_whom_the_admin_chose(message: Message) -> None:
    chosen = "" if isinstance(message, Notice) else message.mention
    lines = payload(message, key=KEY).text.split("\n")
    if isinstance(message, Alert) and message.mention_last:
        lines.reverse()

    assert not any("<!" in line or "<@" in line for line in lines[1:])
    if lines[0].startswith(("<!", "<@")):
        assert all(each.strip("<>!") in chosen for each in lines[0].split())


# --- text --------------------------------------------------------------------------------------------------

TWINS = str.maketrans("\u2217\u02cd\u223c\u02cb\u2223", "*_~`|")


@unhurried
@given(TEXTS)
def test_any_text_reads_the_same_when_it_is_escaped(text: str) -> None:
    shown = visible(text).translate(TWINS)
    back = escape(shown).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    assert back.replace("\u2060", "").translate(TWINS) == shown
    assert not set(escape(shown)) & set("<>*_~`|")
    assert cost(shown) == units(escape(shown))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("AT&T <!here> <@U1>", "AT&amp;T &lt;!here&gt; &lt;@U1&gt;"),
        ("&amp; &lt;", "&amp;amp; &amp;lt;"),
        ("*b* _i_ ~s~ `c`", "\u2217b\u2217 \u02cdi\u02cd \u223cs\u223c \u02cbc\u02cb"),
        ("> no quotation > here", "\u2060&gt; no quotation &gt; here"),
        (":tada: at 12:30", ":\u2060tada: at 12:30"),
        ("Chips: again", "Chips: again"),
    ],
)
def test_what_would_take_effect_is_disarmed(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_label_cannot_end_its_link() -> None:
    assert link("a|b>c", "https://blog.example/?a=1&b=2") == (
        "<https://blog.example/?a=1&amp;b=2|a\u2223b&gt;c>"
    )
    assert link("a", "") == "a"
