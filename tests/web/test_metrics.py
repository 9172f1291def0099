from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot import __version__
from bot.model import FeedState
from bot.ports import AttemptOutcome, LimitKind, PollOutcome, PostKind
from bot.text.sanitize import storable
from bot.web.meter import METER, PrometheusMeter
from bot.web.metrics import exposition
from bot.web.snapshot import Figures, ProcessState
from tests.web.scene import HOSTILE, NOW, Ask, Scene

AWKWARD = 'a\\b "c"\nd\\n'  # a backslash before an n is no line feed

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_HELP = re.compile(rf"# HELP ({_NAME}) ((?:[^\\]|\\\\|\\n)*)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (counter|gauge|histogram)")
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
            last, kind = list(typed.items())[-1]
            own = [f"{last}{end}" for end in ("_bucket", "_sum", "_count")] if kind == "histogram" else [last]
            assert match[1] in own, "samples follow their TYPE"
            labels = ",".join(f"{name}={unescaped(value)}" for name, value in _LABEL.findall(match[2] or ""))
            assert (match[1], labels) not in found
            found[match[1], labels] = float(match[match.lastindex or 0])
    assert helped == list(typed)
    return found


def unescaped(value: str) -> str:
    return re.sub(r"\\.", lambda match: _UNESCAPED[match[0]], value)


async def test_metrics_tell_of_the_process_and_its_parts(scene: Scene, ask: Ask) -> None:
    scene.time += timedelta(hours=1)
    scene.loops["poll"], scene.troubles, scene.sandbox_restarts = False, ["Something is wrong."], 3
    answer = await ask("/metrics")
    found = parse(answer.text)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert found["bystander_build_info", f"version={__version__}"] == 1
    assert found["process_start_time_seconds", ""] == NOW.timestamp()
    assert found["bystander_loop_up", "loop=poll"] == 0
    assert found["bystander_loop_up", "loop=outbox"] == 1
    assert found["bystander_adapter_connected", "adapter=console"] == 1
    assert found["bystander_troubles", ""] == 1
    assert found["bystander_sandbox_restarts_total", ""] == 3
    assert found["bystander_database_bytes", ""] > 100_000


async def test_metrics_tell_of_each_feed(scene: Scene, ask: Ask) -> None:
    read = NOW - timedelta(seconds=90, milliseconds=250)
    state = FeedState(last_success_at=read, failures=3, failing_since=NOW, last_error="it broke")
    await scene.watch("China Bystander", state, next_poll=NOW + timedelta(minutes=15))
    await scene.watch("New", FeedState(stopped=True))
    found = parse((await ask("/metrics")).text)

    assert found["bystander_feeds", ""] == 2
    assert {label: number for (name, label), number in found.items() if name.endswith("by_condition")} == {
        "condition=failing": 1,
        "condition=stopped": 1,
        "condition=overdue": 0,
        "condition=not read yet": 0,
        "condition=well": 0,
    }
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
    assert {label: number for (name, label), number in found.items() if name == "bystander_deliveries"} == {
        f"adapter=console,state={state}": 1 for state in ("sent", "failed", "waiting", "held", "parked")
    }


async def test_metrics_tell_what_was_counted_since_the_start(scene: Scene, ask: Ask) -> None:
    meter = scene.meter
    meter.polled("Blog", PollOutcome.NEWS)
    meter.polled("Blog", PollOutcome.FAILED)
    meter.posts("Blog", PostKind.ANNOUNCED, 2)
    meter.posts("Blog", PostKind.SILENT, 0)
    meter.attempted("console", AttemptOutcome.SENT)
    meter.limited("console", LimitKind.PACED)
    meter.took("console", 70.0, 1.5)
    meter.took("console", -5.0, -5.0)
    meter.stored("claim", 0.003)
    found = parse((await ask("/metrics")).text)
    counted = {key: number for key, number in found.items() if key[0].endswith("_total") and number}
    began = "bystander_alert_published_to_sent_seconds"

    assert counted == {
        ("bystander_polls_total", "feed=Blog,outcome=news"): 1,
        ("bystander_polls_total", "feed=Blog,outcome=failed"): 1,
        ("bystander_posts_total", "feed=Blog,kind=announced"): 2,
        ("bystander_delivery_attempts_total", "adapter=console,outcome=sent"): 1,
        ("bystander_rate_limits_total", "adapter=console,kind=paced"): 1,
    }
    assert ("bystander_posts_total", "feed=Blog,kind=silent") not in found
    assert found[f"{began}_count", "adapter=console"] == 2
    assert found[f"{began}_sum", "adapter=console"] == 70
    assert found[f"{began}_bucket", "adapter=console,le=60.0"] == 1
    assert found[f"{began}_bucket", "adapter=console,le=300.0"] == 2
    assert found["bystander_alert_seen_to_sent_seconds_bucket", "adapter=console,le=2.0"] == 2
    assert found["bystander_store_operation_seconds_bucket", "le=0.005,operation=claim"] == 1
    assert not [name for name, _ in found if name.endswith("_created")]


async def test_however_many_feeds_there_are_labels_stay_few(scene: Scene, ask: Ask) -> None:
    for number in range(METER.feeds + 5):
        scene.meter.polled(f"Blog {number}", PollOutcome.NEWS)
    scene.meter.polled("Blog 0", PollOutcome.NEWS)
    found = parse((await ask("/metrics")).text)
    polls = {label: number for (name, label), number in found.items() if name == "bystander_polls_total"}

    assert len(polls) == METER.feeds + 1
    assert polls["feed=Blog 0,outcome=news"] == 2
    assert polls[f"feed={METER.others},outcome=news"] == 5


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


def state(**parts: Mapping[str, bool]) -> ProcessState:
    given: dict[str, Any] = {"loops": {}, "adapters": {}, **parts}
    return ProcessState(now=NOW, started=NOW, version="1.0", **given)


@pytest.mark.parametrize("part", ["loops", "adapters"])
@pytest.mark.parametrize("name", [HOSTILE, AWKWARD, "half \ud800 of a pair", "\0", ""])
def test_the_name_of_a_part_cannot_break_the_format(part: str, name: str) -> None:
    found = parse(exposition(Figures(), state(**{part: {name: True}}), PrometheusMeter()).decode())
    labels = [label for metric, label in found if metric.endswith(("_loop_up", "_adapter_connected"))]

    assert labels == [f"{part[:-1]}={storable(name, len(name))}"]


def test_two_answers_do_not_add_up() -> None:
    meter = PrometheusMeter()
    first, second = (exposition(Figures(), state(loops={name: True}), meter) for name in ("poll", "outbox"))

    assert ("bystander_loop_up", "loop=poll") in parse(first.decode())
    assert ("bystander_loop_up", "loop=poll") not in parse(second.decode())
