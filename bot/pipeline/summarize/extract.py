"""What is read out of a post's HTML in one go. Runs behind the wall, for the HTML is a stranger's."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_TEXT = 100_000  # characters kept for the archive's search
_LONGEST_UPDATE = 600


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed gives of a post's text."""

    html: str
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What is kept of it; `update` is the newest "Update:" paragraph, "" without one."""

    summary: str
    text: str
    update: str


def read(sources: list[Source]) -> list[Reading]:
    """Return a reading for each source, in their order."""
    # Not above: polling imports this file for its values, and these bring lxml and more along, some 6 MB.
    from bot.pipeline.summarize.summarize import summarize  # noqa: PLC0415
    from bot.text.html_text import plain_text, update_paragraph  # noqa: PLC0415

    return [
        Reading(
            summary=summarize(source.html, source.title, source.excerpt),
            text=plain_text(source.html)[:_LONGEST_TEXT],
            update=update_paragraph(source.html)[:_LONGEST_UPDATE],
        )
        for source in sources
    ]
