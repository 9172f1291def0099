"""The dashboard, the rules and the manual name metrics that there are, with their labels and values."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.ports import (
    AttemptOutcome,
    Condition,
    FeedFigure,
    LimitKind,
    PlatformCounts,
    PollOutcome,
    PostKind,
    PushOutcome,
)
from bot.web.meter import PrometheusMeter
from bot.web.metrics import exposition
from bot.web.snapshot import Figures, ProcessState, Totals
from tests.web.scene import NOW

DOCS = Path(__file__).parents[2] / "docs"
Series = dict[str, dict[str, set[str]]]  # name -> label -> its values here
NOT_OURS: Series = {"up": {"job": {"bystander"}, "instance": set()}}  # of Prometheus itself
ANY = {"feed", "adapter", "operation", "loop", "version", "le"}  # labels with values of the operator's
WORDS = {"by", "without", "or", "and", "unless", "bool", "on", "ignoring", "offset"}


def families() -> list[Metric]:
    """Return every metric, with each value of each label that is fixed."""
    meter = PrometheusMeter()
    for poll in PollOutcome:
        meter.polled("Blog", poll)
    for kind in PostKind:
        meter.posts("Blog", kind, 1)
    for attempt in AttemptOutcome:
        meter.attempted("console", attempt)
    for limit in LimitKind:
        meter.limited("console", limit)
    for push in PushOutcome:
        meter.pushed(push)
    meter.took("console", 1, 1)
    meter.stored("claim", 1)
    feed = FeedFigure("Blog", NOW, last_success_at=NOW)
    totals = Totals(dict.fromkeys(Condition, 1), {"console": PlatformCounts()})
    state = ProcessState({"poll": True}, {"console": True}, NOW, NOW - timedelta(hours=1), "1")
    text = exposition(Figures(totals, (feed,)), state, meter).decode()
    return list(text_string_to_metric_families(text))


def series() -> Series:
    """Return the names of all samples with their labels and values."""
    found: Series = {}
    for family in families():
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def of_dashboard() -> Iterator[tuple[str, str]]:
    """Yield each expression of the dashboard, with the texts that use its labels."""
    for panel in json.loads((DOCS / "dashboard.json").read_text("utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"], target["legendFormat"]


def faults_of(expression: str, texts: str, known: Series) -> Iterator[str]:
    """Yield what an expression of PromQL and its texts name that does not exist."""
    bare = re.sub(r"\[[^\]]*\]", "", expression)  # ranges
    used: set[str] = set()
    for name, rest in re.findall(
        r"([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?", re.sub(r"\bby \([\w, ]+\)", "", bare)
    ):
        if rest == "(" or name in WORDS:
            continue
        if name not in known:
            yield f"no metric {name} in {expression}"
            continue
        used |= known[name].keys()
        for label, sign, value in re.findall(r'(\w+)(=~|!=|=)"([^"]*)"', rest):
            wrong = {each for each in value.split("|") if sign == "=~"} or {value}
            if label not in known[name]:
                yield f"{name} has no label {label}"
            elif label not in ANY and not wrong <= known[name][label]:
                yield f"{name} has no {label} {value}"
    grouped = [
        each.strip() for inside in re.findall(r"\bby \(([\w, ]+)\)", bare) for each in inside.split(",")
    ]
    for label in [*grouped, *re.findall(r"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}", texts)]:
        if label not in used:
            yield f"no label {label} in {expression}"


@pytest.mark.parametrize(
    "expression",
    [
        "sum(bystander_polls)",
        'rate(bystander_polls_total{result="failed"}[5m])',
        'rate(bystander_polls_total{outcome=~"failed|bad"}[5m])',
        "sum by (chat) (bystander_deliveries)",
        "bystander_feeds / bystander_feed",
    ],
)
def test_the_check_finds_what_does_not_exist(expression: str) -> None:
    assert len(list(faults_of(expression, "", series()))) == 1


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    known = series() | NOT_OURS
    expressions = list(of_dashboard())

    assert len(expressions) > 15
    assert [fault for each in expressions for fault in faults_of(*each, known)] == []


def test_the_rules_watch_metrics_that_there_are() -> None:
    known = series() | NOT_OURS
    texts = [(rule["expr"], " ".join(rule["annotations"].values())) for rule in rules()]

    assert len(texts) > 10
    assert [fault for each in texts for fault in faults_of(*each, known)] == []


def test_each_rule_says_what_is_wrong_and_what_to_do() -> None:
    for rule in rules():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["annotations"].keys() == {"summary", "description"}
        assert rule["labels"]["severity"] in ("critical", "warning")


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs promtool, of Debian's package `prometheus`"
)
def test_prometheus_takes_the_rules() -> None:
    done = subprocess.run(
        ["promtool", "check", "rules", str(DOCS / "alerts.yml")], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_is_in_the_table_of_the_operators_manual() -> None:
    text = (DOCS / "operate.md").read_text("utf-8").partition("### Metrics")[2].partition("\n## ")[0]
    table = [line for line in text.splitlines() if line.startswith("| `")]
    expected = []
    for family in families():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels: dict[str, set[str]] = {}
        for sample in family.samples:
            for label in sample.labels.keys() - {"le"}:
                labels.setdefault(label, set()).add(sample.labels[label])
        named = "; ".join(
            f"`{label}`" if label in ANY else f"`{label}`: {', '.join(sorted(labels[label]))}"
            for label in sorted(labels)
        )
        expected.append(f"| `{name}` | {family.type} | {named} | {family.documentation} |")

    assert table == expected
