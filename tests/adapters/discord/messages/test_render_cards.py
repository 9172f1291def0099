from __future__ import annotations

from hypothesis import given

from adapters.discord.messages.alerts import follow_id, followed
from adapters.discord.messages.card import COLOUR, Button, Card, payload
from adapters.discord.messages.render import card, reply_pages, thread_name
from bot.model import Alert, Digest, Filing, Kind, Message, Notice, Reply
from bot.text.normalize import fold
from bot.text.spelling import spelled
from bot.text.truncate import units
from tests.adapters.any_messages import MESSAGES, TEXTS, a_post, unhurried
from tests.fakes.discord.checks import message_errors

KEY = "0123456789abcdef01234567"

# --- cards -------------------------------------------------------------------------------------------------


def test_an_alert_is_a_card_with_buttons() -> None:
    post = a_post(image="https://blog.example/a.jpg", update="Update: They came back.")

    assert card(Alert(post, mention="<@&123456789012345678>"), key=KEY) == Card(
        content="<@&123456789012345678>",
        embeds=(
            {
                "title": "Chips leave the list",
                "url": "https://blog.example/2026/05/04/chips/",
                "description": "The ministry struck chips off its list on Monday.\n\nUpdate: They came back.",
                "color": COLOUR,
                "timestamp": "2026-05-04T09:15:00+00:00",
                "author": {"name": "A. Author"},
                "fields": [{"name": "Filed under", "value": "China-U.S., Technology, Trade"}],
                "image": {"url": "https://blog.example/a.jpg"},
                "footer": {"text": "The Blog"},
            },
        ),
        buttons=(
            Button("Follow China-U.S.", custom_id="f:c:chinaus"),
            Button("Follow Technology", custom_id="f:c:technology"),
            Button("Why me?", custom_id=f"w:{KEY}"),
        ),
        mention_roles=(123456789012345678,),
    )


def test_what_a_post_lacks_is_left_out() -> None:
    post = a_post(
        title="",
        author="The Blog",
        summary="",
        filing=Filing(ambiguous=True),
        link="ftp://x",
        image="http://x/y",
    )

    [embed] = card(Alert(post)).embeds

    assert embed == {
        "title": "Untitled post",
        "color": COLOUR,
        "timestamp": "2026-05-04T09:15:00+00:00",
        "footer": {"text": "The Blog"},
    }


def test_the_plain_form_is_title_and_link_without_a_preview() -> None:
    made = card(Alert(a_post(title="*Chips*"), mention="@everyone", plain=True), key=KEY)

    assert made.content == "@everyone\n\\*Chips\\*\n<https://blog.example/2026/05/04/chips/>"
    assert made.embeds == ()
    assert made.buttons == (Button("Why me?", custom_id=f"w:{KEY}"),)
    assert payload(made)["allowed_mentions"] == {"parse": ["everyone"]}


def test_an_alert_may_mention_several_each_once() -> None:
    role, other = "<@&123456789012345678>", "<@&223456789012345678>"
    made = card(Alert(a_post(), mention=f"{role} @everyone {other} {role}"), key=KEY)

    assert made.content == f"@everyone {role} {other}"
    assert payload(made)["allowed_mentions"] == {
        "parse": ["everyone"],
        "roles": ["123456789012345678", "223456789012345678"],
    }


def test_a_plain_digest_has_titles_and_links() -> None:
    made = card(Digest((a_post(), a_post(title="Two")), "News", plain=True))

    assert made == Card(
        "News\nChips leave the list\n<https://blog.example/2026/05/04/chips/>"
        "\nTwo\n<https://blog.example/2026/05/04/chips/>"
    )


def test_a_notice_is_text_in_which_only_a_line_of_its_own_is_a_link() -> None:
    made = card(Notice("*The Blog* moved to https://x.example/feed.\nhttps://x.example/feed_1"))

    assert made == Card("\\*The Blog\\* moved to https\\://x.example/feed.\n<https://x.example/feed_1>")


def test_a_post_that_is_long_in_every_part_fits_into_one_card() -> None:
    long = "word " * 2000
    post = a_post(
        title=long, summary=long, update=long, author=long, feed=long, filing=Filing(categories=(long,) * 30)
    )

    assert message_errors(payload(card(Alert(post), key=KEY))) == []


def test_a_cut_address_is_no_link() -> None:
    made = card(Notice("https://x.example/a\n" + "word " * 500))
    only = card(Notice("https://x.example/" + "a" * 3000))

    assert made.content.startswith("<https://x.example/a>\nword")
    assert only.content.startswith("https\\://x.example/aaa")
    assert card(Notice("https://x.example/a\n" + "y" * 3000)) == Card("https\\://x.example/a…")


def test_an_answer_with_posts_lists_them_under_its_first_line() -> None:
    text = "The newest 2 posts:\n1. Chips leave the list\n   https://blog.example/…"
    [page] = reply_pages(Reply(text, posts=(a_post(), a_post(title="Two"))))

    assert page.content == "The newest 2 posts:"
    assert [line for line in page.embeds[0]["description"].split("\n") if line.startswith("**")] == [
        "**1.** [Chips leave the list](<https://blog.example/2026/05/04/chips/>)",
        "**2.** [Two](<https://blog.example/2026/05/04/chips/>)",
    ]


def test_the_posts_of_a_later_page_are_numbered_on() -> None:
    [page] = reply_pages(Reply("Posts 11 to 12:", posts=(a_post(), a_post(title="Two")), first=11))

    numbers = [line[:7] for line in page.embeds[0]["description"].split("\n") if line.startswith("**")]
    assert numbers == ["**11.**", "**12.**"]


def test_a_long_answer_comes_in_pages_and_loses_nothing() -> None:
    lines = [f"Line {number} of many that an answer may have." for number in range(200)]
    pages = reply_pages(Reply("\n".join(lines)))

    assert len(pages) > 4
    assert [line for page in pages for line in page.content.split("\n")] == lines


# --- ids and names -----------------------------------------------------------------------------------------


def test_follow_buttons_name_categories_by_their_fold() -> None:
    names = ("...", "China-U.S.", "china us", "Trade", "Media")
    made = card(Alert(a_post(filing=Filing(categories=names))), key=KEY)

    assert [button.label for button in made.buttons] == ["Follow China-U.S.", "Follow Trade", "Why me?"]
    assert followed(made.buttons[0].custom_id) == "chinaus"
    assert followed(follow_id("TikTok", Kind.TAG)) == "#tiktok"
    assert followed(follow_id("#1 News")) == "\u201c#1news\u201d"
    assert follow_id("x" * 97) == ""


@unhurried
@given(TEXTS)
def test_a_button_follows_the_very_category_or_is_not_there(name: str) -> None:
    custom_id = follow_id(name)

    assert units(custom_id) <= 100
    assert not custom_id or followed(custom_id) == spelled(Kind.CATEGORY, fold(name))


@unhurried
@given(MESSAGES)
def test_any_message_can_name_a_thread(message: Message) -> None:
    assert 1 <= units(thread_name(message)) <= 100


def test_a_thread_is_named_like_its_post() -> None:
    assert thread_name(a_post()) == thread_name(Alert(a_post())) == "Chips leave the list"
    assert thread_name(Digest((), "News of the week")) == "News of the week"
