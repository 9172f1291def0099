"""Sets up logging to stderr, as text for people or JSON for programs, with all secrets removed."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from bot.config.secrets import RedactingFilter, Secrets
from bot.logs.limit import limit

# What a record may say besides its message. Their texts are redacted like the message.
_EXTRAS = ("outcome", "destination", "deliveries", "post", "feed")


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
            **{name: getattr(record, name) for name in _EXTRAS if hasattr(record, name)},
        }
        if record.exc_text:  # the redacting filter's replacement for exc_info
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(style: str, secrets: Secrets, level: int) -> None:
    """Log to stderr from now on, with times in UTC. `style`: "text" or "json". `level`: one of `logging`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if style == "json" else _TextFormatter())
    handler.addFilter(RedactingFilter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if level == logging.DEBUG else logging.ERROR)
    # The loggers of libraries only log warnings or errors.
    for name in ("bot", "adapters", "storage", "bystander"):
        logging.getLogger(name).setLevel(level)
    limit(logging.getLogger("asyncio"))  # it logs every connection that fails for lack of a file descriptor
