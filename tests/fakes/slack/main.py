"""The fake Slack as a process of its own: `python -m tests.fakes.slack.main --teams 1 --channels 500`.

The first line on stdout is JSON with the addresses, the credentials and the ids of what was built. After that
each line on stdin is a JSON request, `{"do": "stats"}`, answered by one line of JSON with the request's `id`
(if it had one); answers may overtake each other. The end of stdin ends the process: 0, or 1 after violations.
What may be asked is in `tests.fakes.slack.desk`, for instance

    {"do": "stats"}                                   counters, posts with their first and last time
    {"do": "counts"}                                  messages per channel id
    {"do": "command", "user": NAME, "channel": ID, "command": "/follow", "text": "Trade"}
    {"do": "click", "user": NAME, "channel": ID, "action_id": ID}      on the newest message
    {"do": "fault", "kind": "lose_answer", "arguments": ["chat.postMessage", 1]}
    {"do": "sockets", "what": "refresh"}
    {"do": "connected", "connections": 2}             waits
    {"do": "reset"}                                   forget the calls and counters so far
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.fakes.slack.basics import Json
from tests.fakes.slack.desk import BotServices
from tests.fakes.slack.server import FakeSlack


def _say(value: Json) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fakes.slack.main")
    parser.add_argument("--teams", type=int, default=1)
    parser.add_argument("--not-installed", action="store_true", help="the app is to be installed by OAuth")
    parser.add_argument("--channels", type=int, default=1, help="public channels in each team, with the bot")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--request-url", default="", help='where events go by HTTP; "": Socket Mode')
    parser.add_argument("--per-second", type=float, default=1.0, help="posts in a channel")
    parser.add_argument("--burst", type=int, default=3, help="posts in a channel at once")
    parser.add_argument("--per-minute", type=int, default=300, help="posts in a team")
    parser.add_argument("--method-per-minute", type=int, default=1200, help="calls of a method by a team")
    return parser.parse_args()


def _build(arguments: argparse.Namespace) -> FakeSlack:
    slack = FakeSlack()
    slack.request_url = arguments.request_url
    limits = slack.limits
    limits.per_second, limits.burst = arguments.per_second, arguments.burst
    limits.per_minute, limits.method_per_minute = arguments.per_minute, arguments.method_per_minute
    for number in range(arguments.teams):
        team = slack.add_team(f"team-{number}", installed=not arguments.not_installed)
        for place in range(arguments.channels):
            team.add_channel(f"news-{place}", member=True)
    return slack


def _built(slack: FakeSlack) -> Json:
    teams = [
        {
            "id": team.id,
            "bot_token": team.bot_token,
            "bot_user_id": team.bot_user_id,
            "channels": [place.id for place in team.channels.values()],
        }
        for team in slack.core.world.teams.values()
    ]
    return {
        "api_base": slack.api_base,
        "origin": slack.origin,
        "app_id": slack.app_id,
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
        "client_id": slack.client_id,
        "client_secret": slack.client_secret,
        "teams": teams,
    }


async def main() -> int:
    """Serve until stdin ends."""
    arguments = _arguments()
    slack = _build(arguments)
    await slack.start(arguments.port)
    _say(_built(slack))
    lines = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer
    )
    try:
        await BotServices(slack, _say).serve(lines)
    finally:
        await slack.stop()
    sys.stderr.write("".join(f"{violation}\n" for violation in slack.violations[:20]))
    return 1 if slack.violations else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
