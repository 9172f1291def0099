"""Asks on the terminal, until an answer can be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.prompt import Confirm, Prompt
from rich.text import Text

T = TypeVar("T")


class Asker:
    """The terminal of whoever sets the bot up. `questions`: whether there is somebody to answer any."""

    def __init__(self, *, questions: bool) -> None:
        self.questions = questions
        self._console = Console(highlight=False, markup=False, emoji=False)

    def say(self, text: str, style: str = "") -> None:
        """Print a text; long lines are left to the terminal, so that they can be copied in one piece."""
        self._console.print(Text(text, style), soft_wrap=True)

    def show(self, drawn: RenderableType) -> None:
        """Print something that is drawn to the width of the terminal."""
        self._console.print(drawn)

    def text(self, question: str, read: Callable[[str], T], default: str = "") -> T:
        """Return the answer as `read` makes it; it raises ValueError with a sentence without its subject."""
        while True:
            given = self._ask(question, default=default)
            try:
                return read(given)
            except ValueError as error:
                self.say(
                    f"\N{LEFT DOUBLE QUOTATION MARK}{given}\N{RIGHT DOUBLE QUOTATION MARK} {error}", "red"
                )

    def secret(self, question: str, read: Callable[[str], T]) -> T:
        """Return an answer that is not shown; `read` raises ValueError with a line that does not show it."""
        while True:
            given = self._ask(f"{question} (what you paste is not shown)", password=True)
            try:
                return read(given)
            except ValueError as error:
                self.say(str(error), "red")

    def yes(self, question: str, *, default: bool) -> bool:
        """Return whether the answer is yes; `default` when nobody can answer."""
        if not self.questions:
            return default
        return Confirm.ask(Text(question, "bold"), console=self._console, default=default)

    def _ask(self, question: str, *, default: str = "", password: bool = False) -> str:
        while True:
            try:
                return Prompt.ask(
                    Text(question, "bold"),
                    console=self._console,
                    password=password,
                    default=default,
                    show_default=bool(default),
                ).strip()
            except UnicodeError:
                self.say("That cannot be read as text; type it again.", "red")
