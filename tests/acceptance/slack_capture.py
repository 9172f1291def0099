"""Keeps what the bot sent to Slack, for Slack's own types: see `.ci/slack_types.py`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from tests.fakes.slack.core import Call

VARIABLE = "SLACK_CAPTURE"  # names a folder


def keep(calls: Iterable[Call]) -> None:
    """Write method and arguments of each call that was answered into a new file, if a folder wants them."""
    if folder := os.environ.get(VARIABLE):
        lines = [
            json.dumps({"method": each.method, "arguments": each.arguments}) for each in calls if each.status
        ]
        (Path(folder) / f"{uuid4().hex}.jsonl").write_text("\n".join(lines), "utf-8")
