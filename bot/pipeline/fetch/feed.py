"""Fetches a feed with a conditional request, and detects when it is unchanged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus

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


@asynccontextmanager
async def fetch_feed(fetcher: Fetcher, feed: Feed, now: datetime) -> AsyncIterator[Fetched]:
    """Send one conditional request; parse the body inside the block, see `Fetcher.open`.

    Raises FetchError if there is no answer, or its status carries no feed.
    """
    etag, last_modified = validators(feed.state, now)
    async with fetcher.open(feed.url, etag=etag, last_modified=last_modified) as answer:
        fetched = examine(answer, feed.state, conditional=bool(etag or last_modified))
        try:
            yield fetched
        finally:
            fetched.answer = replace(answer, body=b"")  # its room is released now


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
