"""Looks at a URL that a person gave: a feed, a page that announces one, or neither."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import BystanderError
from bot.model import Entry, ParsedFeed
from bot.pipeline.fetch.client import Answer, Fetcher
from bot.ports import Inspection
from bot.sandbox.sandbox import Wall

_OK = 200
_MAX_CATEGORIES = 20
_UNDATED = datetime(1, 1, 1, tzinfo=UTC)
# What to do about an answer without a feed; statuses of 500 and above are the server's own trouble.
_MENDS = {
    401: "it wants a password, and feeds with one cannot be watched",
    403: "it refuses the bot; set fetch.contact so that its owner sees who asks, or ask them to let it in",
    429: "it is asked too often, so try again later",
}
_ADDRESS = "check the address"
_LATER = "the trouble is on its side, so try again later"
_SERVER_ERROR = 500


class FeedInspector:
    """`bot.ports.Inspector` on the fetcher and the wall that polling uses."""

    def __init__(self, fetcher: Fetcher, wall: Wall) -> None:
        self._fetcher = fetcher
        self._wall = wall

    async def inspect(self, url: str) -> Inspection:
        """Fetch and parse once; of a page, the feed it announces. Never raises for the other side."""
        address = url if "://" in url else f"https://{url}"
        try:
            answer = await self._get(address)
            parsed, problem = await self._parse(answer)
            if parsed is None and (announced := await self._announced(answer)):
                address = announced
                parsed, problem = await self._parse(await self._get(address))
        except BystanderError as error:
            return Inspection(url=address, problem=str(error))
        if parsed is None:
            return Inspection(url=address, problem=problem)
        return _inspection(address, parsed)

    async def _get(self, url: str) -> Answer:
        answer = await self._fetcher.get(url)
        if answer.status != _OK:
            raise BystanderError(refusal(answer.status))
        return answer

    async def _parse(self, answer: Answer) -> tuple[ParsedFeed | None, str]:
        try:
            return await self._wall.run("bot.pipeline.parse.feed:parse", answer.body, answer.content_type), ""
        except BystanderError as error:
            return None, f"No feed can be read there: {error}"

    async def _announced(self, answer: Answer) -> str:
        found: list[str] = await self._wall.run(
            "bot.pipeline.parse.discover:feeds_of_page", answer.body, answer.url
        )
        return found[0] if found else ""


def refusal(status: int) -> str:
    """Return a sentence, with the mend, about an answer that is not 200."""
    mend = _MENDS.get(status, _LATER if status >= _SERVER_ERROR else _ADDRESS)
    return f"The server answers {status}; {mend}."


def _inspection(url: str, parsed: ParsedFeed) -> Inspection:
    labels = dict.fromkeys(label for entry in parsed.entries for label in entry.labels)
    return Inspection(
        url=url,
        title=parsed.title,
        posts=len(parsed.entries),
        newest=max(parsed.entries, key=_date).title,  # of equals the first: most feeds print the newest first
        categories=tuple(labels)[:_MAX_CATEGORIES],
    )


def _date(entry: Entry) -> datetime:
    return entry.published or _UNDATED
