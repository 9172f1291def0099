"""A file that belongs to an answer: to the person who asked alone, or its text where no file may go."""

from __future__ import annotations

from adapters.discord.interactions.conversation import NO_FILES
from bot.model import Attachment, Reply
from tests.adapters.discord.interactions.test_clicks import buttons
from tests.adapters.discord.rig import Rig
from tests.fakes.discord import faults
from tests.fakes.discord.basics import Bits

LINES = "\n".join(f'name = "Line {number:03} of a file, `with` @everyone"' for number in range(60))
REPLY = Reply("bystander.toml has all.", attachment=Attachment("bystander.toml", f"{LINES}\n# ```\n"))


async def test_a_file_comes_with_the_answer_and_is_seen_by_who_asked(rig: Rig) -> None:
    rig.services.answer = lambda *_: REPLY
    for place in (rig.news, rig.server.dm_of(rig.alice)):
        answer = await (await rig.server.interact(rig.alice, place, "export")).answer()

        assert answer.ephemeral
        assert answer.content == "bystander.toml has all."
        assert [each["filename"] for each in answer.attachments] == ["bystander.toml"]
        (upload,) = [each.uploads for each in rig.server.requests if each.uploads and not each.lost][-1:]
        assert upload == {"bystander.toml": f"{LINES}\n# ```\n".encode()}


async def test_where_no_file_may_go_its_text_is_shown_in_pages(rig: Rig) -> None:
    rig.services.answer = lambda *_: REPLY
    rig.news.deny(Bits.ATTACH_FILES)
    asked = await rig.server.interact(rig.alice, rig.news, "export")
    pages = [await asked.answer()]
    shown = [pages[0].content]
    while further := [each for label, each in buttons(pages[-1]).items() if label.startswith("More")]:
        clicked = await rig.server.click(rig.alice, pages[-1], further[0])
        pages.append(await clicked.answer())
        shown.append(pages[-1].content)

    assert shown[0] == f"bystander.toml has all. {NO_FILES}"
    assert all(each.startswith("```\n") and each.endswith("\n```") for each in shown[1:])
    text = "\n".join(each.removeprefix("```\n").removesuffix("\n```") for each in shown[1:])
    assert text == f"{LINES}\n# ``\u200b`"
    assert not any(each.uploads for each in rig.server.requests)


async def test_a_file_that_discord_refuses_is_shown_as_text(rig: Rig) -> None:
    rig.services.answer = lambda *_: REPLY
    rig.server.faults.next(faults.refuse(40005), "PATCH /webhooks")
    asked = await rig.server.interact(rig.alice, rig.news, "export")
    answer = await asked.answer()

    assert answer.content == f"bystander.toml has all. {NO_FILES}"
    assert "More (1 of 3) ▶" in buttons(answer)
    assert answer.attachments == []
