"""Write what the bot sent to Slack in the tests as TypeScript, to be checked against Slack's own types.

python .ci/slack_types.py CAPTURED_FOLDER FILE.ts
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TYPES = {
    "apps.connections.open": "AppsConnectionsOpenArguments",
    "auth.test": "AuthTestArguments",
    "chat.postEphemeral": "ChatPostEphemeralArguments",
    "chat.postMessage": "ChatPostMessageArguments",
    "chat.update": "ChatUpdateArguments",
    "conversations.history": "ConversationsHistoryArguments",
    "conversations.info": "ConversationsInfoArguments",
    "conversations.open": "ConversationsOpenArguments",
    "files.completeUploadExternal": "FilesCompleteUploadExternalArguments",
    "files.getUploadURLExternal": "FilesGetUploadURLExternalArguments",
    "oauth.v2.access": "AccessArguments",
    "users.info": "UsersInfoArguments",
    "views.open": "ViewsOpenArguments",
    "views.publish": "ViewsPublishArguments",
    "views.update": "ViewsUpdateArguments",
    "response_url": "ResponseUrlArguments",
}
OWN = {"AccessArguments", "ResponseUrlArguments"}  # of own.ts
WANTED = ("chat.postMessage", "chat.update", "views.open", "views.publish", "response_url")
HEAD = """import type {{ KnownBlock }} from '@slack/types';
import type {{ {names} }} from '@slack/web-api';
import type {{ {own} }} from './own.js';
"""


def blocks_of(arguments: dict[str, object]) -> list[object]:
    """Return the blocks of a message or a view."""
    view = arguments.get("view")
    holder = view if isinstance(view, dict) else arguments
    found = holder.get("blocks")
    return found if isinstance(found, list) else []


def typed(arguments: dict[str, object]) -> dict[str, object]:
    """Return arguments as they were meant: a form has no numbers."""
    numbers = {name: arguments.get(name) for name in ("length", "limit")}
    return arguments | {
        name: int(value) for name, value in numbers.items() if isinstance(value, str) and value.isdecimal()
    }


def main(folder: str, target: str) -> None:
    """Write each different call once; end with a sentence when something that must be there is not."""
    lines = {line for path in Path(folder).glob("*.jsonl") for line in path.read_text("utf-8").splitlines()}
    calls = [json.loads(line) for line in sorted(lines)]
    if missing := [name for name in WANTED if not any(call["method"] == name for call in calls)]:
        sys.exit(f"no test captured a call of {', '.join(missing)}")
    if strange := {call["method"] for call in calls} - TYPES.keys():
        sys.exit(f"no type is known for {', '.join(sorted(strange))}")
    names = sorted(set(TYPES.values()) - OWN)
    parts = [HEAD.format(names=", ".join(names), own=", ".join(sorted(OWN)))]
    for number, call in enumerate(calls):
        body = json.dumps(typed(call["arguments"]))
        parts.append(f"export const call{number} = {body} satisfies {TYPES[call['method']]};")
        if blocks := blocks_of(call["arguments"]):
            parts.append(f"export const blocks{number}: KnownBlock[] = {json.dumps(blocks)};")
    Path(target).write_text("\n".join(parts) + "\n", "utf-8")
    print(f"{len(calls)} different calls")  # noqa: T201 -- says that it looked


if __name__ == "__main__":
    main(*sys.argv[1:])
