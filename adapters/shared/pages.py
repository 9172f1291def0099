"""Buttons that turn the pages of a long answer."""

from __future__ import annotations

from bot.model import CommandSpec


def can_turn(command: CommandSpec | None) -> bool:
    """Whether the pages of a command's answer can be turned.

    Turning a page runs the command again, so a command that changes something must not be turned.
    """
    return command is not None and not command.changes


def page_turns(page: int, count: int) -> list[tuple[str, int]]:
    """Return the label and the target page of each button below a page."""
    both = (("◀ Back", page - 1), (f"More ({page + 1} of {count}) ▶", page + 1))
    return [(label, to) for label, to in both if 0 <= to < count]
