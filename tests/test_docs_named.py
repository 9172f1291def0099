"""Each chat command and each call of the command line that the docs name can be typed so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bot.cli import build_parser
from bot.commands.parse import parse
from bot.commands.spec import COMMANDS
from bot.errors import UsageError

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
# What begins with a slash and is none of the bot's commands: paths, other programs' commands, an exercise.
OTHERS = re.compile(
    r"/(healthz|readyz|metrics|places|data|feed|feed list|invite @Bystander|github subscribe list( features)?"
    r"|echo.*|help echo|follow Trade and Technology|bystander …)|/(slack|var|opt|etc|health|websub)/.*"
    r"|/slack/"
)
_CODE = re.compile(r"`([^`\n]+)`")
_BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?:\$ )?(?:[\w./]+/bin/)?bystander ((?:[a-z-]+)(?: .*)?)")
_FIRST_CHOICE = re.compile(r"([\w-]+)\\?(?:\|[\w-]+)+")


def plain(code: str) -> str:
    """Return a syntax as one use of it: without brackets, of each choice the first."""
    return _FIRST_CHOICE.sub(r"\1", code.replace("[", "").replace("]", "").replace("…", "help"))


def chat_commands(page: Path) -> list[str]:
    found = [each for each in _CODE.findall(page.read_text("utf-8")) if re.match(r"/[a-z]", each)]
    return [each for each in found if not OTHERS.fullmatch(each)]


def calls(page: Path) -> list[str]:
    """Return the arguments of each call, in the text and in blocks of commands."""
    text = page.read_text("utf-8")
    lines = [
        line.strip().partition("  #")[0] for block in _BLOCK.findall(text) for line in block.splitlines()
    ]
    found = [match[1] for code in [*_CODE.findall(text), *lines] if (match := _CALL.fullmatch(code.strip()))]
    return [each for each in found if each.split()[0] not in ("if", "and")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_chat_command_that_is_named_can_be_typed(page: Path) -> None:
    unread = []
    for line in chat_commands(page):
        try:
            parse(re.sub(r"\b(NUMBER|COUNT|PAGE)\b", "1", plain(line)), COMMANDS)
        except UsageError as error:
            unread.append(f"{line}: {error}")

    assert unread == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_call_that_is_named_is_one(page: Path) -> None:
    parser, unread = build_parser(), []
    for call in calls(page):
        words = [re.sub(r"^N$", "1", word) for word in shlex.split(plain(call))]
        if words[-1] == "--help" or words[0].isupper():
            continue
        if words[-1] in ("import", "backup", "--html"):  # named without the file
            words.append("FILE")
        if words == ["move"]:
            words += ["FROM", "TO"]
        try:
            parser.parse_args(words)
        except SystemExit:
            unread.append(call)

    assert unread == []


def test_the_docs_name_many_of_both() -> None:
    assert sum(len(chat_commands(page)) for page in PAGES) > 100
    assert sum(len(calls(page)) for page in PAGES) > 50
