from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.check import checked
from bot.commands.parse import LONGEST, parse
from bot.commands.spec import COMMANDS
from bot.errors import UsageError


def read(line: str) -> tuple[str, dict[str, str]]:
    parsed = parse(line, COMMANDS)
    return parsed.command.path, dict(parsed.values)


@pytest.mark.parametrize(
    "line",
    [
        "/follow Trade",
        "follow Trade",
        "  /follow   Trade  ",
        "/FOLLOW Trade",
        "/ follow Trade",
        "/bystander follow Trade",
        "/Bystander /follow Trade",
        "/follow\tTrade\n",
        "/follow categories:Trade",
        "/follow categories: Trade",
        "/follow 'Trade'",
        "\uff0ffollow Trade",
        "\uff0f\uff46ollow Trade",
        "/fol\u202elow Tra\u200bde",
    ],
)
def test_a_command_is_recognised_however_it_is_typed(line: str) -> None:
    assert read(line) == ("follow", {"categories": "Trade"})


@pytest.mark.parametrize(
    "line",
    [
        "/follow Trade, Hong Kong when:now feed:Blog",
        "/follow when:now Trade, Hong Kong feed:Blog",
        "/follow feed:Blog when: now Trade, Hong Kong",
        "/follow when=now feed = Blog Trade, Hong Kong",
        "/follow Trade, WHEN:now feed:Blog Hong Kong",
        '/follow Trade, Hong Kong when:"now" Feed:"Blog"',
        "/follow Trade, Hong Kong feed:\u00abBlog\u00bb when:\u201cnow\u201d",
        "/follow Trade, Hong Kong feed:'Blog' when:now",
    ],
)
def test_options_may_stand_anywhere(line: str) -> None:
    assert read(line) == ("follow", {"categories": "Trade, Hong Kong", "when": "now", "feed": "Blog"})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '/follow Trade feed:"China Bystander"',
            ("follow", {"categories": "Trade", "feed": "China Bystander"}),
        ),
        ("/follow -Taiwan, \u2013#Boeing", ("follow", {"categories": "-Taiwan, \u2013#Boeing"})),
        ("/follow China-U.S., Trade & Tech", ("follow", {"categories": "China-U.S., Trade & Tech"})),
        ('/follow "feed:x"', ("follow", {"categories": '"feed:x"'})),
        ('/follow #"new:yes", Trade new:yes', ("follow", {"categories": '#"new:yes", Trade', "new": "yes"})),
        (
            "/follow -\u201call\u201d when\uff1anow",
            ("follow", {"categories": "-\u201call\u201d", "when": "now"}),
        ),
        ('/follow 5" screens when:now', ("follow", {"categories": '5" screens', "when": "now"})),
        ('/follow categories:"All"', ("follow", {"categories": '"All"'})),
        ("/follow", ("follow", {})),
        ("/following", ("following", {})),
        ("/latest", ("latest", {})),
        ("/latest 3", ("latest", {"count": "3"})),
        ("/latest -3", ("latest", {"count": "-3"})),
        ("/latest Trade 3", ("latest", {"category": "Trade", "count": "3"})),
        ("/latest Trade count:3", ("latest", {"category": "Trade", "count": "3"})),
        ("/latest count=3 category=Trade", ("latest", {"category": "Trade", "count": "3"})),
        ("/latest Hong Kong", ("latest", {"category": "Hong Kong"})),
        ('/latest "2022"', ("latest", {"category": '"2022"'})),
        ("/latest \u201cWeb 2\u201d 3", ("latest", {"category": "\u201cWeb 2\u201d", "count": "3"})),
        ("/latest 1 Trade", ("latest", {"category": "Trade", "count": "1"})),
        ("/latest Election 2022", ("latest", {"category": "Election 2022"})),
        ("/latest 2022 Election", ("latest", {"category": "2022 Election"})),
        ('/find "export controls"', ("find", {"words": "export controls"})),
        ('/find "export" and "import"', ("find", {"words": '"export" and "import"'})),
        ("/find covid 19", ("find", {"words": "covid 19"})),
        ("/find feed:x when:y", ("find", {"words": "feed:x when:y"})),
        ("/why https://blog.example/a?b=c", ("why", {"link": "https://blog.example/a?b=c"})),
        ("/why link:https://blog.example/a", ("why", {"link": "https://blog.example/a"})),
        ("/categories tags", ("categories", {"show": "tags"})),
        ("/categories TAGS Second Blog", ("categories", {"show": "TAGS", "feed": "Second Blog"})),
        ("/categories Second Blog", ("categories", {"feed": "Second Blog"})),
        ("/alerts add Trade channel:#news", ("alerts add", {"categories": "Trade", "channel": "#news"})),
        ("/ALERTS Remove all", ("alerts remove", {"categories": "all"})),
        ("/alerts pause #news", ("alerts pause", {"channel": "#news"})),
        ("/bystander alerts list", ("alerts list", {})),
        ("/alerts", ("alerts", {})),
        ("/feeds add https://a.example", ("feeds add", {"url": "https://a.example"})),
        ("/feeds add a.example My Blog", ("feeds add", {"url": "a.example", "name": "My Blog"})),
        (
            "/feeds add name:My Blog https://a.example",
            ("feeds add", {"url": "https://a.example", "name": "My Blog"}),
        ),
        (
            '/feeds add https://a.example name:"My Blog"',
            ("feeds add", {"url": "https://a.example", "name": "My Blog"}),
        ),
        ("/feeds add <https://a.example|My Blog>", ("feeds add", {"url": "<https://a.example|My Blog>"})),
        ("/feeds add url:https://a.example", ("feeds add", {"url": "https://a.example"})),
        ("/feeds remove Second Blog", ("feeds remove", {"feed": "Second Blog"})),
        ("/help alerts add", ("help", {"command": "alerts add"})),
        ("", ("help", {})),
        (" / ", ("help", {})),
        ("/bystander", ("help", {})),
    ],
)
def test_the_rest_goes_to_the_parameters_in_their_order(
    line: str, expected: tuple[str, dict[str, str]]
) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/settings digest:8 am", {"digest": "8 am"}),
        ("/settings digest:8 am Asia/Shanghai", {"digest": "8 am", "timezone": "Asia/Shanghai"}),
        ("/settings digest:8 amsterdam", {"digest": "8", "timezone": "amsterdam"}),
        ("/settings digest: at noon weekly:fri", {"digest": "at noon", "weekly": "fri"}),
        ("/settings quiet:10pm - 7am", {"quiet": "10pm - 7am"}),
        ("/settings quiet: 22:00 - 07:00", {"quiet": "22:00 - 07:00"}),
        ("/settings quiet:25:00 \u2013 7 shanghai", {"quiet": "25:00 \u2013 7", "timezone": "shanghai"}),
        (
            "/settings new york quiet:from 10 p.m. to 7 digest:9",
            {"quiet": "from 10 p.m. to 7", "digest": "9", "timezone": "new york"},
        ),
        ("/settings quiet:off", {"quiet": "off"}),
        ("/alerts settings quiet:10pm - 7am #news", {"quiet": "10pm - 7am", "channel": "#news"}),
        ("/latest Trade since:3 days 2", {"since": "3 days", "category": "Trade", "count": "2"}),
        ("/latest since:last monday Trade", {"since": "last monday", "category": "Trade"}),
        ("/latest since:monday Trade", {"since": "monday", "category": "Trade"}),
    ],
)
def test_a_time_goes_on_as_far_as_it_reads_as_one(line: str, expected: dict[str, str]) -> None:
    assert read(line)[1] == expected


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("/folow Trade", "/follow"),
        ("/lastest", "/latest"),
        ("/categorys", "/categories"),
        ("/helth", "/health"),
        ("/alert add Trade", "/alerts"),
        ("/alerts ad Trade", "/alerts add"),
        ("/feeds lst", "/feeds list"),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest(line: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"is no command. Nearest: {near}"):
        read(line)


def test_a_command_like_none_gets_a_hint_to_help() -> None:
    with pytest.raises(UsageError, match="/help lists all"):
        read("/xyzzy")
    with pytest.raises(UsageError, match="/alerts add, /alerts remove"):
        read("/alerts xyzzy")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/following Trade", "I do not understand \u201cTrade\u201d"),
        ("/health now please", "Usage: /health"),
        ("/alerts list x", "Usage: /alerts list"),
        ("/follow Trade when:", "when: needs a value"),
        ('/follow Trade when:""', "when: needs a value"),
        ("/follow Trade when:now when:daily", "when: is given twice"),
        ("x" * (LONGEST + 1), "too long: 1,001 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused(line: str, answer: str) -> None:
    with pytest.raises(UsageError, match=answer):
        read(line)


@pytest.mark.parametrize(
    "line",
    [
        "/follow Trade when:",
        "/follow Trade when:now when:daily",
        "/settings quiet:22-7 quiet:23-7",
        "/alerts style full place:above place:below",
        "/alerts settings quiet: ",
    ],
)
def test_a_misread_change_is_said_to_have_changed_nothing(line: str) -> None:
    with pytest.raises(UsageError, match=r"[.\n?] ?Nothing was changed\.$"):
        read(line)


def test_of_a_command_that_changes_nothing_it_is_not_said() -> None:
    with pytest.raises(UsageError, match=r"is given twice\.$"):
        read("/latest since:3d since:4d")


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("latest", {"count": " 3 "}, {"count": "3"}),
        ("latest", {"count": "+03"}, {"count": "3"}),
        ("latest", {"count": "\uff13"}, {"count": "3"}),
        ("latest", {"category": " ", "count": ""}, {}),
        ("latest", {"count": '"3"', "category": '"3"'}, {"count": "3", "category": '"3"'}),
        (
            "settings",
            {"digest": '"8 am"', "timezone": "'new york'"},
            {"digest": "8 am", "timezone": "new york"},
        ),
        ("settings", {"quiet": "\u201c22-7\u201d", "weekly": '""'}, {"quiet": "22-7"}),
        ("follow", {"categories": '"All"', "when": '"daily"'}, {"categories": '"All"', "when": "daily"}),
        ("follow", {"when": "NOW,"}, {"when": "now"}),
        ("follow", {"categories": "Tra\u200bde\u202e\n"}, {"categories": "Trade"}),
    ],
)
def test_values_are_brought_into_their_plain_form(
    path: str, values: dict[str, str], expected: dict[str, str]
) -> None:
    command = next(command for command in COMMANDS if command.path == path)

    assert checked(command, values) == expected


@pytest.mark.parametrize(
    ("path", "values", "answer"),
    [
        ("latest", {"count": "11"}, "1 to 10, not 11. The nearest is 10"),
        ("latest", {"count": "0"}, "The nearest is 1"),
        ("latest", {"count": "-4"}, "The nearest is 1"),
        ("latest", {"count": "many"}, "\u201cmany\u201d is no number"),
        ("latest", {"count": "9" * 30}, "is no number"),
        ("follow", {"when": "hourly"}, "is no choice for when. Nearest:"),
        ("follow", {"when": "Weakly"}, "Nearest: weekly"),
        ("categories", {"show": "tag"}, "Nearest: tags"),
        ("follow", {"colour": "red"}, "has no \u201ccolour\u201d. Usage: /follow"),
        ("find", {"words": "x" * (LONGEST + 1)}, "words is too long"),
    ],
)
def test_a_wrong_value_is_answered_with_the_nearest_right_one(
    path: str, values: dict[str, str], answer: str
) -> None:
    command = next(command for command in COMMANDS if command.path == path)

    with pytest.raises(UsageError, match=answer):
        checked(command, values)


@given(st.text() | st.text(alphabet="/followalertsdn ,;:=\"'-#<>|.\u201c\u2013", max_size=60))
def test_any_line_is_read_or_refused(line: str) -> None:
    with suppress(UsageError):
        parsed = parse(line, COMMANDS)
        assert parsed.values.keys() <= {parameter.name for parameter in parsed.command.parameters}
