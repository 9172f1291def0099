"""`bystander init` without anybody who could answer: options, and all that is refused."""

from __future__ import annotations

import asyncio

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.newcomer import LOOPBACK, NOWHERE, Newcomer


async def test_a_script_gives_all_answers_as_options(newcomer: Newcomer) -> None:
    options = ("--console", "--feed", newcomer.feed_url, "--timezone", "utc", "--admin", "boss")
    made = await newcomer.call("init", "--yes", *LOOPBACK, *options)

    assert (made.code, made.err) == (0, "")
    assert "Found The Sample Bystander: 8 posts" in made.out
    assert made.out.endswith(
        "All well.\n\nNext: bystander run\n"
        "Once it runs, type /follow and a category where it talks; /help has all commands.\n"
    )
    assert newcomer.config["admins"] == {"console": ["boss"]}
    assert newcomer.config["feeds"] == [{"name": "The Sample Bystander", "url": newcomer.feed_url}]


async def test_the_next_command_names_the_files_that_were_written(newcomer: Newcomer) -> None:
    (newcomer.home.folder / "my bot").mkdir()
    (newcomer.home.folder / "token").write_text("a.b.c", "utf-8")
    options = ("--console", "--discord", "--admin", "discord:123456789012345678", "--offline")
    made = await newcomer.call(
        "init", "--yes", *options, "-c", "my bot/b.toml", env={"DISCORD_TOKEN_FILE": "token"}
    )

    assert "Next: bystander run -c 'my bot/b.toml' --env-file 'my bot/bystander.env'\n" in made.out
    assert (newcomer.home.folder / "my bot/bystander.env").read_text("utf-8") == "DISCORD_TOKEN_FILE=token\n"


REFUSED = [
    ([], "bystander init asks on a terminal, and there is none here."),
    ([], "bystander init --yes --feed URL --console"),
    (["--yes"], "--yes needs to know where the bot talks: --console, "),
    (["--yes", "--console", "-c", "no/config.toml"], "no is no folder; make it first"),
    (["--yes", "--console", "--timezone", "Mars"], "--timezone: “Mars” is no name of a time zone"),
    (["--yes", "--console", "--set", "listen"], "--set listen: write a key of the config and its value"),
    (["--yes", "--console", "--set", "feeds=[]"], "--set feeds: give the feed as --feed URL"),
    (["--yes", "--console", "--set", "web.lissten=''"], 'web.lissten: unknown key; did you mean "listen"?'),
    (["--yes", "--console", "--discord"], "DISCORD_TOKEN: is not set"),
    (["--yes", "--console", "--feed", "ftp://x", "--offline"], "ftp://x is no URL"),
    (["--yes", "--console", "--admin", " "], "--admin  : is empty"),
    (
        ["--yes", "--console", "--admin", "discord:12"],
        "--admin discord:12: the bot does not talk on discord; add --discord.",
    ),
]


@pytest.mark.parametrize(("options", "says"), REFUSED)
async def test_what_cannot_be_done_is_refused_with_the_remedy(
    newcomer: Newcomer, options: list[str], says: str
) -> None:
    ended = await newcomer.call("init", *options)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert newcomer.files() == []


async def test_an_admin_of_several_chats_is_asked_for_the_platform(newcomer: Newcomer) -> None:
    options = ("--yes", "--offline", "--console", "--discord", "--admin", "boss")
    ended = await newcomer.call("init", *options, env={"DISCORD_TOKEN": "a.b.c"})

    assert ended.code == 2
    assert "--admin boss: say on which platform: console:boss or discord:boss." in ended.err
    assert newcomer.files() == []


async def test_a_feed_that_a_script_cannot_reach_is_refused(newcomer: Newcomer) -> None:
    ended = await newcomer.call("init", "--yes", *LOOPBACK, "--console", "--feed", NOWHERE)

    assert ended.code == 1
    assert ended.err.startswith(f"{NOWHERE}: ")
    assert "Nothing was written; --offline writes the address unread." in ended.err
    assert newcomer.files() == []


@pytest.mark.parametrize("taken", ["config.toml", "bystander.env"])
async def test_no_file_is_ever_written_over(newcomer: Newcomer, taken: str) -> None:
    file = newcomer.home.folder / taken
    file.write_text("mine", "utf-8")
    ended = await newcomer.call("init", "--yes", "--discord", "--offline", env={"DISCORD_TOKEN": "a.b.c"})

    assert ended.code == 2
    assert (
        ended.err == f"{taken} is there already and stays as it is; move it away, or name another with -c.\n"
    )
    assert newcomer.files() == [taken]
    assert file.read_text("utf-8") == "mine"


async def test_a_first_check_without_a_config_points_to_init(newcomer: Newcomer) -> None:
    ended = await newcomer.call("check")

    assert ended.code == 2
    assert "config.toml: there is no such file; `bystander init` writes one" in ended.err


async def test_the_environment_file_is_one_for_a_shell_too(newcomer: Newcomer, place: Place) -> None:
    given = ("--yes", "--discord", "--offline", "--set", f'discord.api_base="{place.discord.api_base}"')
    made = await newcomer.call("init", *given, env={"DISCORD_TOKEN": place.discord.token})
    shell = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        "set -a; . ./bystander.env; printf %s $DISCORD_TOKEN",
        cwd=newcomer.home.folder,
        stdout=asyncio.subprocess.PIPE,
    )

    assert made.code == 0
    assert (await shell.communicate())[0].decode() == place.discord.token
