from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot import __version__
from bot.model import FeedState
from bot.ports import QueueHealth
from bot.text.sanitize import storable
from bot.web.metrics import exposition
from bot.web.snapshot import Snapshot
from tests.web.scene import HOSTILE, NOW, Ask, Scene

AWKWARD = 'a\\b "c"\nd\\n'  # a backslash before an n is no line feed

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_HELP = re.compile(rf"# HELP ({_NAME}) ((?:[^\\]|\\\\|\\n)*)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (counter|gauge)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\x00]|\\\\|\\"|\\n)*)"')
_SAMPLE = re.compile(
    rf"({_NAME})(?:\{{({_LABEL.pattern}(?:,{_LABEL.pattern})*)\}})? (-?[0-9.]+(?:e[+-]?\d+)?)"
)
_UNESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

Metrics = dict[tuple[str, str], float]  # (name, "label=value" or "")


def parse(text: str) -> Metrics:
    """Read an exposition; every departure from the format is an AssertionError."""
    assert text.endswith("\n")
    found: Metrics = {}
    helped: list[str] = []
    typed: dict[str, str] = {}
    for line in text[:-1].split("\n"):
        if match := _HELP.fullmatch(line):
            assert match[1] not in helped
            helped.append(match[1])
        elif match := _TYPE.fullmatch(line):
            assert helped[-1] == match[1], "TYPE follows its HELP"
            assert (match[2] == "counter") == match[1].endswith("_total")
            typed[match[1]] = match[2]
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == list(typed)[-1], "samples follow their TYPE"
            labels = ",".join(f"{name}={unescaped(value)}" for name, value in _LABEL.findall(match[2] or ""))
            assert (match[1], labels) not in found
            found[match[1], labels] = float(match[match.lastindex or 0])
    assert helped == list(typed)
    return found


def unescaped(value: str) -> str:
    return re.sub(r"\\.", lambda match: _UNESCAPED[match[0]], value)


async def test_metrics_tell_of_the_process_and_its_parts(scene: Scene, ask: Ask) -> None:
    scene.time += timedelta(hours=1)
    scene.loops["poll"] = False
    answer = await ask("/metrics")
    found = parse(answer.text)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert found["bystander_build_info", f"version={__version__}"] == 1
    assert found["process_start_time_seconds", ""] == NOW.timestamp()
    assert found["bystander_loop_up", "loop=poll"] == 0
    assert found["bystander_loop_up", "loop=outbox"] == 1
    assert found["bystander_adapter_connected", "adapter=console"] == 1


async def test_metrics_tell_of_each_feed(scene: Scene, ask: Ask) -> None:
    read = NOW - timedelta(seconds=90, milliseconds=250)
    state = FeedState(last_success_at=read, failures=3, failing_since=NOW, last_error="it broke")
    await scene.watch("China Bystander", state, next_poll=NOW + timedelta(minutes=15))
    await scene.watch("New", FeedState(stopped=True))
    found = parse((await ask("/metrics")).text)

    assert found["bystander_feeds", ""] == 2
    assert found["bystander_feed_last_success_timestamp_seconds", "feed=China Bystander"] == read.timestamp()
    assert ("bystander_feed_last_success_timestamp_seconds", "feed=New") not in found
    assert (
        found["bystander_feed_next_poll_timestamp_seconds", "feed=China Bystander"] == NOW.timestamp() + 900
    )
    assert found["bystander_feed_consecutive_failures", "feed=China Bystander"] == 3
    assert found["bystander_feed_consecutive_failures", "feed=New"] == 0
    assert found["bystander_feed_stopped", "feed=China Bystander"] == 0
    assert found["bystander_feed_stopped", "feed=New"] == 1


async def test_metrics_tell_of_the_outbox(scene: Scene, ask: Ask) -> None:
    empty = parse((await ask("/metrics")).text)
    await scene.fill_outbox()
    await scene.watch("China Bystander")
    await scene.hold_a_post()
    scene.time += timedelta(minutes=2)
    found = parse((await ask("/metrics")).text)

    assert empty["bystander_deliveries_oldest_waiting_age_seconds", ""] == 0
    assert found["bystander_deliveries_waiting", ""] == 1
    assert found["bystander_deliveries_oldest_waiting_age_seconds", ""] == 120
    assert (empty["bystander_deliveries_held", ""], found["bystander_deliveries_held", ""]) == (0, 1)
    assert found["bystander_destinations_parked", ""] == 1
    assert found["bystander_deliveries_sent_total", ""] == 1
    assert found["bystander_deliveries_failed_total", ""] == 1


@pytest.mark.parametrize(
    "name",
    [HOSTILE, AWKWARD, "{}", "日本語 \\", 'x"} 1\n# TYPE y gauge', "a\r\nb 1\r", "\u2028#", '\\"', "\\\n"],
)
async def test_a_feed_name_reads_back_from_the_metrics_as_it_was(scene: Scene, ask: Ask, name: str) -> None:
    await scene.watch(name)

    assert ("bystander_feed_consecutive_failures", f"feed={name}") in parse((await ask("/metrics")).text)


async def test_a_name_with_characters_no_text_may_hold_leaves_the_metrics_readable(
    scene: Scene, ask: Ask
) -> None:
    await scene.watch("nul\0 and bell\a")

    assert ("bystander_feed_stopped", "feed=nul and bell") in parse((await ask("/metrics")).text)


def snapshot(**parts: Mapping[str, bool]) -> Snapshot:
    nothing = QueueHealth(waiting=0, oldest_waiting=None, parked=(), sent=0, failed=0)
    state: dict[str, Any] = {"loops": {}, "adapters": {}, **parts}
    return Snapshot(feeds=(), queue=nothing, now=NOW, started=NOW, version="1.0", **state)


@pytest.mark.parametrize("part", ["loops", "adapters"])
@pytest.mark.parametrize("name", [HOSTILE, AWKWARD, "half \ud800 of a pair", "\0", ""])
def test_the_name_of_a_part_cannot_break_the_format(part: str, name: str) -> None:
    found = parse(exposition(snapshot(**{part: {name: True}})).decode())
    labels = [label for metric, label in found if metric.endswith(("_loop_up", "_adapter_connected"))]

    assert labels == [f"{part[:-1]}={storable(name, len(name))}"]


def test_two_answers_do_not_add_up() -> None:
    first, second = (exposition(snapshot(loops={name: True})) for name in ("poll", "outbox"))

    assert ("bystander_loop_up", "loop=poll") in parse(first.decode())
    assert ("bystander_loop_up", "loop=poll") not in parse(second.decode())
