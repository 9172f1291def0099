"""Which secrets the chats need that a config enables: all that is missing is told at once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import adapters
from adapters.slack.plugin import missing
from bot.admins import Admins
from bot.app import adapters_of
from bot.config.load import parse_config
from bot.errors import ConfigError

SOCKET = "[slack]\nenabled = true\n"
HTTP = '[slack]\nenabled = true\nmode = "http"\n[web]\nlisten = "127.0.0.1:0"\n'
PUBLIC = 'public_url = "https://bot.example"\n'
BOT, APP = {"SLACK_BOT_TOKEN": "xoxb-1"}, {"SLACK_APP_TOKEN": "xapp-1"}
SIGNED = {"SLACK_SIGNING_SECRET": "0123"}
ID, PAIR = {"SLACK_CLIENT_ID": "1.2"}, {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "abc"}


@pytest.mark.parametrize(
    ("text", "secrets", "unset"),
    [
        (SOCKET, BOT | APP, []),
        (SOCKET, {}, ["SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"]),
        (SOCKET, BOT | SIGNED, ["SLACK_APP_TOKEN"]),
        (HTTP, BOT | SIGNED, []),
        (HTTP, BOT | APP, ["SLACK_SIGNING_SECRET"]),
        (HTTP + PUBLIC, PAIR | SIGNED, []),
        (HTTP + PUBLIC, ID | SIGNED, ["SLACK_CLIENT_SECRET"]),
        (HTTP, PAIR | SIGNED, ["web.public_url"]),
        (HTTP + PUBLIC, PAIR | BOT | SIGNED, []),
    ],
)
def test_slack_needs_what_its_mode_needs(text: str, secrets: Mapping[str, str], unset: list[str]) -> None:
    config = parse_config(text, secrets)
    problems = missing(config.setup(adapters.plugin("slack")))

    assert [problem.partition(":")[0] for problem in problems] == unset
    assert "xoxb-1" not in "".join(problems)


def test_what_is_missing_is_told_of_all_platforms_at_once() -> None:
    config = parse_config(f"{SOCKET}[discord]\nenabled = true\n", {})
    with pytest.raises(ConfigError) as caught:
        adapters_of(config, None, Admins(config))

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "DISCORD_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
    ]


def test_admins_are_told_on_the_platforms_that_are_enabled() -> None:
    config = parse_config(
        f'{SOCKET}[console]\nenabled = true\n[admins]\nconsole = ["me"]\n'
        'discord = ["80351110224678912"]\nslack = ["U012AB3CD"]\n',
        BOT,
    )

    assert config.admin_addresses == ("console:me", "slack:U012AB3CD")
