"""A file that belongs to an answer: by direct message, or its text where the app may send no files."""

from __future__ import annotations

import pytest

from adapters.slack.interactions.files import NO_SCOPE, NOT_SENT, SENT
from bot.model import Attachment, Reply
from tests.adapters.slack.talk_rig import TalkDesk, buttons, talk, texts

LINES = "\n".join(f'name = "Line {number:03} of a file & <more>"' for number in range(120))
REPLY = Reply("bystander.toml has all.", attachment=Attachment("bystander.toml", f"{LINES}\n"))


def desk() -> TalkDesk:
    return TalkDesk(answer=lambda *_: REPLY)


async def test_a_file_comes_by_direct_message_and_the_answer_says_so() -> None:
    async with talk(desk()) as all_:
        answer = await all_.answer("/export")

        assert texts(answer) == f"bystander.toml has all. {SENT}"
        (file,) = all_.server.uploads.shared
        assert (file.name, file.data) == ("bystander.toml", f"{LINES}\n".encode())
        assert file.channel_id == all_.team.dm_channel(all_.alice).id
        assert file.comment == "bystander.toml has all."


async def test_a_workspace_without_the_scope_gets_the_text_in_pages() -> None:
    async with talk(desk()) as all_:
        all_.team.scopes -= {"files:write"}
        page = await all_.answer("/export")
        shown = [texts(page)]
        while further := [label for label in buttons(page) if label.startswith("More")]:
            deed = await all_.click(page, further[0])
            await deed.answered()
            shown.append(texts(page))

    assert shown[0].startswith(f"bystander.toml has all. {NO_SCOPE}")
    lines = [line for each in shown[1:] for line in each.split("\n") if line.startswith("name = ")]
    assert "\n".join(lines) == LINES
    assert all_.server.uploads.shared == []


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_does_not_take_is_shown_as_text(method: str) -> None:
    async with talk(desk()) as all_:
        all_.server.faults.error(method, "internal_error")
        answer = await all_.answer("/export")

    assert texts(answer).startswith(f"bystander.toml has all. {NOT_SENT}")
    assert "More (1 of 3) ▶" in buttons(answer)


async def test_a_file_goes_only_to_slack_itself_or_over_tls() -> None:
    async with talk(desk()) as all_:
        all_.server.uploads.origin = f"http://localhost:{all_.server.port}"
        answer = await all_.answer("/export")

    assert texts(answer).startswith(f"bystander.toml has all. {NOT_SENT}")
    assert [each.data for each in all_.server.uploads.by_ticket.values()] == [None]
