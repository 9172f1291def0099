"""The styles of an alert, and a mention below it."""

from __future__ import annotations

from typing import Any

from adapters.slack.messages.render import Payload, payload
from bot.model import Alert, Style
from tests.adapters.any_messages import a_post
from tests.adapters.discord.rig import KEY
from tests.adapters.slack.talk_rig import texts

LINK = "https://blog.example/2026/05/04/chips/"
SHORT = (Style.COMPACT, Style.TITLE)


def slack(style: Style = Style.FULL, **fields: Any) -> Payload:
    return payload(Alert(a_post(), style=style, **fields), key=KEY)


def test_the_short_styles_are_one_line_of_rich_text_with_a_button() -> None:
    compact, title = map(slack, SHORT)
    linked = {"type": "link", "url": LINK, "text": "Chips leave the list", "style": {"bold": True}}
    names = {"type": "text", "text": " · China-U.S., Technology, Trade"}
    text = {"type": "plain_text", "text": "Why me?", "emoji": False}
    button = {"type": "button", "action_id": "why", "text": text, "value": LINK}

    for made, elements in ((compact, [linked, names]), (title, [linked])):
        line, actions = made.blocks
        assert line == {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": elements}],
            "block_id": f"d:{KEY}",
        }
        assert actions == {"type": "actions", "elements": [button]}
        assert made.metadata == slack().metadata
    assert compact.text == f"<{LINK}|Chips leave the list> · China-U.S., Technology, Trade"
    assert title.text == f"<{LINK}|Chips leave the list>"


def order(made: Payload) -> list[str]:
    return ["mention" if texts([block]) == "<!here>" else block["type"] for block in made.blocks]


def test_slack_shows_a_mention_below_the_alert_where_that_was_asked_for() -> None:
    full, *short = (slack(style, mention="@here") for style in Style)
    full_last, *short_last = (slack(style, mention="@here", mention_last=True) for style in Style)

    assert order(full) == ["header", "mention", "context", "section", "actions"]
    assert order(full_last) == ["header", "context", "section", "mention", "actions"]
    assert list(map(order, short)) == [["mention", "rich_text", "actions"]] * 2
    assert list(map(order, short_last)) == [["rich_text", "mention", "actions"]] * 2
    for made in (full, *short):
        assert made.text.startswith("<!here>\n<https")
    for made in (full_last, *short_last):
        assert made.text.endswith("\n<!here>")
