"""The garbage collector rests while the program starts, and works when the call does."""

from __future__ import annotations

import argparse
import gc

import pytest

import bot.cli
from bot.calls import ShellCall
from bot.config.load import Config
from bot.errors import UsageError


@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_works_in_the_call_and_after_it(
    monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    seen: list[tuple[str, bool]] = []

    def options() -> tuple[ShellCall, ...]:
        seen.append(("start", gc.isenabled()))
        return (ShellCall("look", "look", "bystander look", look, config=False),)

    async def look(_: argparse.Namespace, __: Config) -> int:
        seen.append(("call", gc.isenabled()))
        if fails:
            raise UsageError("No.")
        return 0

    monkeypatch.setattr(bot.cli, "all_calls", options)
    code = bot.cli.main(["look"])

    assert (code, seen) == (2 if fails else 0, [("start", False), ("call", True)])
    assert gc.isenabled()


def test_the_collector_works_after_a_call_that_there_is_not() -> None:
    assert bot.cli.main(["no-such-call"]) == 2
    assert gc.isenabled()
