"""The `Meter` of the web server: counters and histograms of `prometheus_client`, in their own registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric

from bot.ports import AttemptOutcome, LimitKind, PollOutcome, PostKind, PushOutcome
from bot.text.sanitize import storable
from bot.web.lines import counter


@dataclass(frozen=True, slots=True)
class MeterSettings:
    """How many feeds have numbers of their own, and the limits of the histograms in seconds."""

    feeds: int = 1000  # the others are counted together
    others: str = "(others)"  # the label of those
    latency: tuple[float, ...] = (1, 2, 5, 10, 30, 60, 300, 900, 1800, 3600, 21600, 86400)
    store: tuple[float, ...] = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10)


METER = MeterSettings()


class PrometheusMeter:
    """`bot.ports.Meter`, whose numbers begin at 0 with the process.

    A label has few values: names of the code, platforms, and at most METER.feeds feeds. The first feeds that
    are polled get numbers of their own; the others share one label.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._feeds: dict[str, str] = {}  # name -> label
        self._polls = dict[tuple[str, str], int]()  # by feed, and outcome or kind
        self._posts = dict[tuple[str, str], int]()
        self._attempts = self._counter(
            "bystander_delivery_attempts", "Attempts to send since the start.", "adapter", "outcome"
        )
        self._limits = self._counter(
            "bystander_rate_limits", "Attempts that met a rate limit since the start.", "adapter", "kind"
        )
        self._pushes = self._counter("bystander_pushes", "Pushes of hubs since the start.", "outcome")
        self._published = self._histogram(
            "bystander_alert_published_to_sent_seconds",
            "From the publication of a post to its alert, of those sent at once.",
            "adapter",
            METER.latency,
        )
        self._seen = self._histogram(
            "bystander_alert_seen_to_sent_seconds",
            "From the poll that brought a post to its alert, of those sent at once.",
            "adapter",
            METER.latency,
        )
        self._operations = self._histogram(
            "bystander_store_operation_seconds", "How long the store takes.", "operation", METER.store
        )

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics but those of feeds, without the times at which each label was first used."""
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric

    def by_feed(self) -> Iterator[str]:
        """Yield the metrics of feeds, as text."""
        polls, posts = dict(self._polls), dict(self._posts)  # polls go on while another thread writes them
        yield counter("bystander_polls_total", "Polls since the start.", "outcome", list(polls.items()))
        yield counter("bystander_posts_total", "Posts of polls since the start.", "kind", list(posts.items()))

    def polled(self, feed: str, outcome: PollOutcome) -> None:
        """Count a poll."""
        key = (self._label(feed), outcome.value)
        self._polls[key] = self._polls.get(key, 0) + 1

    def posts(self, feed: str, kind: PostKind, number: int) -> None:
        """Count posts; none is no new label."""
        if number:
            key = (self._label(feed), kind.value)
            self._posts[key] = self._posts.get(key, 0) + number

    def attempted(self, platform: str, outcome: AttemptOutcome) -> None:
        """Count an attempt to deliver a message."""
        self._attempts.labels(platform, outcome.value).inc()

    def took(self, platform: str, published: float, seen: float) -> None:
        """Note how long an alert took; less than 0 (a clock that was set back) counts as 0."""
        self._published.labels(platform).observe(max(published, 0.0))
        self._seen.labels(platform).observe(max(seen, 0.0))

    def limited(self, platform: str, kind: LimitKind) -> None:
        """Count a message that waits for a rate limit."""
        self._limits.labels(platform, kind.value).inc()

    def pushed(self, outcome: PushOutcome) -> None:
        """Count a push of a hub."""
        self._pushes.labels(outcome.value).inc()

    def stored(self, operation: str, seconds: float) -> None:
        """Note how long an operation of the store took."""
        self._operations.labels(operation).observe(seconds)

    def _label(self, feed: str) -> str:
        if feed not in self._feeds:
            if len(self._feeds) >= METER.feeds:
                return METER.others
            self._feeds[feed] = storable(feed, len(feed))
        return self._feeds[feed]

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, label: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, text, [label], buckets=buckets, registry=self._registry)
