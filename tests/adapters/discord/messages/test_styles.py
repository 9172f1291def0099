"""The styles of an alert, and a mention below it."""

from __future__ import annotations

import pytest
from hypothesis import given

from adapters.discord.messages.card import Button, Card
from adapters.discord.messages.card import payload as discord_payload
from adapters.discord.messages.markdown import link
from adapters.discord.messages.render import card
from bot.model import Alert, Post, Style
from tests.adapters.any_messages import POSTS, a_post, unhurried
from tests.adapters.digests import filed
from tests.adapters.discord.interactions.test_clicks import buttons
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, to

LINK = "https://blog.example/2026/05/04/chips/"
ROLE = "<@&123456789012345678>"
WHY = (Button("Why me?", custom_id=f"w:{KEY}"),)
SHORT = (Style.COMPACT, Style.TITLE)


def test_the_short_styles_are_one_line_of_content_with_the_button_that_bears_the_key() -> None:
    compact, title = (card(Alert(a_post(image=LINK), style=style), key=KEY) for style in SHORT)

    assert compact == Card(f"[Chips leave the list](<{LINK}>) · China-U.S., Technology, Trade", buttons=WHY)
    assert title == Card(f"[Chips leave the list](<{LINK}>)", buttons=WHY)


@pytest.mark.parametrize("style", SHORT)
def test_a_mention_stands_above_or_below_the_line(style: Style) -> None:
    above, below = (
        card(Alert(a_post(), mention=f"@everyone {ROLE}", style=style, mention_last=last))
        for last in (False, True)
    )
    line = card(Alert(a_post(), style=style)).content

    assert above.content == f"@everyone {ROLE}\n{line}"
    assert below.content == f"{line}\n@everyone {ROLE}"
    for made in (above, below):
        allowed = {"parse": ["everyone"], "roles": ["123456789012345678"]}
        assert discord_payload(made)["allowed_mentions"] == allowed


def test_above_a_card_discord_has_the_only_place_for_a_mention() -> None:
    made = card(Alert(a_post(), mention=ROLE, mention_last=True), key=KEY)

    assert made == card(Alert(a_post(), mention=ROLE), key=KEY)
    assert made.content == ROLE


def test_a_plain_alert_has_its_mention_where_it_was_asked_for_in_every_style() -> None:
    for style in Style:
        made = card(Alert(a_post(), mention=ROLE, plain=True, style=style, mention_last=True))
        assert made.content == f"Chips leave the list\n<{LINK}>\n{ROLE}"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "Chips + C++ — “again”, 中国, العربية",
            "[Chips + C++ — “again”, 中国, العربية](<https://x.example>)",
        ),
        ("Chips 🎉", "Chips 🎉 · [read](<https://x.example>)"),
        ("Chips ©", "Chips © · [read](<https://x.example>)"),
        ("Chips \u2049\ufe0f", "Chips \u2049\ufe0f · [read](<https://x.example>)"),
        ("1\ufe0f\u20e3 Chips", "1\ufe0f\u20e3 Chips · [read](<https://x.example>)"),
        ("*Chips*", "\\*Chips\\* · [read](<https://x.example>)"),
    ],
)
def test_in_content_a_label_has_no_emoji(title: str, shown: str) -> None:
    assert link(title, "https://x.example", in_content=True) == shown


@unhurried
@given(POSTS)
def test_any_post_makes_a_single_line_in_the_short_styles(post: Post) -> None:
    for style in SHORT:
        assert "\n" not in card(Alert(post, style=style)).content


async def test_why_on_a_short_alert_finds_the_link_and_the_message_is_found_by_its_key(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1, style=Style.COMPACT), KEY)
    (message,) = rig.server.messages(rig.news)
    message.nonce = None
    await (await rig.server.click(rig.alice, message, buttons(message)["Why me?"])).answer()

    assert rig.services.executed[0][1:] == ("why", {"link": "https://blog.example/1/"})
    assert await rig.adapter.find(to(rig.news), KEY, LONG_AGO) == f"{rig.news.id}/{message.id}"


async def test_why_finds_a_link_with_brackets(rig: Rig) -> None:
    bracketed = Alert(filed("A", link="https://blog.example/a_(b)/"), style=Style.TITLE)
    await rig.adapter.send(to(rig.news), bracketed, KEY)
    (message,) = rig.server.messages(rig.news)
    await (await rig.server.click(rig.alice, message, buttons(message)["Why me?"])).answer()

    assert rig.services.executed[0][2] == {"link": "https://blog.example/a_(b)/"}


async def test_a_short_alert_opens_a_forum_post_of_its_title_and_is_edited_in_its_style(rig: Rig) -> None:
    forum = rig.guild.add_forum("talk")
    await rig.known(forum)
    reference = await rig.adapter.send(to(forum), alert(1, style=Style.TITLE), KEY)
    (thread,) = (each for each in rig.guild.channels if each.parent is forum)
    await rig.adapter.edit(to(forum), reference, alert(2, style=Style.TITLE), KEY)
    (message,) = rig.server.messages(thread)

    assert thread.name == "Title 1"
    assert message.content == "[Title 2](<https://blog.example/2/>)"
    assert message.embeds == []
    assert list(buttons(message)) == ["Why me?"]
