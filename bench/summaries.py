"""Prints the summary of every post of a feed file beside its first sentences, with the time it took.

`python -m bench.summaries FILE...`: to be read by a person who knows the posts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.model import Entry
from bot.pipeline.parse.feed import parse
from bot.pipeline.summarize.summarize import summarize
from bot.text.html_text import paragraphs
from bot.text.languages import language
from bot.text.sentences import split

MARK = ">"  # before a sentence chosen for the summary


def report(entry: Entry) -> Iterator[str]:
    """Yield the lines on one post: its sentences up to the last chosen one, with the chosen ones marked."""
    start = time.perf_counter()
    summary = summarize(entry.html, entry.title, entry.excerpt)
    spent = (time.perf_counter() - start) * 1000
    yield f"\n{entry.title}  [{len(summary)} characters, {spent:.1f} ms]"
    prose = [found.text for found in paragraphs(entry.html) if not found.quoted]
    code = language(" ".join(prose))
    sentences = [text for paragraph in prose for text, _ in split(paragraph, code)]
    chosen = [text in summary for text in sentences]
    last = max((place for place, taken in enumerate(chosen) if taken), default=-1)
    if last < 0:
        yield f"{MARK} {summary}"
    for text, taken in zip(sentences[: last + 1], chosen, strict=False):
        yield f"{MARK if taken else ' '} {text}"


def main(paths: list[str]) -> int:
    """Print a report on each file; return 2 without paths, otherwise 0."""
    if not paths:
        print(__doc__)
        return 2
    for path in paths:
        for entry in parse(Path(path).read_bytes()).entries:
            print("\n".join(report(entry)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
