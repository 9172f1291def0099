"""One line of log for what Slack sent and nobody foresaw; the whole story is there for who looks for it."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

_log = logging.getLogger(__name__)


def note(what: str, error: BaseException) -> None:
    """Log an error by its kind and place. Its text stays out: it may hold what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    _log.error("%s: %s%s", what, type(error).__name__, place)
    _log.debug("%s", what, exc_info=error)
