"""Inspects a URL that a person entered: a feed, a page that links to one, or neither."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import BystanderError, ParseError
from bot.model import Entry, Kind, ParsedFeed
from bot.pipeline.classify.hosts import section_of
from bot.pipeline.feed_answer import named_feed, read_answer
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.feed import refuse_status
from bot.ports import Inspection
from bot.sandbox.remote import Runner


class FeedInspector:
    """Implements `bot.ports.Inspector` with the fetcher and the sandbox that polling uses."""

    def __init__(self, fetcher: Fetcher, sandbox: Runner) -> None:
        self._fetcher = fetcher
        self._sandbox = sandbox

    async def inspect(self, url: str) -> Inspection:
        """Fetch and parse a feed, or the feed that a page links to. Never raises for faults of the server."""
        address = url if "://" in url else f"https://{url}"
        try:
            parsed, named = await self._read_or_name(address)
            if parsed is None:
                address = named
                parsed = await self._read(named)
        except ParseError as error:
            return Inspection(url=address, problem=f"No feed can be read there: {error}")
        except BystanderError as error:
            return Inspection(url=address, problem=_begun(str(error)))
        return _inspection(address, parsed)

    async def check(self, url: str) -> Inspection:
        """Fetch and parse like a poll; see the port."""
        try:
            return _inspection(url, await self._read(url))
        except BystanderError as error:
            return Inspection(url=url, problem=str(error))

    async def _read(self, url: str) -> ParsedFeed:
        async with self._fetcher.open(url) as answer:
            refuse_status(answer)
            return await read_answer(self._sandbox, answer)

    async def _read_or_name(self, url: str) -> tuple[ParsedFeed | None, str]:
        """Return the feed at an address, or None and the address of another feed that the page links to."""
        async with self._fetcher.open(url) as answer:
            refuse_status(answer)
            try:
                return await read_answer(self._sandbox, answer), ""
            except ParseError:
                named = await named_feed(self._sandbox, answer)
                if named in ("", url, answer.url):
                    raise
                return None, named


def _begun(sentence: str) -> str:
    """Capitalise a sentence, unless it begins with a host name."""
    return sentence[0].upper() + sentence[1:] if sentence.startswith(("the ", "a ", "more ")) else sentence


def _inspection(url: str, parsed: ParsedFeed) -> Inspection:
    labels = dict.fromkeys(label for entry in parsed.entries for label in _not_tags(entry))
    section = section_of(parsed.generator, parsed.link, url)
    return Inspection(
        url=url,
        title=parsed.title,
        posts=len(parsed.entries),
        newest=max(parsed.entries, key=_date).title,  # the first of equals, usually the newest
        categories=(tuple(labels) or ((section,) if section else parsed.shelves))[:20],
    )


def _not_tags(entry: Entry) -> list[str]:
    """Return the labels of an entry, without those that the feed marks as tags."""
    kinds = entry.kinds or (None,) * len(entry.labels)
    return [label for label, kind in zip(entry.labels, kinds, strict=True) if kind is not Kind.TAG]


def _date(entry: Entry) -> datetime:
    return entry.published or datetime.min.replace(tzinfo=UTC)
