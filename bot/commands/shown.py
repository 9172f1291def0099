"""The table of commands as platforms render it. Pure."""

from __future__ import annotations

from bot.commands.declaration import Command, Completes
from bot.commands.spec import COMMANDS
from bot.model import CommandInfo, ParameterInfo


def commands_as_shown(commands: tuple[Command, ...]) -> tuple[CommandInfo, ...]:
    """Return commands as platforms render them, sub-commands by their whole path."""
    return tuple(_info(command) for command in flat(commands))


def flat(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """Return the commands that can be run: groups are replaced by what is in them."""
    return tuple(each for command in commands for each in (command.subcommands or (command,)))


def _info(command: Command) -> CommandInfo:
    parameters = tuple(
        ParameterInfo(
            name=each.name,
            help=each.help,
            kind=each.kind,
            required=each.required,
            choices=each.choices,
            suggests=each.completes is not Completes.NONE,
            minimum=each.minimum,
            maximum=each.maximum,
        )
        for each in command.parameters
    )
    return CommandInfo(
        command.path, command.help, parameters, command.admin, command.example, command.changes
    )


SHOWN = commands_as_shown(COMMANDS)
