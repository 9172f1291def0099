"""Fetches a feed with a conditional request, and detects when it is unchanged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from types import TracebackType

from bot.errors import FetchError
from bot.model import Feed, FeedState
from bot.pipeline.fetch.client import Answer, Fetcher
from bot.pipeline.fetch.errors import refusal
from bot.pipeline.fetch.politeness import Exchange, validators


@dataclass(slots=True)
class Fetched:
    """The answer of a feed's server. `unchanged`: a 304, or the same body as at the last poll."""

    answer: Answer
    body_hash: str
    unchanged: bool

    @property
    def exchange(self) -> Exchange:
        """The answer without its body."""
        return Exchange(
            status=self.answer.status,
            etag=self.answer.etag,
            last_modified=self.answer.last_modified,
            max_age=self.answer.cache_max_age,
            retry_after=self.answer.retry_after,
            moved_to=self.answer.moved_to,
        )


class FeedFetch:
    """The context of one conditional request for a feed: parse the body inside the block.

    A large body's room is reserved during the block, see `Fetcher.open`; the body is gone after it.
    """

    def __init__(self, fetcher: Fetcher, feed: Feed, now: datetime) -> None:
        etag, last_modified = validators(feed.state, now)
        self._state = feed.state
        self._conditional = bool(etag or last_modified)
        self._opening = fetcher.open(feed.url, etag=etag, last_modified=last_modified)
        self._fetched: Fetched | None = None

    async def __aenter__(self) -> Fetched:
        """Send the request; raises FetchError if there is no answer, or its status carries no feed."""
        answer = await self._opening.__aenter__()
        try:
            self._fetched = examine(answer, self._state, conditional=self._conditional)
        except BaseException:
            await self._opening.__aexit__(None, None, None)
            raise
        return self._fetched

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fetched and self._fetched.answer.body:
            self._fetched.answer = replace(self._fetched.answer, body=b"")  # its room is released now
        await self._opening.__aexit__(kind, error, trace)


def examine(answer: Answer, state: FeedState, *, conditional: bool) -> Fetched:
    """Compare an answer with the last one; raise FetchError for a status that carries no feed. Pure."""
    if answer.status == HTTPStatus.NOT_MODIFIED and conditional:
        return Fetched(answer, state.body_hash, unchanged=True)
    refuse_status(answer)
    body_hash = blake2b(answer.body, digest_size=16).hexdigest()
    return Fetched(answer, body_hash, unchanged=body_hash == state.body_hash)


def refuse_status(answer: Answer) -> None:
    """Raise FetchError for an answer whose status carries no feed: any but 200 and 226."""
    if answer.status not in (HTTPStatus.OK, HTTPStatus.IM_USED):
        raise FetchError(refusal(answer.status), status=answer.status, retry_after=answer.retry_after)
