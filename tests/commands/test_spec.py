from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commands.parse import parse
from bot.commands.spec import COMMANDS, RUNNABLE, TABLE
from bot.commands.words import GREETINGS, MEANINGS
from bot.model import CommandSpec, Completes
from tests.commands.room import Room

DOCS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
ALL: list[CommandSpec] = [command for top in COMMANDS for command in (top, *top.subcommands)]
# Names that Slack itself answers to.
TAKEN_BY_SLACK = re.findall(
    r"\w+",
    "me msg dm shrug status away active dnd archive collapse expand invite join open kick remove leave close "
    "part mute rename topic who remind apps search feed feedback prefs shortcuts keys star pro",
)
DISCORD_NAME = re.compile(r"[-_a-z0-9]{1,32}")

each_command = pytest.mark.parametrize("command", ALL, ids=[command.path for command in ALL])
each_leaf = pytest.mark.parametrize("command", RUNNABLE, ids=[command.path for command in RUNNABLE])


def section(command: CommandSpec) -> str:
    """Return the documentation of a command: from its heading to the next."""
    match = re.search(rf"^### `/{command.path}(?= |`)(.*?)(?=^##|\Z)", DOCS, re.MULTILINE | re.DOTALL)
    assert match, f"docs/commands.md has no heading for /{command.path}"
    return match[0]


@each_command
def test_names_and_helps_fit_discord(command: CommandSpec) -> None:
    assert DISCORD_NAME.fullmatch(command.name)
    assert 1 <= len(command.help) <= 100
    assert len(command.parameters) <= 25
    assert len(command.subcommands) <= 25
    for parameter in command.parameters:
        assert DISCORD_NAME.fullmatch(parameter.name)
        assert 1 <= len(parameter.help) <= 100
        assert len(parameter.choices) <= 25


@each_command
def test_required_parameters_come_first_as_discord_wants(command: CommandSpec) -> None:
    required = [parameter.required for parameter in command.parameters]

    assert required == sorted(required, reverse=True)


def test_no_name_is_taken_by_slack_or_used_twice() -> None:
    names = [command.name for command in COMMANDS]

    assert not set(names) & set(TAKEN_BY_SLACK)
    assert len(set(names)) == len(names) <= 50
    for top in COMMANDS:
        parts = [part.name for part in top.subcommands]
        assert len(set(parts)) == len(parts)


def test_no_word_that_stands_for_another_command_is_a_command_itself() -> None:
    names = {command.name for command in COMMANDS}

    assert not names & {*MEANINGS, *GREETINGS}
    assert {meaning.split()[0] for meaning in MEANINGS.values()} <= names


@each_command
def test_a_part_of_a_group_names_its_group_and_shares_its_guard(command: CommandSpec) -> None:
    for part in command.subcommands:
        assert part.group == command.name
        assert part.admin == command.admin


def test_every_path_has_a_handler_and_stands_once_in_the_table() -> None:
    assert [command.path for command in ALL] == list(dict.fromkeys(command.path for command in ALL))
    assert {command.path: command for command in ALL} == {path: each.spec for path, each in TABLE.items()}


def test_what_is_for_admins_is_said_in_the_table() -> None:
    assert {command.name for command in COMMANDS if command.admin} == {"alerts", "feeds"}


@each_command
def test_numbers_have_bounds_and_choices_have_words(command: CommandSpec) -> None:
    for parameter in command.parameters:
        assert (parameter.kind == "number") == (parameter.minimum < parameter.maximum)
        assert (parameter.kind == "choice") == bool(parameter.choices)
        assert (parameter.kind == "choice") == (parameter.completes is Completes.CHOICES)


@each_command
def test_the_example_is_a_use_of_the_command(command: CommandSpec) -> None:
    parsed = parse(command.example, COMMANDS)

    assert parsed.command.path.split()[0] == command.path.split()[0]
    if not command.subcommands:
        assert parsed.command is command


@each_leaf
async def test_a_required_parameter_that_is_missing_is_asked_for_with_the_syntax(
    room: Room, command: CommandSpec
) -> None:
    if any(parameter.required for parameter in command.parameters):
        text = await room.refused(f"/{command.path}", admin=True)

        assert f"Usage: {command.usage}" in text


@each_command
async def test_help_explains_each_command(room: Room, command: CommandSpec) -> None:
    text = (await room.say(f"/help {command.path}")).text

    assert command.help in text
    assert command.usage in text
    for parameter in command.parameters:
        assert f"- {parameter.name}: {parameter.help}" in text


async def test_help_lists_what_the_caller_may_use(room: Room) -> None:
    everyone, admin = await room.say("/help"), await room.say("/help", admin=True)

    for command in COMMANDS:
        assert (f"{command.usage}: " in everyone.text) == (not command.admin)
        assert f"{command.usage}: " in admin.text
    assert len(admin.text) < 2000


async def test_help_of_an_unknown_command_names_the_nearest(room: Room) -> None:
    assert "Nearest: /follow" in await room.refused("/help folow")
    assert "Nearest: /alerts add" in await room.refused("/help alerts ad")


@each_leaf
def test_the_docs_have_each_command_with_its_syntax_parameters_and_answer(command: CommandSpec) -> None:
    text = section(command)

    assert f"### `{command.usage}`" in text
    for parameter in command.parameters:
        assert f"`{parameter.name}`" in text, f"/{command.path} {parameter.name}"
        for choice in parameter.choices:
            assert f"`{choice}`" in text
    assert re.search(rf"^    /{command.path}\b.*\n    \S", text, re.MULTILINE), "no example with its answer"


@each_leaf
def test_the_docs_say_who_may(command: CommandSpec) -> None:
    admins = DOCS.index("## For admins")

    assert (DOCS.index(section(command)) > admins) == command.admin


def test_the_docs_have_no_command_that_is_gone() -> None:
    documented = re.findall(r"^### `(/.+)`$", DOCS, re.MULTILINE)

    assert sorted(documented) == sorted(command.usage for command in RUNNABLE)


@pytest.mark.parametrize("line", re.findall(r"^    (/.*)$", DOCS, re.MULTILINE))
def test_the_examples_of_the_docs_are_read(line: str) -> None:
    assert parse(line, COMMANDS).command in RUNNABLE
