"""Reads posts' HTML. Runs in the sandbox, because the HTML is untrusted.

Its imports take half a second: the child loads them before a call's time limit begins, and the polling
process never imports this file.
"""

from __future__ import annotations

from bot.pipeline.summarize.extract import Reading, Source
from bot.pipeline.summarize.page import page_of
from bot.pipeline.summarize.summarize import summary_of
from bot.text.html_blocks import blocks_of
from bot.text.html_text import joined, last_update, prose_of


def read(sources: list[Source]) -> list[Reading]:
    """Return a reading for each source, in their order."""
    return [_read(source) for source in sources]


def _read(source: Source) -> Reading:
    blocks = blocks_of(source.html)
    prose = prose_of(blocks)
    return Reading(
        summary=summary_of(page_of(blocks, source.title, source.excerpt)),
        text=joined(prose)[:100_000],  # for the archive's search
        update=last_update(prose)[:600],
    )
