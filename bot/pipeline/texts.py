"""The summarize stage: reads the texts of posts in the sandbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import BystanderError
from bot.pipeline.calls import READ
from bot.pipeline.detect.changes import Candidate
from bot.pipeline.summarize.extract import Reading, Source
from bot.sandbox.remote import Runner
from bot.text.truncate import clip

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Limits for the texts of one poll."""

    seconds: float = 30.0  # for all of them; the rest is not read, so that hostile texts delay nothing
    at_once: int = 20  # texts read in one call
    excerpt: int = 600  # characters of the feed's own excerpt, which replaces a text that cannot be read


_LIMITS = ReadingLimits()


async def summarize(parser: Runner, found: Sequence[Candidate]) -> Mapping[str, Reading]:
    """Return the reading (summary, text, update) of each entry, keyed by the id of its post."""
    deadline = asyncio.get_running_loop().time() + _LIMITS.seconds
    readings: dict[str, Reading] = {}
    for start in range(0, len(found), _LIMITS.at_once):
        batch = found[start : start + _LIMITS.at_once]
        sources = [Source(each.entry.html, each.entry.title, each.entry.excerpt) for each in batch]
        read = await _read(parser, sources, deadline)
        readings |= zip((each.post_id for each in batch), read, strict=True)
    return readings


async def _read(parser: Runner, sources: list[Source], deadline: float) -> list[Reading]:
    """Read texts together; on failure one by one, so that an unreadable text does not affect the others.

    When no time is left, nothing is begun: whoever gives up a call in the sandbox ends its process.
    """
    if asyncio.get_running_loop().time() >= deadline:
        return [_unread(each, "no time is left") for each in sources]
    try:
        async with asyncio.timeout_at(deadline):
            return await parser.run(READ, sources)
    except (BystanderError, TimeoutError) as error:
        if len(sources) > 1:
            return [reading for each in sources for reading in await _read(parser, [each], deadline)]
        return [_unread(sources[0], str(error) or "no time is left")]


def _unread(source: Source, reason: str) -> Reading:
    """Return what stands for a text that cannot be read: the feed's own excerpt."""
    _log.warning("The text of %r cannot be read: %s", source.title, reason)
    return Reading(summary=clip(source.excerpt, _LIMITS.excerpt), text="", update="")
