"""What Slack takes as blocks: limits, keys, kinds. slack_sdk's own models agree where they look at all."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.fakes.slack.blocks import ALL_BLOCKS, message_faults, size, view_faults

Json = dict[str, Any]


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _section(text: str = "a", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def _button(**more: Any) -> Json:
    return {"type": "button", "action_id": "a", "text": _plain("Go"), **more}


def _actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def _select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "placeholder": _plain("Choose"), **more}


def _options(count: int, text: str = "t") -> list[Json]:
    return [{"text": _plain(text), "value": str(number)} for number in range(count)]


_RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Posted ", "style": {"bold": True}},
                {"type": "link", "url": "https://example.org/", "text": "here"},
                {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
        },
    ],
}

GOOD: list[tuple[str, list[Json]]] = [
    ("nothing", []),
    ("50 blocks", [{"type": "divider"}] * 50),
    ("the longest header", [{"type": "header", "text": _plain("x" * 150)}]),
    ("the longest section", [_section("x" * 3000)]),
    ("ten fields", [{"type": "section", "fields": [_plain("x" * 2000)] * 10}]),
    ("ten in a context", [{"type": "context", "elements": [{"type": "mrkdwn", "text": "a"}] * 10}]),
    ("an image", [{"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"}]),
    ("25 buttons", [_actions(*(_button(action_id=str(number)) for number in range(25)))]),
    ("a link button", [_actions(_button(url="https://example.org/", value="x" * 2000))]),
    ("an accessory", [_section(accessory=_select(options=_options(100)))]),
    ("rich text", [_RICH]),
    ("markdown", [{"type": "markdown", "text": "x" * 12_000}]),
    ("one action in two blocks", [_actions(_button()), _actions(_button())]),
]
BAD: list[tuple[str, list[Json], str]] = [
    ("51 blocks", [{"type": "divider"}] * 51, "no more than 50 items"),
    ("a header of 151", [{"type": "header", "text": _plain("x" * 151)}], "less than 151 characters"),
    ("a header in mrkdwn", [{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}], "unsupported type"),
    ("an empty text", [_section("")], "more than 0 characters"),
    ("a section of 3001", [_section("x" * 3001)], "less than 3001 characters"),
    ("11 fields", [{"type": "section", "fields": [_plain("a")] * 11}], "no more than 10 items"),
    ("an empty section", [{"type": "section"}], "needs text or fields"),
    ("11 in a context", [{"type": "context", "elements": [_plain("a")] * 11}], "no more than 10 items"),
    ("a button of 76", [_actions(_button(text=_plain("x" * 76)))], "less than 76 characters"),
    ("a value of 2001", [_actions(_button(value="x" * 2001))], "less than 2001 characters"),
    ("a url of 3001", [_actions(_button(url="x" * 3001))], "less than 3001 characters"),
    ("an unknown style", [_actions(_button(style="loud"))], "must be one of primary, danger"),
    ("26 buttons", [_actions(*(_button(action_id=str(n)) for n in range(26)))], "no more than 25 items"),
    ("no buttons", [_actions()], "at least 1 items"),
    ("101 options", [_actions(_select(options=_options(101)))], "no more than 100 items"),
    ("a long option", [_actions(_select(options=_options(1, "x" * 76)))], "less than 76 characters"),
    ("a select of nothing", [_actions(_select())], "either options or option_groups"),
    ("an action_id twice", [_actions(_button(), _button())], "action_id already exists"),
    ("a block_id twice", [_section(block_id="b"), _section(block_id="b")], "block_id already exists"),
    ("a block_id of 256", [_section(block_id="b" * 256)], "less than 256 characters"),
    ("an unknown key", [_section(colour="red")], "invalid additional property: colour"),
    ("an unknown block", [{"type": "tile"}], "unsupported type: tile"),
    ("no block at all", ["divider"], "unsupported type"),  # type: ignore[list-item] # that is the point
    ("a missing key", [{"type": "header"}], "missing required field: text"),
    ("an image without its url", [{"type": "image", "alt_text": "a"}], "either image_url or slack_file"),
    ("an input outside of one", [_actions({"type": "plain_text_input"})], "unsupported type"),
    ("markdown of 12001", [{"type": "markdown", "text": "x" * 6001}] * 2, "less than 12001 characters"),
]


@pytest.mark.parametrize(("blocks"), [each[1] for each in GOOD], ids=[each[0] for each in GOOD])
def test_blocks_that_slack_takes(blocks: list[Json]) -> None:
    assert message_faults(blocks) == []
    for block in Block.parse_all(blocks):
        block.to_dict()


@pytest.mark.parametrize(("blocks", "told"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_blocks_that_slack_refuses(blocks: list[Json], told: str) -> None:
    assert told in "\n".join(message_faults(blocks))


def test_the_sdks_models_refuse_the_same_where_they_look() -> None:
    refused = set()
    for name, blocks, _told in BAD:
        if name == "no block at all":
            continue
        try:
            for block in Block.parse_all(blocks):
                if block is not None:  # an unknown kind
                    block.to_dict()
        except SlackObjectFormationError:
            refused.add(name)

    assert {"a header of 151", "a section of 3001", "11 fields", "11 in a context"} <= refused


def test_lengths_are_counted_in_utf_16_units() -> None:
    assert message_faults([_section("😀" * 1500)]) == []
    assert message_faults([_section("😀" * 1501)]) != []


def test_markdown_is_for_messages_only() -> None:
    assert view_faults([{"type": "markdown", "text": "a"}]) != []
    assert view_faults([{"type": "divider"}] * 100) == []
    assert view_faults([{"type": "divider"}] * 101) != []


def test_the_hidden_total_is_met_before_the_limits_of_single_blocks() -> None:
    blocks = [_section("x" * 2700) for _ in range(5)]

    assert message_faults(blocks) == []
    assert size(blocks) > ALL_BLOCKS
