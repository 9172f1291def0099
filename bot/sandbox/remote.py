"""Calls of functions that run in the sandbox, with the types of their arguments and of their answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, TypeVarTuple

from bot.sandbox.worker import refuse_foreign

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Remote(Generic[Answer, *Arguments]):
    """A public function of this project, by its name "bot.module:name", and the type of its answer.

    The function is named and not imported: what it imports is loaded in the child alone. Raises ValueError
    for a name outside the project.
    """

    function: str
    answer: type[Answer]

    def __post_init__(self) -> None:
        refuse_foreign(self.function)


class Runner(Protocol):
    """Runs functions on hostile input: one sandbox, or several lanes of them."""

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        """Return the answer, checked against its type.

        Raises the ParseError that the function raised, ParseError for any other exception of it, and
        SandboxError when the child had to be stopped.
        """
        ...
