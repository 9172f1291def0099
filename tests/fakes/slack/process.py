"""Starts the fake Slack as a process and talks to it."""

from __future__ import annotations

from tests.fakes.process import FakeProcess
from tests.fakes.slack.basics import Json


class SlackProcess(FakeProcess):
    """`async with SlackProcess("--channels", "500") as slack:`; leaving fails when it saw violations."""

    module = "tests.fakes.slack.main"

    @property
    def team(self) -> Json:
        """The first team: id, bot_token, bot_user_id, channels."""
        return dict(self.built["teams"][0])

    def environment(self) -> dict[str, str]:
        """Return the variables that let the bot into the first team by Socket Mode."""
        return {
            "SLACK_BOT_TOKEN": self.team["bot_token"],
            "SLACK_APP_TOKEN": self.built["app_token"],
            "SLACK_SIGNING_SECRET": self.built["signing_secret"],
        }
