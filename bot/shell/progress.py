"""Shows a line on the terminal while something takes more than a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show `text` on stderr from one second on until the block ends; nothing unless stderr is a terminal.

    Yields a function that shows another text in its place.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    status = console.status(text)
    timer = threading.Timer(1.0, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield status.update
    finally:
        timer.cancel()
        status.stop()
