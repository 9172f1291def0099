"""Judges the summaries of the sample posts in `bench/posts`, and prints a table.

`python -m bench.editor`: the table. `python -m bench.editor -v`: each summary with its verdict before it.
tests/pipeline/summarize/test_editor.py holds the figures.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from statistics import fmean

from bench.judge import FAULTS, Verdict, fault_counts, judge, samples
from bot.pipeline.summarize.summarize import summarize


def verdicts() -> list[Verdict]:
    """Summarize and judge each sample."""
    return [judge(sample, summarize(sample.html, sample.title, sample.excerpt)) for sample in samples()]


def table(found: Sequence[Verdict]) -> Iterator[str]:
    """Yield the lines of the table: by kind, by language, and in all."""
    heads = "".join(f"{fault[:9]:>10}" for fault in FAULTS)
    yield f"{'':<12}{'posts':>6}{'useful':>7}{'agreement':>10}{'ROUGE-L':>8}{'lead-3':>7}{heads}"
    kinds = dict.fromkeys(one.sample.kind for one in found)
    languages = dict.fromkeys(one.sample.language for one in found)
    for name in kinds:
        yield _row(name, [one for one in found if one.sample.kind == name])
    for name in languages:
        yield _row(name, [one for one in found if one.sample.language == name])
    yield _row("in all", found)


def _row(name: str, found: Sequence[Verdict]) -> str:
    counts = fault_counts(found)
    figures = (
        f"{name:<12}{len(found):>6}{sum(one.useful for one in found):>7}"
        f"{fmean(one.agreement for one in found):>10.2f}{fmean(one.rouge for one in found):>8.2f}"
        f"{fmean(one.rouge_lead for one in found):>7.2f}"
    )
    return figures + "".join(f"{counts[fault] or '-':>10}" for fault in FAULTS)


def _told(verdict: Verdict) -> str:
    sample = verdict.sample
    sign = "  " if verdict.useful else "! "
    marks = ", ".join(verdict.faults) or "no fault"
    return f"{sign}[{sample.name}] {marks}; {verdict.agreement:.2f}\n    {verdict.summary or '(empty)'}"


def main(arguments: list[str]) -> int:
    """Print the table, and with -v each summary; always 0."""
    verdicts()  # once, so that loading is not timed
    start = time.perf_counter()
    found = verdicts()
    spent = (time.perf_counter() - start) / len(found) * 1000
    if "-v" in arguments:
        print("\n".join(_told(one) for one in found))
    print("\n".join(table(found)))
    print(f"{spent:.1f} ms a post, with judging")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
