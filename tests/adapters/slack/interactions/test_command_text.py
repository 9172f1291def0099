"""What people type on Slack is understood however it is typed, and means a channel of their own."""

from __future__ import annotations

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from adapters.slack.interactions import command_text
from adapters.slack.interactions.command_text import Typed
from bot.commands.parse import parse
from bot.commands.spec import COMMANDS, RUNNABLE
from bot.errors import UsageError
from bot.model import CommandSpec
from tests.adapters.any_messages import TEXTS, unhurried

KNOWN = {each.path: each for each in RUNNABLE}
ALERTS_ADD, ALERTS_TEST = KNOWN["alerts add"], KNOWN["alerts test"]


def line(name: str, text: str = "", prefix: str = "bystander") -> str:
    return command_text.read(name, text, KNOWN, prefix).line


def given(command: CommandSpec, rest: str) -> dict[str, str]:
    """Return what is typed behind a command, as the desk reads it and as Slack's signs are meant."""
    return command_text.values(command, parse(f"/{command.path} {rest}", COMMANDS).values)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("/follow", "China-U.S.", "/follow China-U.S."),
        ("/follow", "  Trade &  Tech\u00a0", "/follow Trade & Tech"),
        ("/follow", "\u201cArts, Books\u201d", "/follow \u201cArts, Books\u201d"),
        ("/Follow", "Trade\u200b,\nMedia", "/follow Trade, Media"),
        ("/following", "", "/following"),
        ("/alerts", "Add Trade", "/alerts add Trade"),
        ("/alerts", "/add Trade", "/alerts add Trade"),
        ("/bystander", "follow China-U.S.", "/follow China-U.S."),
        ("/bystander", "/follow Trade", "/follow Trade"),
        ("/bystander", "alerts list", "/alerts list"),
        ("/bystander", "", "/help"),
        ("/bystander", "subscribe Trade, Media", "/subscribe Trade, Media"),
        ("/bystander", "stop", "/stop"),
        ("/bystander", "help follow", "/help follow"),
    ],
)
def test_a_command_is_the_same_alone_and_behind_the_root_command(name: str, text: str, expected: str) -> None:
    assert line(name, text) == expected


def test_the_root_command_may_be_called_otherwise() -> None:
    assert line("/news", "follow Trade", prefix="News") == "/follow Trade"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Trade &amp; Tech", "Trade & Tech"),
        ("&amp;lt;", "&lt;"),
        ("<#C0AAAAAAA|tiktok>", "#tiktok"),
        ("<#C0AAAAAAA|>", "#C0AAAAAAA"),
        ("China-<http://U.S.|U.S.>", "China-U.S."),
        ("<https://blog.example/a>", "https://blog.example/a"),
        ("<@U0AAAAAAA|ann>", "@ann"),
        ("<!subteam^S0AAAAAAA|@desk>", "@desk"),
        ("<!here>", "@here"),
        ("1 < 2 and <b>", "1 < 2 and <b>"),
    ],
)
def test_what_slack_escapes_is_read_as_it_was_typed(text: str, expected: str) -> None:
    assert line("/follow", text) == f"/follow {expected}"


def test_of_a_link_a_command_that_wants_one_gets_the_address() -> None:
    assert line("/why", "<https://blog.example/a|blog.example>") == "/why https://blog.example/a"
    assert line("/feeds", "add <https://blog.example/feed|x>") == "/feeds add https://blog.example/feed"


def test_behind_what_is_no_command_nothing_is_taken_along() -> None:
    assert command_text.read(
        "/bystander", "bystander alerts add Trade channel:C1", KNOWN, "bystander"
    ) == Typed("/bystander alerts")
    assert line("/alerts", "ad Trade channel:C0AAAAAAA") == "/alerts ad"


@pytest.mark.parametrize(
    "text",
    [
        "Trade channel:C0AAAAAAA",
        "channel: C0AAAAAAA Trade",
        'Trade channel="C0AAAAAAA"',
        "Trade CHANNEL:<#C0AAAAAAA|news>",
        "Trade chan\u200bnel:\u201cC0AAAAAAA\u201d",
        "Trade channel :#C0AAAAAAA",
        "Trade channel:slack:C0AAAAAAA",
    ],
)
def test_a_channel_is_found_however_it_is_written(text: str) -> None:
    read = command_text.read("/alerts", f"add {text}", KNOWN, "")
    found = given(ALERTS_ADD, read.rest)

    assert found["categories"] == "Trade"
    assert command_text.channel(found["channel"]) == ("", "C0AAAAAAA")


def test_the_only_value_needs_no_name() -> None:
    assert given(ALERTS_TEST, "<#C0AAAAAAA|news>") == {"channel": "<#C0AAAAAAA|news>"}
    assert given(ALERTS_ADD, '"Arts, Books" feed:"The Blog"') == {
        "categories": '"Arts, Books"',
        "feed": "The Blog",
    }


def test_a_channel_in_another_workspace_bears_its_name() -> None:
    assert command_text.channel("slack:T0BBBBBBB/C0AAAAAAA") == ("T0BBBBBBB", "C0AAAAAAA")


@pytest.mark.parametrize("text", ["#news", "news", "<@U0AAAAAAA|ann>", "U0AAAAAAA", "C1 C2", "", "discord:1"])
def test_a_channel_that_slack_does_not_name_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(UsageError, match="Run the command in that channel"):
        command_text.channel(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@here", "@here"),
        ("<!channel>", "@channel"),
        ("<!subteam^S0AAAAAAA|@desk>", "<!subteam^S0AAAAAAA>"),
        ("S0AAAAAAA", "<!subteam^S0AAAAAAA>"),
        ("<@U0AAAAAAA>", "<@U0AAAAAAA>"),
        ("@U0AAAAAAA", "<@U0AAAAAAA>"),
        ("none", "none"),
    ],
)
def test_a_mention_is_one_that_slack_takes(text: str, expected: str) -> None:
    assert given(ALERTS_ADD, f"Trade mention:{text}")["mention"] == expected


@pytest.mark.parametrize("text", ["@ann", "everyone", "<!everyone>", "<#C0AAAAAAA|x>"])
def test_a_mention_of_nobody_known_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not tell me who"):
        command_text.mention(text)


@pytest.mark.parametrize("text", ["Trade channel:C1 channel:C2", "Trade channel:", "Trade mention:"])
def test_what_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is given twice|needs a value"):
        given(ALERTS_ADD, text)


@unhurried
@generated(st.sampled_from(["/follow", "/alerts", "/bystander", "/x"]), TEXTS)
def test_any_text_is_read_and_reads_the_same_again(name: str, text: str) -> None:
    read = command_text.read(name, text, KNOWN, "bystander")
    again = command_text.read_line(read.raw, KNOWN)

    assert read.line.startswith("/")
    assert (again.path, again.rest) == (read.path, read.rest)
    if read.path in ("alerts add", "alerts test"):
        try:
            found = given(KNOWN[read.path], read.rest)
        except UsageError:
            return
        assert found.keys() <= {"categories", "channel", "mention", "feed", "new"}
