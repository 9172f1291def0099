"""Reads posts' HTML. Runs in the sandbox, because the HTML is untrusted.

Its imports take half a second: the child loads them before a call's time limit begins, and the polling
process never imports this file.
"""

from __future__ import annotations

from bot.pipeline.summarize.extract import Reading, Source
from bot.pipeline.summarize.summarize import summarize
from bot.text.html_text import plain_text, update_paragraph


def read(sources: list[Source]) -> list[Reading]:
    """Return a reading for each source, in their order."""
    return [
        Reading(
            summary=summarize(source.html, source.title, source.excerpt),
            text=plain_text(source.html)[:100_000],  # for the archive's search
            update=update_paragraph(source.html)[:600],
        )
        for source in sources
    ]
