"""Logging to stderr, as text for people or JSON for programs; secrets never get through."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from bot.config.secrets import RedactingFilter, Secrets
from bot.logs.limit import limit

# Whose lines are shown from the level asked for; of libraries only warnings or errors help who runs a bot.
_OWN = ("bot", "adapters", "storage", "bystander")


class _TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 -- logging's name
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.strftime(datefmt or "%Y-%m-%dT%H:%M:%S") + "Z"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:  # what the redacting filter made of exc_info
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(style: str, secrets: Secrets, level: int) -> None:
    """Log to stderr from now on. `style`: "text" or "json"; `level` as of logging; times in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if style == "json" else _TextFormatter())
    handler.addFilter(RedactingFilter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if level == logging.DEBUG else logging.ERROR)
    for name in _OWN:
        logging.getLogger(name).setLevel(level)
    limit(logging.getLogger("asyncio"))  # it logs each connection for which no file descriptor is left
