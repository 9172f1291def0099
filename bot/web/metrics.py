"""The state of the bot as numbers, in the text format of Prometheus. Pure.

Each answer uses a registry of its own, not the global one of `prometheus_client`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from bot.model import Feed
from bot.ports import QueueHealth
from bot.text.sanitize import storable
from bot.web.snapshot import Snapshot

# The default format. The client's Accept header is ignored, because the library would trust it unchecked.
_encode, CONTENT_TYPE = choose_encoder("")


def exposition(snapshot: Snapshot) -> bytes:
    """Return all metrics in the format `CONTENT_TYPE`; times are seconds since 1970-01-01 UTC."""
    registry = CollectorRegistry()
    registry.register(_BotCollector(snapshot))
    return _encode(registry)


class _BotCollector:
    """The metrics of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        yield from _parts(self._snapshot)
        yield from _feeds(self._snapshot.feeds)
        yield from _outbox(self._snapshot.queue, self._snapshot.now)


def _parts(snapshot: Snapshot) -> Iterator[Metric]:
    version = {snapshot.version: 1}
    yield _labelled("bystander_build_info", "The version that runs.", "version", version.items())
    yield _gauge("process_start_time_seconds", "When the process started.", snapshot.started.timestamp())
    yield _labelled("bystander_loop_up", "Whether a loop is alive.", "loop", snapshot.loops.items())
    connected = snapshot.adapters.items()
    yield _labelled("bystander_adapter_connected", "Whether an adapter is connected.", "adapter", connected)


def _feeds(feeds: Sequence[Feed]) -> Iterator[Metric]:
    yield _gauge("bystander_feeds", "Feeds in use.", len(feeds))
    yield _labelled(
        "bystander_feed_last_success_timestamp_seconds",
        "When a poll of the feed last succeeded; absent before the first time.",
        "feed",
        [
            (feed.settings.name, feed.state.last_success_at.timestamp())
            for feed in feeds
            if feed.state.last_success_at
        ],
    )
    yield _labelled(
        "bystander_feed_next_poll_timestamp_seconds",
        "When the feed is polled next.",
        "feed",
        [(feed.settings.name, feed.next_poll_at.timestamp()) for feed in feeds],
    )
    yield _labelled(
        "bystander_feed_consecutive_failures",
        "Polls of the feed that failed since the last success.",
        "feed",
        [(feed.settings.name, feed.state.failures) for feed in feeds],
    )
    yield _labelled(
        "bystander_feed_stopped",
        "Whether the server says that the feed is gone for good.",
        "feed",
        [(feed.settings.name, feed.state.stopped) for feed in feeds],
    )


def _outbox(queue: QueueHealth, now: datetime) -> Iterator[Metric]:
    age = (now - queue.oldest_waiting).total_seconds() if queue.oldest_waiting else 0.0
    yield _gauge("bystander_deliveries_waiting", "Deliveries that wait to be sent.", queue.waiting)
    yield _gauge(
        "bystander_deliveries_oldest_waiting_age_seconds",
        "How long the oldest delivery has been waiting; 0 when none waits.",
        max(age, 0.0),
    )
    yield _gauge(
        "bystander_deliveries_held",
        "Deliveries held for digests, quiet hours, snoozes and paused channels.",
        queue.held,
    )
    yield _gauge(
        "bystander_destinations_parked",
        "Destinations that cannot be reached and whose queue is kept.",
        len(queue.parked),
    )
    yield CounterMetricFamily(
        "bystander_deliveries_sent_total", "Deliveries sent since the database began.", queue.sent
    )
    yield CounterMetricFamily(
        "bystander_deliveries_failed_total", "Deliveries given up since the database began.", queue.failed
    )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def _labelled(name: str, text: str, label: str, samples: Iterable[tuple[str, float]]) -> Metric:
    """Return a gauge with a sample for each value of its label.

    Control characters and lone surrogates are dropped from a value; the library escapes the rest.
    """
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in samples:
        family.add_metric([storable(value, len(value))], number)
    return family
