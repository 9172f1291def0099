"""Secrets that were pasted wrongly are named in a sentence, before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.load import load_config, parse_config
from bot.errors import ConfigError

DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz_012345"
BOT, APP = "xoxb-1234-5678-abcdefgh", "xapp-1-A012-345-abcdef0123"


ENABLED = "[discord]\nenabled = true\n[slack]\nenabled = true\n"


def problems(environ: dict[str, str], text: str = ENABLED) -> list[str]:
    try:
        parse_config(text, environ)
    except ConfigError as error:
        return error.problems
    return []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("SLACK_BOT_TOKEN", APP, "holds the token for SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", BOT, "holds the token for SLACK_BOT_TOKEN"),
        ("SLACK_SIGNING_SECRET", BOT, "holds the token for SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxp-1-2", "put the app-level token"),
        ("DISCORD_TOKEN", BOT, "holds the token for SLACK_BOT_TOKEN"),
        ("DISCORD_TOKEN", f"Bot {DISCORD}", "begins with the word Bot; leave it out"),
        ("DISCORD_TOKEN", f"bearer {DISCORD}", "begins with the word bearer; leave it out"),
        ("DISCORD_TOKEN", f'"{DISCORD}"', "has quotes around it; write it without"),
        ("SLACK_BOT_TOKEN", f"'{BOT}'", "has quotes around it; write it without"),
        ("SLACK_BOT_TOKEN", f"\u201c{BOT}\u201d", "has quotes around it; write it without"),
        ("BYSTANDER_DATABASE", '"sqlite:///x.db"', "has quotes around it; write it without"),
        ("DISCORD_TOKEN", f"DISCORD_TOKEN={DISCORD}", "begins with the name of a variable"),
        ("SLACK_BOT_TOKEN", f"export SLACK_BOT_TOKEN={BOT}", "begins with the name of a variable"),
        ("SLACK_BOT_TOKEN", f"{BOT[:9]} {BOT[9:]}", "has a space in it"),
        ("DISCORD_TOKEN", "123456789012345678", "holds an id; put the bot's token"),
        ("DISCORD_TOKEN", "0123456789abcdef" * 4, "holds a public key; put the bot's token"),
        ("SLACK_BOT_TOKEN", "https://hooks.slack.com/services/T0/B0/x", "holds a web address"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True])
def test_a_secret_that_cannot_be_right_is_one_line_with_the_mend_and_without_the_secret(
    name: str,
    text: str,
    words: str,
    in_file: bool,  # noqa: FBT001 -- a parameter of the test
    tmp_path: Path,
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{text}\n", "utf-8")
    found = problems({f"{name}_FILE": str(file)} if in_file else {name: text})

    [line] = [each for each in found if words in each]
    assert line.startswith(f"{name}: ")
    assert text.strip("\"'")[-12:] not in line


def test_secrets_of_the_right_kind_are_no_problem() -> None:
    environ = {
        "DISCORD_TOKEN": DISCORD,
        "SLACK_BOT_TOKEN": BOT,
        "SLACK_APP_TOKEN": APP,
        "SLACK_SIGNING_SECRET": "0123456789abcdef" * 2,
        "SLACK_CLIENT_ID": "123456789012.345678901234",
        "SLACK_CLIENT_SECRET": "fedcba9876543210" * 2,
        "BYSTANDER_DATABASE": "sqlite:///a folder/x.db",
    }

    assert problems(environ) == []
    assert problems({"SLACK_BOT_TOKEN": "xoxe.xoxb-1-abc"}) == []
    assert problems({"SLACK_BOT_TOKEN": f"  {BOT} \n"}) == []


def test_a_token_of_the_operators_own_is_long_enough_not_to_be_guessed() -> None:
    assert problems({"WEB_TOKEN": "0123456789abcdef"}) == []
    assert problems({"WEB_TOKEN": "0123456789abcde"}) == [
        "WEB_TOKEN: is too short; make one of 16 characters or more, with `openssl rand -hex 16`"
    ]
    assert problems({"WEB_TOKEN": '"0123456789abcdef"'}) == [
        "WEB_TOKEN: has quotes around it; write it without"
    ]


def test_what_is_set_for_a_platform_that_is_not_enabled_may_be_another_programs() -> None:
    assert problems({"SLACK_BOT_TOKEN": APP}, "[discord]\nenabled = true\n") == []
    assert problems({"DISCORD_TOKEN": f"Bot {DISCORD}"}, "[slack]\nenabled = true\n") == []


def test_swapped_tokens_are_both_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(ENABLED)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.toml", {"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": BOT})

    assert [line.partition(":")[0] for line in caught.value.problems] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
    ]
