"""The state of the bot as numbers, in the text format of Prometheus. Pure.

Each answer uses a registry of its own, not the global one of `prometheus_client`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from bot.model import HubCounts
from bot.ports import Condition
from bot.text.sanitize import storable
from bot.web.lines import family, label
from bot.web.meter import PrometheusMeter
from bot.web.snapshot import Figures, ProcessState, Totals

# The default format. The client's Accept header is ignored, because the library would trust it unchecked.
_encode, CONTENT_TYPE = choose_encoder("")


def exposition(figures: Figures, state: ProcessState, meter: PrometheusMeter) -> bytes:
    """Return all metrics in the format `CONTENT_TYPE`; times are seconds since 1970-01-01 UTC."""
    parts = (
        _written([*_parts(state), *_feeds(figures.totals)]),
        "".join(_each_feed(figures)).encode(),
        _written(list(_outbox(figures.totals, state.now))),
        "".join(meter.by_feed()).encode(),
        _written(list(meter.collect())),
    )
    return b"".join(parts)


def _written(metrics: Sequence[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Collected(metrics))
    return _encode(registry)


class _Collected:
    """Metrics for a registry."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _parts(state: ProcessState) -> Iterator[Metric]:
    version = {state.version: 1}
    yield _labelled("bystander_build_info", "The version that runs.", "version", version.items())
    yield _gauge("process_start_time_seconds", "When the process started.", state.started.timestamp())
    yield _labelled("bystander_loop_up", "Whether a loop is alive.", "loop", state.loops.items())
    connected = state.adapters.items()
    yield _labelled("bystander_adapter_connected", "Whether an adapter is connected.", "adapter", connected)
    yield _gauge(
        "bystander_troubles", "Other things that are wrong; /readyz tells them.", len(state.troubles)
    )
    yield CounterMetricFamily(
        "bystander_sandbox_restarts_total",
        "Times that a process that reads feeds died or was stopped.",
        state.sandbox_restarts,
    )


def _feeds(totals: Totals) -> Iterator[Metric]:
    yield _gauge("bystander_feeds", "Feeds in use.", totals.feeds)
    yield _labelled(
        "bystander_feeds_by_condition",
        "Feeds in use by how they do.",
        "condition",
        [(condition.value, totals.conditions.get(condition, 0)) for condition in Condition],
    )
    yield _hubs(totals.hubs)


def _each_feed(figures: Figures) -> Iterator[str]:
    """Yield what there is of each feed that has numbers of its own."""
    feeds = [(label("feed", storable(each.name, len(each.name))), each) for each in figures.feeds]
    yield family(
        "bystander_feed_last_success_timestamp_seconds",
        "gauge",
        "When a poll of the feed last succeeded; absent before the first time.",
        [(name, each.last_success_at.timestamp()) for name, each in feeds if each.last_success_at],
    )
    yield family(
        "bystander_feed_next_poll_timestamp_seconds",
        "gauge",
        "When the feed is polled next.",
        [(name, each.next_poll_at.timestamp()) for name, each in feeds],
    )
    yield family(
        "bystander_feed_consecutive_failures",
        "gauge",
        "Polls of the feed that failed since the last success.",
        [(name, each.failures) for name, each in feeds],
    )
    yield family(
        "bystander_feed_stopped",
        "gauge",
        "Whether the server says that the feed is gone for good.",
        [(name, each.stopped) for name, each in feeds],
    )


def _hubs(hubs: HubCounts) -> Metric:
    return _labelled(
        "bystander_hub_subscriptions",
        "Feeds whose hub was asked to push, by whether it has agreed.",
        "state",
        [("verified", hubs.verified), ("unverified", hubs.unverified)],
    )


def _outbox(totals: Totals, now: datetime) -> Iterator[Metric]:
    oldest = totals.times.oldest_waiting
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield _gauge("bystander_deliveries_waiting", "Deliveries that wait to be sent.", totals.sum("waiting"))
    yield _gauge(
        "bystander_deliveries_oldest_waiting_age_seconds",
        "How long the oldest delivery has been waiting; 0 when none waits.",
        max(age, 0.0),
    )
    yield _gauge(
        "bystander_deliveries_held",
        "Deliveries held for digests, quiet hours, snoozes and paused channels.",
        totals.sum("held"),
    )
    yield _gauge(
        "bystander_destinations_parked",
        "Destinations that cannot be reached and whose queue is kept.",
        totals.times.parked_places,
    )
    yield CounterMetricFamily(
        "bystander_deliveries_sent_total", "Deliveries sent since the database began.", totals.sum("sent")
    )
    yield CounterMetricFamily(
        "bystander_deliveries_failed_total",
        "Deliveries given up since the database began.",
        totals.sum("failed"),
    )
    yield _by_state(totals)
    yield _gauge("bystander_database_bytes", "The size of the database.", totals.database_bytes)


def _by_state(totals: Totals) -> Metric:
    text = "Deliveries in the database by platform and state; waiting: pending or being sent."
    family = GaugeMetricFamily("bystander_deliveries", text, labels=["adapter", "state"])
    for name, counts in totals.platforms.items():
        for each in fields(counts):
            family.add_metric([storable(name, len(name)), each.name], getattr(counts, each.name))
    return family


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
