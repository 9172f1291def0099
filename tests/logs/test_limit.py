"""Log lines that strangers can cause: however many they are, the log stays small."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot.logs.limit import Seldom, limit


@dataclass
class Book:
    """A logger whose lines are kept, and the seconds that have passed."""

    name: str
    at: float = 0.0
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logger = logging.getLogger(self.name)
        self.handler = logging.Handler()
        self.handler.emit = self.keep  # type: ignore[method-assign]
        self.logger.addHandler(self.handler)
        self.logger.propagate = False

    def keep(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))

    def limit(self, *, tracebacks: bool = True) -> None:
        self.logger.addFilter(Seldom(tracebacks=tracebacks, clock=lambda: self.at))


@pytest.fixture
def book(request: pytest.FixtureRequest) -> Iterator[Book]:
    book = Book(f"limited.{request.node.name}")
    yield book
    book.logger.removeHandler(book.handler)
    book.logger.filters.clear()


def test_one_line_of_a_kind_a_minute_and_how_many_were_left_out(book: Book) -> None:
    book.limit()
    for number in range(150):
        book.logger.error("A request from %s failed", number)
        book.at += 1

    assert book.lines == [
        "A request from 0 failed",
        "A request from 60 failed (59 more such lines were left out)",
        "A request from 120 failed (59 more such lines were left out)",
    ]


def test_another_kind_has_a_line_of_its_own(book: Book) -> None:
    book.limit()
    for _ in range(5):
        book.logger.error("A request failed")
        book.logger.warning("A request failed")
        book.logger.error("100%% of %s", "them")

    assert book.lines == ["A request failed", "A request failed", "100% of them"]


@pytest.mark.parametrize("tracebacks", [True, False])
def test_a_traceback_is_left_out_where_it_says_nothing_about_the_bot(book: Book, *, tracebacks: bool) -> None:
    book.limit(tracebacks=tracebacks)
    error = ValueError("50% of\nnonsense")
    book.logger.error("Error handling request from %s", "a\nb", exc_info=error)

    assert ("ValueError: 50% of" in book.lines[0]) is tracebacks
    assert tracebacks or book.lines == ["Error handling request from a\nb (ValueError)"]


def test_kinds_without_end_are_not_remembered_without_end(book: Book) -> None:
    book.limit()
    (kept,) = book.logger.filters
    assert isinstance(kept, Seldom)
    for number in range(1000):
        book.logger.error(f"{number}")  # noqa: G004 -- a message that is never the same

    assert len(kept._last) <= 200


def test_a_logger_is_limited_once_however_often_it_is_asked(book: Book) -> None:
    for _ in range(3):
        limit(book.logger)

    assert len(book.logger.filters) == 1


async def test_no_file_left_for_a_connection_is_one_line_a_minute() -> None:
    asyncio_log = Book("asyncio")
    asyncio_log.limit()
    loop = asyncio.get_running_loop()
    with socket.socket() as listening:
        for _ in range(100):
            error = OSError(24, "Too many open files")
            text = "socket.accept() out of system resource"
            loop.call_exception_handler({"message": text, "exception": error, "socket": listening})
    asyncio_log.logger.removeHandler(asyncio_log.handler)
    asyncio_log.logger.filters.clear()
    asyncio_log.logger.propagate = True

    assert len(asyncio_log.lines) == 1
