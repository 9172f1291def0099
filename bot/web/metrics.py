"""The state of the bot as numbers, in the text format 0.0.4 of Prometheus. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.model import Feed
from bot.ports import QueueHealth
from bot.text.sanitize import storable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Prometheus: backslash, double quote and line feed are the three that a label value escapes.
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Sample = tuple[Mapping[str, str], float]  # labels, value


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bot at one moment, as the web server tells of it. `queue` holds addresses: only count them."""

    feeds: Sequence[Feed]
    queue: QueueHealth
    loops: Mapping[str, bool]  # name -> lives
    adapters: Mapping[str, bool]  # name -> connected
    now: datetime
    started: datetime
    version: str
    troubles: Sequence[str] = ()  # of other parts, a sentence each
    zone: tzinfo = UTC  # in which people are shown times


@dataclass(frozen=True, slots=True)
class _Family:
    """One metric with its samples. `kind` is "gauge" or "counter"; `help` needs no escaping."""

    name: str
    kind: str
    help: str
    samples: Sequence[Sample]


def exposition(snapshot: Snapshot) -> str:
    """Return all metrics; times are seconds since 1970-01-01 UTC."""
    families = (*_process(snapshot), *_feeds(snapshot.feeds), *_outbox(snapshot.queue, snapshot.now))
    return "".join(line for family in families for line in _lines(family))


def _process(snapshot: Snapshot) -> Iterator[_Family]:
    started = snapshot.started.timestamp()
    build = {"version": snapshot.version}
    yield _Family("bystander_build_info", "gauge", "The version that runs.", [(build, 1)])
    yield _single("process_start_time_seconds", "gauge", "When the process started.", started)
    loops = [({"loop": name}, lives) for name, lives in snapshot.loops.items()]
    yield _Family("bystander_loop_up", "gauge", "Whether a loop lives.", loops)
    adapters = [({"adapter": name}, connected) for name, connected in snapshot.adapters.items()]
    yield _Family("bystander_adapter_connected", "gauge", "Whether an adapter is connected.", adapters)


def _feeds(feeds: Sequence[Feed]) -> Iterator[_Family]:
    labelled = [({"feed": feed.settings.name}, feed) for feed in feeds]
    yield _single("bystander_feeds", "gauge", "Feeds in use.", len(feeds))
    yield _Family(
        "bystander_feed_last_success_timestamp_seconds",
        "gauge",
        "When a poll of the feed last succeeded; absent before the first time.",
        [
            (labels, feed.state.last_success_at.timestamp())
            for labels, feed in labelled
            if feed.state.last_success_at
        ],
    )
    yield _Family(
        "bystander_feed_next_poll_timestamp_seconds",
        "gauge",
        "When the feed is polled next.",
        [(labels, feed.next_poll_at.timestamp()) for labels, feed in labelled],
    )
    yield _Family(
        "bystander_feed_consecutive_failures",
        "gauge",
        "Polls of the feed that failed since the last success.",
        [(labels, feed.state.failures) for labels, feed in labelled],
    )
    yield _Family(
        "bystander_feed_stopped",
        "gauge",
        "Whether the server says that the feed is gone for good.",
        [(labels, feed.state.stopped) for labels, feed in labelled],
    )


def _outbox(queue: QueueHealth, now: datetime) -> Iterator[_Family]:
    age = (now - queue.oldest_waiting).total_seconds() if queue.oldest_waiting else 0.0
    yield _single("bystander_deliveries_waiting", "gauge", "Deliveries that wait to be sent.", queue.waiting)
    yield _single(
        "bystander_deliveries_oldest_waiting_age_seconds",
        "gauge",
        "How long the oldest delivery has been waiting; 0 when none waits.",
        max(age, 0.0),
    )
    yield _single(
        "bystander_destinations_parked",
        "gauge",
        "Destinations that cannot be reached and whose queue is kept.",
        len(queue.parked),
    )
    yield _single(
        "bystander_deliveries_sent_total", "counter", "Deliveries sent since the database began.", queue.sent
    )
    yield _single(
        "bystander_deliveries_failed_total",
        "counter",
        "Deliveries given up since the database began.",
        queue.failed,
    )


def _single(name: str, kind: str, text: str, value: float) -> _Family:
    return _Family(name, kind, text, [({}, value)])


def _lines(family: _Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples:
        yield f"{family.name}{_labels(labels)} {_number(value)}\n"


def _labels(labels: Mapping[str, str]) -> str:
    """Return `{name="value"}`, "" for none. Characters that no UTF-8 text may hold are left out."""
    pairs = [f'{name}="{storable(text, len(text)).translate(_ESCAPES)}"' for name, text in labels.items()]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _number(value: float) -> str:
    """Return a whole number as such, else the shortest text that reads back as the same number."""
    return str(int(value)) if value == int(value) else repr(value)
