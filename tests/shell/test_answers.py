"""The picture of what the bot answers: of real answers, and of what is really sent."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from markupsafe import escape as html

from adapters.discord import preview_html as discord_look
from adapters.discord.interactions.answers import messages
from adapters.discord.interactions.callback import PAGE, CallbackData
from adapters.discord.messages.card import payload
from bot.commands.spec import RUNNABLE
from bot.model import Reply, SuggestedAction
from bot.sample.blog import SampleBlog, load_posts
from bot.sample.server import SampleServer
from bot.shell.answers import answers
from bot.shell.looks import Answer
from bot.shell.looks import page as page_of
from bot.shell.preview import preview
from tests.adapters.any_messages import TEXTS, unhurried
from tests.adapters.discord.rig import NotingServices
from tests.shell.test_looks import PLATFORMS, checked, options, settings

(CHANNEL,) = (each for each, name in PLATFORMS[0].preview.names.items() if name == "news")


def page(*shown: Answer) -> str:
    return page_of(PLATFORMS, [], shown)


class Nobody:
    """An inspector that is never asked."""

    async def inspect(self, url: str) -> None:
        raise AssertionError(url)

    async def check(self, url: str) -> None:
        raise AssertionError(url)


async def drawn(tmp_path: Path) -> str:
    """Return the page of a preview of the sample blog."""
    file = tmp_path / "looks.html"
    async with SampleServer(SampleBlog(load_posts())) as server:
        await preview(options(html=str(file)), settings(server))
    return file.read_text("utf-8")


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_every_everyday_command_is_answered_on_each_platform(tmp_path: Path, platform: str) -> None:
    text = await drawn(tmp_path)
    figures = "".join(part for part in text.split("<figure class=") if part.startswith(platform))
    everyday = [each.path for each in RUNNABLE if not each.admin]

    assert [path for path in everyday if f"</b> used <span>/{path}" not in figures] == []
    assert "Something is wrong" not in text
    checked(text)


def answers_on(platform: str, text: str) -> dict[str, str]:
    """Return what is drawn for each command on one platform."""
    drawn = text.partition("<h2>")[2].split("<figure class=")
    parts = [each.partition("</b> used <span>")[2] for each in drawn if each.startswith(platform)]
    return {part.partition("</span>")[0]: part for part in parts}


async def test_slack_has_a_form_buttons_and_a_home_tab(tmp_path: Path) -> None:
    shown = answers_on("slack", await drawn(tmp_path))

    assert "<div class=modal>" in shown["/follow"]
    assert "Type to search" in shown["/follow"]
    assert "Unfollow China-U.S." in shown["/following"]
    assert "Unfollow China-U.S." in shown["/unfollow"]
    assert "<span class=mention>#news</span> gets: China-U.S.; at once." in shown["the Home tab"]
    assert "Follow more" in shown["the Home tab"]
    assert shown.keys() >= answers_on("discord", await drawn(tmp_path)).keys()


async def test_the_answers_are_those_of_the_bot_to_the_posts_at_hand(tmp_path: Path) -> None:
    text = await drawn(tmp_path)
    shown = answers_on("discord", text)
    newest = load_posts()[-1]

    assert "<div class=menu><div>Choose one or more" in shown["/follow"]
    assert "<li>China-U.S.</li>" in shown["/follow"]
    assert "You now get: China-U.S.; at once, by DM." in shown["/follow China-U.S."]
    assert "<span class=button>Unfollow China-U.S.</span>" in shown["/following"]
    assert html(newest.title) in shown["/latest"]
    assert html(newest.title) in shown["/why"]
    assert "It was sent to you" in shown["/why"]
    assert "All well." in shown["/health"]
    assert "Only you can see this" in shown["/health"]
    assert "You follow nothing now." in shown["/unfollow China-U.S."]
    assert "sent, “" in shown["/alerts log"]


async def test_the_database_of_the_moment_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    await drawn(tmp_path)

    assert list(folder.iterdir()) == []


async def test_where_nothing_was_read_there_is_nothing_to_answer() -> None:
    assert await answers(PLATFORMS, [], Nobody()) == []  # type: ignore[arg-type]  # never asked
    assert "<h2>" not in page()


# --- how they are drawn ------------------------------------------------------------------------------------


async def pages_of(reply: Reply, number: int = 1) -> list[dict[str, object]]:
    again, services = CallbackData(PAGE, "following"), NotingServices()
    shown = [await messages(reply, again, each, services, turns=not False) for each in range(number)]
    return [payload(each) for cards in shown for each in cards]


async def test_pages_are_drawn_below_each_other_with_their_buttons() -> None:
    bodies = await pages_of(Reply("\n".join(f"Line {number} of many." for number in range(150))), 2)
    text = page(Answer("/following", {"discord": bodies}))

    assert text.count("<div class=post>") == 2
    assert "<span class=button>More (1 of 2) ▶</span>" in text
    assert "<span class=button>◀ Back</span>" in text


async def test_places_have_names_where_they_are_known() -> None:
    bodies = await pages_of(Reply(f"Channel discord:channel:{CHANNEL} gets nothing. <#1>"))
    text = page(Answer("/alerts list", {"discord": bodies}))

    assert "<span class=mention>#news</span> gets nothing." in text
    assert "&lt;#1&gt;" in text


@unhurried
@given(TEXTS, TEXTS)
async def test_any_answer_is_drawn_as_sound_html(text: str, label: str) -> None:
    offers = (SuggestedAction(label, "unfollow", (("categories", text),)),)
    bodies = await pages_of(Reply(text, offers=offers))
    checker = checked(page(Answer(f"/find {text}", {"discord": bodies})))

    assert not checker.tags & {"script", "img", "link", "iframe", "object", "base"}
    assert {name for name, _ in checker.attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "href"
    }  # fmt: skip


def test_a_menu_shows_what_can_be_chosen() -> None:
    menu = {"type": 3, "placeholder": "Choose <one>", "options": [{"label": "A&B", "value": "A&B"}]}
    body = {"components": [{"type": 1, "components": [menu]}]}

    assert re.sub(r">\n+", ">", discord_look.message(body)) == (
        "<div class=message><div class=row><div class=menu><div>Choose &lt;one&gt;<i>⌄</i></div>"
        "<ul><li>A&amp;B</li></ul></div></div></div>"
    )
