"""/help: describes the commands; also the answer of a group of commands without a subcommand."""

from __future__ import annotations

from bot.commands.declaration import Call
from bot.commands.parse import find_command
from bot.model import CommandSpec, Reply

NAMES_HELP = (
    "CATEGORIES: names with commas between, as in China-U.S., Trade. Case, dots and dashes do not matter. "
    "-Name leaves one out, #Name follows a tag, all is every post. "
    'text:"export controls" finds words in title or text, author:"Jane Doe" who wrote it.'
)


async def help_(call: Call) -> Reply:
    """List the commands the caller may use, or explain one."""
    if path := call.text("command"):
        return Reply(explained(find_command(path, call.commands)))
    shown = [command for command in call.commands if call.caller.admin or not command.admin]
    return Reply("\n".join([*(f"{command.usage}: {command.help}" for command in shown), NAMES_HELP]))


async def group(call: Call) -> Reply:
    """Answer a group that was typed without one of its commands."""
    return Reply(explained(call.command), ok=False)


def explained(command: CommandSpec) -> str:
    """Return the help of one command, with its parameters and an example."""
    lines = [f"{command.usage}: {command.help}"]
    lines += [f"- {parameter.name}: {parameter.help}" for parameter in command.parameters]
    lines += [f"- {part.usage}: {part.help}" for part in command.subcommands]
    if command.example:
        lines.append(f"Example: {command.example}")
    return "\n".join(lines)
