"""Texts come back as they were, and the archive's words are made as people see them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from storage.postgres.search import query_of, words_of
from storage.postgres.store import PostgresStore
from storage.postgres.texts import escaped, unescaped
from tests.contracts.store_samples import add_feed, publish, row


@given(some.text(some.sampled_from("\0\x1a01a")))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert "\0" not in escaped(text)


def test_accents_and_signs_are_ignored_and_places_kept() -> None:
    assert words_of("Café-Größe", ["Trade"], "cafe\u0301 3.5 https://x.example/a_b") == (
        "'cafe':1A,4C 'große':2A 'trade':3B '3':5C '5':6C 'https':7C 'x':8C 'example':9C 'a':10C 'b':11C"
    )


def test_the_last_typed_word_may_be_a_beginning() -> None:
    assert query_of("Steel TARI") == "'steel' & 'tari':*"
    assert query_of("steel a") == "'steel' & 'a'"
    assert query_of("' & !:* __") == ""


async def test_words_without_end_are_stored(store: PostgresStore) -> None:
    feed = await add_feed(store)
    many = " ".join(f"{number}word" for number in range(100_000))
    await publish(
        store,
        feed,
        row("many", text=many),
        row("long", text="ü" * 500_000),
        row("marks", text="a" + "\u0301" * 200_000),
        row("same", text="steel " * 100_000),
    )

    async def found(words: str) -> list[str]:
        return [post.id for post in (await store.find(words, 9)).posts]

    assert await found("5word") == ["many"]
    assert await found("ü" * 3_000) == ["long"]
    assert await found("steel") == ["same"]
    assert await found("á") == ["marks"]


async def test_a_link_beyond_any_index_is_found(store: PostgresStore) -> None:
    feed = await add_feed(store)
    path = "".join(chr(0x4E00 + number) for number in range(1990))
    link = f"https://blog.example/{path}"
    await publish(store, feed, row("p1"), replace(row("p2"), post=replace(row("p2").post, link=link)))
    found = await store.post_by_link(link)

    assert found is not None
    assert found.id == "p2"
