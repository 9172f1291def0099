"""The keys of the chat platforms."""

from __future__ import annotations

import pytest

from bot.commands.spec import COMMANDS
from bot.config.load import parse_config
from bot.errors import ConfigError

NO_NAME = "is no name of a command; write 1 to 31 of a-z, 0-9, _ and -, without the slash"
OF_SLACK = "is a command of Slack's own; choose another name"
OF_THE_BOT = "is a command of the bot's own; choose another name"
WHOLE = "must be a whole number from 1 to 1000, without quotes"


def problem(table: str, line: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"[{table}]\n{line}", {})
    (found,) = caught.value.problems
    return found


def test_nothing_is_published_unless_the_config_says_so() -> None:
    assert parse_config("", {}).table("discord").publish is False
    assert parse_config("[discord]\npublish = true", {}).table("discord").publish is True


@pytest.mark.parametrize("prefix", ["bystander", "news", "a", "x" * 31, "news_2-go"])
def test_the_root_command_on_slack_may_have_another_name(prefix: str) -> None:
    assert parse_config(f'[slack]\nprefix = "{prefix}"', {}).table("slack").prefix == prefix


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("", NO_NAME),
        ("x" * 32, NO_NAME),
        ("/news", NO_NAME),
        ("News", NO_NAME),
        ("my news", NO_NAME),
        ("n\N{LATIN SMALL LETTER E WITH ACUTE}ws", NO_NAME),
        ("remind", OF_SLACK),
        ("status", OF_SLACK),
        *[(command.name, OF_THE_BOT) for command in COMMANDS],
    ],
)
def test_a_root_command_that_slack_or_the_bot_has_already_is_refused(prefix: str, message: str) -> None:
    assert problem("slack", f'prefix = "{prefix}"') == f'slack.prefix = "{prefix}": {message}'


@pytest.mark.parametrize("number", ["1", "200", "1000"])
def test_a_workspace_s_pace_can_be_set(number: str) -> None:
    assert parse_config(f"[slack]\nper_minute = {number}", {}).table("slack").per_minute == int(number)


@pytest.mark.parametrize("value", ["0", "1001", "-1", "2.5", "true", '"200"'])
def test_a_pace_that_is_none_is_refused(value: str) -> None:
    assert problem("slack", f"per_minute = {value}") == f"slack.per_minute = {value}: {WHOLE}"
