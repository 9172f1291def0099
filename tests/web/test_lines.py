"""Metrics of feeds are written as the library would write them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.web.lines import counter, family, label

names = some.text(
    some.characters(exclude_categories=["Cs"], exclude_characters="\r\x85\u2028\u2029"), min_size=1
)


def samples(text: str) -> list[tuple[str, dict[str, str], float]]:
    found = text_string_to_metric_families(text)
    return [(s.name, s.labels, s.value) for each in found for s in each.samples if "_created" not in s.name]


@given(some.dictionaries(names, some.floats(allow_nan=False, allow_infinity=False)))
def test_a_gauge(values: dict[str, float]) -> None:
    registry = CollectorRegistry()
    gauge = Gauge("blogs_seen", "How far.", ["feed"], registry=registry)
    for name, value in values.items():
        gauge.labels(name).set(value)
    text = family(
        "blogs_seen", "gauge", "How far.", [(label("feed", name), value) for name, value in values.items()]
    )

    assert samples(text) == samples(generate_latest(registry).decode())
    assert text.splitlines()[:2] == generate_latest(registry).decode().splitlines()[:2]


@given(some.dictionaries(some.tuples(names, some.sampled_from(["good", "bad"])), some.integers(0, 2**50)))
def test_a_counter(values: dict[tuple[str, str], int]) -> None:
    registry = CollectorRegistry()
    counted = Counter("polls", "All.", ["feed", "outcome"], registry=registry)
    for (feed, outcome), value in values.items():
        counted.labels(feed, outcome).inc(value)
    text = counter("polls_total", "All.", "outcome", list(values.items()))

    assert samples(text) == samples(generate_latest(registry).decode())
