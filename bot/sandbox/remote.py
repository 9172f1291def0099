"""Typed descriptions of functions that run in the sandbox, and the protocol of their runners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, TypeVarTuple

from bot.sandbox.worker import refuse_foreign

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Remote(Generic[Answer, *Arguments]):
    """A public function of this project, by its name "bot.module:name", and the type of its answer.

    The function is named, not imported, so that its imports are loaded only in the child. Raises ValueError
    for a name outside the project.
    """

    function: str
    answer: type[Answer]

    def __post_init__(self) -> None:
        refuse_foreign(self.function)


class Runner(Protocol):
    """Runs functions on hostile input: one sandbox, or several behind `Lanes`."""

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        """Return the answer, checked against its type.

        Raises the function's own ParseError, ParseError for any other exception of it, and SandboxError if
        the child died, could not start, had to be stopped or returned invalid data.
        """
        ...
