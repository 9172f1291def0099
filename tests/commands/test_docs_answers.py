"""The answers in docs/commands.md are those of the program: they are made anew and compared.

`BYSTANDER_DOCS=write` writes them into the page.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.pipeline.fetch.client import Fetcher
from storage import open_store
from tests.commands.docs_scene import PAGE, PREPARED, Scene, examples, with_answers
from tests.commands.room import LOOPBACK, POSTS, Room, post_row
from tests.databases import SqliteFile
from tests.sandbox.kept import kept_sandbox


async def answer(line: str, folder: Path) -> str:
    """Return what the bot answers to an example, in its scene."""
    store = await open_store(SqliteFile(folder / "docs.db").url)
    try:
        async with Fetcher(LOOPBACK) as fetcher:
            room = Room(store, fetcher, kept_sandbox())
            rows = tuple(post_row(number, *post) for number, post in enumerate(POSTS, 1))
            await room.publish(await room.watch(), silent=rows)
            scene = Scene(room)
            if prepare := PREPARED.get(line):
                await prepare(scene)
            return await scene.type(line)
    finally:
        await store.aclose()


async def test_each_answer_in_the_docs_is_what_the_program_says(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    answers = {}
    for number, line in enumerate(dict.fromkeys(examples(page))):
        folder = tmp_path / str(number)
        folder.mkdir()
        answers[line] = await answer(line, folder)
    made = with_answers(page, answers)
    if os.environ.get("BYSTANDER_DOCS") == "write":
        PAGE.write_text(made, "utf-8")

    assert len(answers) > 30
    assert set(PREPARED) <= set(answers), "a scene without its example"
    assert made == page
