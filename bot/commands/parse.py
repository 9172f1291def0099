"""Parses a typed line into a command and its values, tolerant of how people type. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.wording import listed, quoted, unchanged
from bot.commands.words import translated
from bot.errors import NoCommandError, UsageError
from bot.model import CommandSpec, ParameterSpec
from bot.text.clock_words import SPOKEN
from bot.text.normalize import similar
from bot.text.sanitize import visible
from bot.text.spelling import QUOTED, literal

LONGEST = 1000  # characters of a line or of one value
QUOTES_COUNT = ("categories", "category")  # kinds whose values keep their quotation marks
PROGRAM = "bystander"  # "/bystander follow Trade" is "/follow Trade"

# "3", "Trade 3", "3 Trade"; a longer number next to words is part of the name, as in "Election 2024"
_NUMBERS = tuple(map(re.compile, (r"^([+-]?\d{1,9})$", r"\s([+-]?\d{1,2})$", r"^(\d{1,2})\s")))
_ADDRESS = re.compile(r"<[^>]*>|\S*://\S*")
_NEVER = "(?!)"  # a pattern that matches nothing
_SINGLE_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command with the values typed for it, by parameter name, unchecked."""

    command: CommandSpec
    values: Mapping[str, str]


def parse(line: str, commands: Sequence[CommandSpec]) -> Parsed:
    """Read one line. Raises UsageError that names the nearest command or the right syntax."""
    if len(line) > LONGEST:
        raise UsageError(f"That is too long: {len(line):,} characters, and {LONGEST:,} is the limit.")
    word, rest = _first_word(visible(line))
    if word == PROGRAM:
        word, rest = _first_word(rest)
    if not word:
        word = "help"
    if word not in {command.name for command in commands}:
        word, rest = translated(word, rest)
    command = _named(word, commands, "")
    if command.subcommands and rest:
        word, rest = _first_word(rest)
        command = _named(word, command.subcommands, command.path)
    try:
        return Parsed(command, _values(command, rest))
    except UsageError as error:
        raise UsageError(unchanged(str(error)) if command.changes else str(error)) from error


def find_command(path: str, commands: Sequence[CommandSpec]) -> CommandSpec:
    """Return the command of a path such as "alerts add" or "/follow". Raises UsageError."""
    words = path.replace("/", " ").split()[:2]
    if not words:
        raise UsageError("Which command? /help lists them.")
    command = _named(words[0].casefold(), commands, "")
    if len(words) > 1 and command.subcommands:
        command = _named(words[1].casefold(), command.subcommands, command.path)
    return command


def _first_word(text: str) -> tuple[str, str]:
    word, _, rest = text.lstrip("/\uff0f ").partition(" ")
    return unicodedata.normalize("NFKC", word).casefold(), rest.strip()


def _named(word: str, commands: Sequence[CommandSpec], group: str) -> CommandSpec:
    for command in commands:
        if command.name == word:
            return command
    names = {command.name: f"/{command.path}" for command in commands}
    near = [names[name] for name in similar(word, names)]
    typed = quoted(f"{group} {word}", 40)
    if near:
        raise NoCommandError(
            f"{typed} is no command. Nearest: {listed(near, last='or')}. /{group or 'help'} lists all.",
            mistyped=True,
        )
    hint = f"There are {listed(list(names.values()))}." if group else "/help lists all there are."
    if group:
        raise UsageError(f"{typed} is no command. {hint}")
    raise NoCommandError(f"{typed} is no command. {hint}")


def _values(command: CommandSpec, text: str) -> dict[str, str]:
    values, rest = _options(command, text)
    rest = _positional(command, rest, values)
    if rest:
        raise UsageError(f"I do not understand {quoted(rest, 60)} there. Usage: {command.usage}")
    return values


def _options(command: CommandSpec, text: str) -> tuple[dict[str, str], str]:
    """Return the `name:value` pairs outside quotes, and the rest. The main parameter's name is optional."""
    if not command.parameters:
        return {}, text
    pattern = _option_pattern(command.parameters)
    main = command.main
    values: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        name, value = match["name"].lower(), match["value"] or ""
        if main is not None and name == main.name:
            return value
        if name in values:
            raise UsageError(f"{name}: is given twice.")
        if not unquoted(value):
            raise UsageError(f"{name}: needs a value. Usage: {command.usage}")
        values[name] = unquoted(value)
        return " "

    return values, " ".join(pattern.sub(take, text).split())


def _option_pattern(parameters: Sequence[ParameterSpec]) -> re.Pattern[str]:
    """Return what a `name:value` pair looks like. A time goes on as far as it reads as one: "10pm - 7am"."""
    names = "|".join(re.escape(each.name) for each in parameters if each.kind != "time")
    times = "|".join(re.escape(each.name) for each in parameters if each.kind == "time")
    return re.compile(
        rf"{QUOTED}|(?<!\S)(?P<name>{names or _NEVER}|(?P<time>{times or _NEVER}))"
        r"\s?(?:[=\uff1d\uff1a]|:(?!//))\s*"
        rf"(?P<value>{QUOTED}|'[^']*'(?!\S)|(?(time){SPOKEN}|{_NEVER})|\S+)?",
        re.IGNORECASE,
    )


def _positional(command: CommandSpec, rest: str, values: dict[str, str]) -> str:
    """Assign text without a parameter name to the parameters in their order; return the rest."""
    free = [parameter for parameter in command.parameters if parameter.name not in values]
    number = next((each for each in command.parameters if each.kind == "number"), None)
    if number in free and (match := next(filter(None, (each.search(rest) for each in _NUMBERS)), None)):
        values[number.name] = match[1]
        rest = (rest[: match.start()] + rest[match.end() :]).strip()
    for parameter in free:
        if parameter.kind == "number" or not rest:
            continue
        taken, rest = _take(parameter, rest)
        if taken:
            values[parameter.name] = taken
    return rest


def _take(parameter: ParameterSpec, rest: str) -> tuple[str, str]:
    if parameter.kind in QUOTES_COUNT:
        single = _SINGLE_QUOTED.fullmatch(rest)
        return single[1].strip() if single else rest, ""
    if parameter.takes_rest:
        return unquoted(rest), ""
    word = rest.split(maxsplit=1)[0]
    if parameter.kind == "choice":
        found = [each for each in rest.split() if each.casefold() in parameter.choices]
        if not parameter.required and found[:1] != [word]:
            return "", rest
        word = found[0] if found else word  # the refusal of a mistyped choice names the nearest ones
    elif parameter.kind == "url" and (match := _ADDRESS.search(rest)):
        word = match[0]
    return unquoted(word), " ".join(rest.replace(word, " ", 1).split())


def unquoted(text: str) -> str:
    """Return the text without the quotation marks around all of it."""
    text = text.strip()
    inner = literal(text)
    single = _SINGLE_QUOTED.fullmatch(text)
    if inner is None and single is not None:
        return single[1].strip()
    return text if inner is None else inner
