"""Logs unexpected errors, one line each."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

_log = logging.getLogger(__name__)


def log_unexpected(what: str, error: BaseException) -> None:
    """Log an error by its type and location. Its text is left out, because it may contain a user's input.

    The traceback is logged at level DEBUG.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    _log.error("%s: %s%s", what, type(error).__name__, place)
    _log.debug("%s", what, exc_info=error)
