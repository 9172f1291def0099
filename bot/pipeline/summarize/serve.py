"""Summaries by kind of post, each in its author's words."""

from __future__ import annotations

from collections.abc import Callable

from bot.pipeline.summarize import scraps, talk
from bot.pipeline.summarize.kinds import Kind
from bot.pipeline.summarize.lists import lists
from bot.pipeline.summarize.page import Page
from bot.pipeline.summarize.parts import prose


def serve(page: Page, kind: Kind, limit: int) -> str:
    """Return the summary of a post of a kind, at most `limit` characters; "" if there is nothing to tell."""
    return _SERVERS[kind](page, limit) if kind in _SERVERS else prose(page, page.untimed, limit)


def _nothing(page: Page, limit: int) -> str:  # noqa: ARG001 -- one of several servers
    return ""


_SERVERS: dict[Kind, Callable[[Page, int], str]] = {
    Kind.PROTECTED: _nothing,
    Kind.LIVE: talk.live,
    Kind.EPISODE: talk.episode,
    Kind.EVENT: talk.event,
    Kind.POEM: scraps.poem,
    Kind.RELEASE: lists,
    Kind.INTERVIEW: talk.interview,
    Kind.TABLE: scraps.table,
    Kind.LIST: lists,
    Kind.PICTURE: scraps.picture,
    Kind.LINK: scraps.link,
    Kind.CODE: scraps.code,
}
