"""Writes metrics that have a sample for each of many feeds, in the text format of Prometheus.

`prometheus_client` checks each name of each sample again, which takes ten times as long. A test compares
what it would write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def family(name: str, kind: str, text: str, samples: Iterable[tuple[str, float]]) -> str:
    """Return a metric. `kind`: gauge, or counter, named ..._total. `samples`: labels, and the value."""
    lines = [f"{name}{{{labels}}} {float(value)!r}\n" for labels, value in samples]
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n{''.join(lines)}"


def label(name: str, value: str) -> str:
    """Return a label, for `samples`."""
    escaped = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'{name}="{escaped}"'


def counter(name: str, text: str, second: str, counted: Sequence[tuple[tuple[str, str], float]]) -> str:
    """Return a counter of feeds. `counted`: the feed and the value of the label `second`, and the number."""
    feeds = {feed: label("feed", feed) for (feed, _), _ in counted}
    return family(
        name,
        "counter",
        text,
        ((f"{feeds[feed]},{label(second, value)}", number) for (feed, value), number in counted),
    )
