"""Filters by words and authors: typed, shown, completed, explained and taken off."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.reading import Vocabulary, read_list
from bot.commands.resolve import resolve
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind, Term
from bot.ports import Sent
from bot.text.normalize import term_key
from bot.text.sanitize import visible
from bot.text.spelling import FIELDS, spelled
from tests.commands.room import NOW, Room, post_row

KNOWN = Vocabulary(
    [Term(Kind.CATEGORY, name, "") for name in ("Trade", "Taiwan", "text: the novel", "Context: x")]
)
PHRASE = "w:export controls"


@pytest.mark.parametrize(
    ("typed", "include", "exclude"),
    [
        ("text:tariffs", ["w:tariffs"], []),
        ('text:"export controls"', [PHRASE], []),
        ("Text: \u201cExport  Controls\u201d", [PHRASE], []),
        ("TEXT\uff1a\u00abexport controls\u00bb", [PHRASE], []),
        ("text=export-controls", [PHRASE], []),
        ("text :tariffs", ["w:tariffs"], []),
        ("-text:sponsored", [], ["w:sponsored"]),
        ("\u2014 text:sponsored", [], ["w:sponsored"]),
        ('Trade, text:"export controls", -text:sponsored', ["c:trade", PHRASE], ["w:sponsored"]),
        ("Trade -text:sponsored", ["c:trade"], ["w:sponsored"]),
        ("Trade text:tariffs -Taiwan", ["c:trade", "w:tariffs"], ["c:taiwan"]),
        ('-text:sponsored text:"export controls" Trade', [PHRASE, "c:trade"], ["w:sponsored"]),
        ('text:a author:"Jane Doe" -author:bo', ["w:a", "a:janedoe"], ["a:bo"]),
        ("Trade - text:tariffs", ["c:trade", "w:tariffs"], []),
        ("all -text:ad -author:Bo", [EVERYTHING], ["w:ad", "a:bo"]),
        ("text:all", ["w:all"], []),
        ("text:U.S., text:\u51fa\u53e3", ["w:us", "w:\u51fa \u53e3"], []),
        ('text:"a, b; -c text:d"', ["w:a b c text d"], []),
        ('"text: the novel"', ["c:textthenovel"], []),
        ("\u201ctext: the novel\u201d -text:novel", ["c:textthenovel"], ["w:novel"]),
        ("Context: x", ["c:contextx"], []),
    ],
)
def test_words_and_authors_stand_in_a_list_with_and_without_commas(
    typed: str, include: list[str], exclude: list[str]
) -> None:
    wanted = resolve(typed, KNOWN, "follow")

    assert (list(wanted.include), list(wanted.exclude)) == (include, exclude)


LONG = " ".join(["word"] * 13)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("text:", "text: needs a word, as in text:tariffs."),
        ("Trade, text:", "text: needs a word, as in text:tariffs."),
        ('-text:""', "text: needs a word, as in text:tariffs."),
        ('text:"!? \u2026"', "text: needs a word, as in text:tariffs."),
        ("text:\U0001f600", "text: needs a word, as in text:tariffs."),
        ("author:", 'author: needs a name, as in author:"Jane Doe".'),
        (f'text:"{LONG}"', 'at most 12 words and 200 characters; fewer may do: text:"word word word word"'),
        (f"text:{'x' * 201}", f"fewer may do: text:{'x' * 60}"),
        (
            "text:export controls",
            'text: takes one word; several need quotation marks: text:"export controls"',
        ),
        ("author:Jane Doe, Trade", 'several need quotation marks: author:"Jane Doe"'),
        ('text:"export controls', 'several need quotation marks: text:"export controls"'),
        ("text:-sponsored", "To leave it out, the dash comes first: -text:sponsored"),
        ('text:"a b" Zebra', "No category is called \u201cZebra\u201d."),
        ("text:a, -text:A", "text:a is both asked for and left out."),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_the_nearest_right_thing(
    typed: str, answer: str
) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(typed, KNOWN, "follow")

    assert answer in str(caught.value)


async def test_a_refused_value_changes_nothing(room: Room) -> None:
    for line in ("/follow Trade, text:", "/follow Trade text:export controls", f"/follow text:{'x' * 300}"):
        assert (await room.refused(line)).endswith("Nothing was changed.")
    assert "/find tariffs" in await room.refused("/latest text:tariffs")


async def test_words_are_tried_on_the_newest_posts(room: Room) -> None:
    reply = await room.say('/follow text:"CHIP rules", text:told -text:whole')

    assert reply.text == (
        'You now get: text:"CHIP rules" and text:told, but not text:whole; at once, on the console.\n'
        "None of the last 10 posts would have reached you."
    )
    reply = await room.say("/unfollow -text:whole")
    assert reply.text == 'You now get: text:"CHIP rules" and text:told; at once, on the console.'
    reply = await room.say("/follow author:author")
    assert "10 of the last 10 posts would have reached you" in reply.text


async def test_whole_words_of_the_text_count(room: Room) -> None:
    assert "None of" in (await room.say("/follow text:tarif")).text
    assert "1 of the last 10" in (await room.say("/follow text:place")).text
    assert "2 of the last 10" in (await room.say("/follow text:controls")).text


async def test_words_are_shown_offered_and_completed(room: Room) -> None:
    await room.say('/follow text:"export controls", author:"Jane Doe", Trade, -text:ad, -author:Bo')
    reply = await room.say("/following")

    assert reply.text == (
        'You get: Trade, text:"export controls" and author:"Jane Doe", '
        "but not text:ad or author:Bo; at once, on the console."
    )
    assert await room.complete("unfollow", "categories", "") == [
        "Trade",
        'text:"export controls"',
        'author:"Jane Doe"',
        "all",
    ]
    assert await room.complete("unfollow", "categories", "-") == ["-text:ad", "-author:Bo"]
    for typed in ("text:exp", "TEXT: \u201cexport con", "text:"):
        assert (await room.complete("unfollow", "categories", typed))[0] == 'text:"export controls"', typed
    assert (await room.complete("unfollow", "categories", "Trade -text:"))[0] == "Trade, -text:ad"
    assert await room.complete("follow", "categories", "Trade text:tariffs") == ["Trade, text:tariffs"]
    assert await room.complete("follow", "categories", "text:") == []
    for offer in reply.offers:
        assert (await room.dispatcher.execute(room.caller(), offer.path, dict(offer.values))).ok
    assert await room.follows() == []


async def test_a_channel_gets_posts_by_words_too(room: Room) -> None:
    reply = await room.say("/alerts add text:tariffs -text:sponsored mention:@here", admin=True, place="news")
    assert reply.text.splitlines()[0] == (
        "This channel now gets: text:tariffs, but not text:sponsored; at once, mentioning @here."
    )
    assert await room.complete("alerts remove", "categories", "text", admin=True) == []
    row = post_row(31, "New tariffs", ("Zoo",))
    await room.publish((await room.store.feeds())[0], row)
    (claim,) = await room.claim()

    assert claim.destination.address == "console:news"
    reply = await room.say("/alerts remove text:tariffs", admin=True, place="news")
    assert reply.text == "This channel follows nothing now."


async def test_why_names_the_word_that_let_a_post_through(room: Room) -> None:
    await room.say("/follow text:tariffs")
    await room.publish((await room.store.feeds())[0], post_row(31, "New tariffs", ("Zoo",)))
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))

    assert (await room.say("/why")).text.endswith("because of text:tariffs.")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/follow all -text:sponsored", "You leave out text:sponsored, which is in it."),
        ("/follow text:tariffs -author:author", "You leave out author:author, who wrote it."),
        ("/follow text:soybeans", "Not for you: you get text:soybeans."),
    ],
)
async def test_why_names_what_held_a_post_back(room: Room, line: str, words: str) -> None:
    await room.say(line)
    row = replace(post_row(31, "New tariffs"), text="A sponsored text.")
    await room.publish((await room.store.feeds())[0], row)

    assert (await room.say("/why")).text.splitlines()[-1] == words


async def test_nobody_has_more_than_fifty_of_them(room: Room) -> None:
    for start in (0, 20):
        assert (await room.say(f"/follow {' '.join(f'text:w{start + n}' for n in range(20))}")).ok
    assert (await room.say(f"/follow Trade {' '.join(f'-author:a{n}' for n in range(10))}")).ok
    for line in (
        "/follow text:more",
        "/follow -text:more",
        "/follow Trade author:more feed:'China Bystander'",
    ):
        refused = await room.refused(line)
        assert refused.startswith("That would be 51 filters by words and authors, and 50 is the limit")
    assert (await room.say("/follow text:w1, Taiwan")).ok
    assert (await room.say("/follow text:more", "bob")).ok


@given(
    st.sampled_from(list(FIELDS.values())),
    st.text(max_size=40) | st.text("aB -#,;:=\"'\u201c\u201d\u2026.5", max_size=20),
)
def test_any_value_is_written_so_that_it_is_read_as_itself(kind: Kind, value: str) -> None:
    key = term_key(kind, visible(value))
    if not key[2:]:
        return
    typed = spelled(kind, value)
    assert visible(typed) == typed
    for line in (typed, f"Trade, {typed}", f"{typed} Trade", f"Trade -{typed}"):
        found = [each for each in read_list(line, KNOWN) if each.kind is not Kind.CATEGORY]
        assert [term_key(each.kind, each.name) for each in found] == [key], (line, found)


def test_a_quoted_value_ends_at_its_quotation_mark() -> None:
    assert re.fullmatch(r'text:"[^"]*"', spelled(Kind.WORDS, 'say "export controls"'))
