from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.slack.messages.render import Payload, arguments, payload, reply_pages
from bot.model import Alert, Digest, Filing, Notice, Reply
from tests.adapters.any_messages import a_post

KEY = "0123456789abcdef01234567"
LINK = "https://blog.example/2026/05/04/chips/"
READ = f"<{LINK}|Chips leave the list>"
Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


# --- messages ----------------------------------------------------------------------------------------------


def test_an_alert_has_header_context_summary_picture_and_buttons() -> None:
    post = a_post(image="https://blog.example/a.jpg", update="Update: They came back.")

    assert payload(Alert(post), key=KEY) == Payload(
        text=f"{READ}\nThe ministry struck chips off its list on Monday.",
        blocks=[
            {"type": "header", "block_id": f"d:{KEY}", "text": plain("Chips leave the list")},
            {
                "type": "context",
                "elements": [
                    plain("Filed under China-U.S., Technology, Trade"),
                    {
                        "type": "mrkdwn",
                        "text": "<!date^1777886100^{date_short_pretty} {time}|2026-05-04 09:15 UTC>",
                    },
                    plain("A. Author · The Blog"),
                ],
            },
            {"type": "section", "text": plain("The ministry struck chips off its list on Monday.")},
            {"type": "section", "text": plain("Update: They came back.")},
            {
                "type": "image",
                "image_url": "https://blog.example/a.jpg",
                "alt_text": "Picture: Chips leave the list",
            },
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "action_id": "read", "text": plain("Read"), "url": LINK},
                    {
                        "type": "button",
                        "action_id": "follow:1",
                        "text": plain("Follow China-U.S."),
                        "value": "chinaus",
                    },
                    {
                        "type": "button",
                        "action_id": "follow:2",
                        "text": plain("Follow Technology"),
                        "value": "technology",
                    },
                    {"type": "button", "action_id": "why", "text": plain("Why me?"), "value": LINK},
                ],
            },
        ],
        metadata={"event_type": "bystander_message", "event_payload": {"key": KEY}},
    )


def test_what_a_post_lacks_is_left_out() -> None:
    post = a_post(
        title="",
        author="",
        feed="",
        summary="",
        filing=Filing(ambiguous=True),
        link="ftp://x",
        image="http://x/y",
    )

    kinds = [block["type"] for block in payload(Alert(post), key=KEY).blocks]

    assert kinds == ["header", "context", "actions"]


@pytest.mark.parametrize(
    ("mention", "written"),
    [
        ("<!subteam^S0123|@editors>", "<!subteam^S0123>"),
        ("<@U0123>", "<@U0123>"),
        ("@here", "<!here>"),
        ("<!channel>", "<!channel>"),
        ("@here <!subteam^S0123|@editors> <!here>", "<!here> <!subteam^S0123>"),
    ],
)
def test_the_mention_an_admin_chose_stands_below_the_header(mention: str, written: str) -> None:
    made = payload(Alert(a_post(), mention=mention), key=KEY)

    assert made.blocks[1] == {"type": "section", "text": {"type": "mrkdwn", "text": written}}
    assert made.text.startswith(f"{written}\n{READ}")


def test_other_mentions_are_nobodys() -> None:
    assert payload(Alert(a_post(), mention="@editors <b>"), key=KEY) == payload(Alert(a_post()), key=KEY)


def test_the_plain_form_is_a_title_that_links() -> None:
    made = payload(Alert(a_post(title="*Chips* | <more>"), plain=True), key=KEY)

    assert made.text == f"<{LINK}|\u2217Chips\u2217 \u2223 &lt;more&gt;>"
    assert made.blocks == []
    assert made.metadata["event_payload"] == {"key": KEY}
    assert "blocks" not in arguments(made)


def test_a_list_stays_below_what_slack_takes_in_all() -> None:
    filing = Filing(categories=("word " * 30,) * 9)
    posts = (a_post(link=LINK + "x" * 900, title="word " * 60, filing=filing),) * 50
    pages = reply_pages(Reply("The newest 50 posts:", posts=posts))

    for made in (payload(Digest(posts, "News"), key=KEY), *pages):
        assert 5_000 < len(json.dumps(made.blocks, ensure_ascii=False)) < 10_000 or made is pages[-1]


def test_a_notice_is_a_marked_section_of_text() -> None:
    made = payload(Notice("*The Blog* cannot be read: <html>"), key=KEY)

    assert made.text == "\u2217The Blog\u2217 cannot be read: &lt;html&gt;"
    assert made.blocks == [
        {"type": "section", "block_id": f"d:{KEY}", "text": plain("*The Blog* cannot be read: <html>")}
    ]


def test_an_answer_with_posts_is_a_numbered_list() -> None:
    posts = tuple(a_post(title=f"Post {number} {'and on ' * 18}") for number in range(60))
    pages = reply_pages(Reply("The newest 60 posts:\n1. …", posts=posts))
    lists = [page.blocks[1]["elements"][0] for page in pages]

    assert len(pages) > 1
    assert all(page.blocks[0]["text"]["text"] == "The newest 60 posts:" for page in pages)
    assert sum(len(each["elements"]) for each in lists) == 60
    assert [each.get("offset", 0) for each in lists[:2]] == [0, len(lists[0]["elements"])]


def test_the_posts_of_a_later_page_are_numbered_on() -> None:
    posts = tuple(a_post(title=f"Post {number} {'and on ' * 18}") for number in range(60))
    pages = reply_pages(Reply("Posts 11 to 70:\n11. …", posts=posts, first=11))
    lists = [page.blocks[1]["elements"][0] for page in pages]

    assert [each["offset"] for each in lists[:2]] == [10, 10 + len(lists[0]["elements"])]


def test_an_answer_links_a_line_that_is_nothing_but_an_address() -> None:
    [page] = reply_pages(Reply(f"“Chips” (The Blog)\n{LINK}\nFiled under *Trade*, see https://x.example."))

    assert page.blocks[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "“Chips” (The Blog)"},
        {"type": "text", "text": "\n"},
        {"type": "link", "url": LINK},
        {"type": "text", "text": "\n"},
        {"type": "text", "text": "Filed under *Trade*, see https://x.example."},
    ]


def test_nothing_is_unfurled_and_no_address_in_text_becomes_a_link() -> None:
    made = arguments(payload(Alert(a_post()), key=KEY))

    assert (made["unfurl_links"], made["unfurl_media"], made["parse"]) == (False, False, "none")
    assert set(made) == {"text", "blocks", "metadata", "unfurl_links", "unfurl_media", "parse"}
