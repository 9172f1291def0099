"""Reads posts' HTML. Runs in the sandbox, because the HTML is untrusted.

Its imports take half a second: the child loads them before a call's time limit begins, and the polling
process never imports this file.
"""

from __future__ import annotations

from bot.pipeline.summarize.extract import Reading, Source
from bot.pipeline.summarize.summarize import summarize
from bot.text.html_text import plain_text, update_paragraph

_LONGEST_TEXT = 100_000  # characters stored for the archive's search
_LONGEST_UPDATE = 600


def read(sources: list[Source]) -> list[Reading]:
    """Return a reading for each source, in their order."""
    return [
        Reading(
            summary=summarize(source.html, source.title, source.excerpt),
            text=plain_text(source.html)[:_LONGEST_TEXT],
            update=update_paragraph(source.html)[:_LONGEST_UPDATE],
        )
        for source in sources
    ]
