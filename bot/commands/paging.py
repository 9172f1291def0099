"""Offers the pages before and after the one that an answer shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.declaration import Call
from bot.model import SuggestedAction

MOST = 1000  # pages


def page_of(call: Call) -> int:
    """Return the page that is asked for: 1 if none was typed."""
    return int(call.text("page") or 1)


def page_offers(
    call: Call, *, more: bool, beyond: bool = False, values: Mapping[str, str] | None = None
) -> tuple[SuggestedAction, ...]:
    """Return offers of the same command for the pages around this one.

    `more`: whether there is a next page. `beyond`: whether this one is behind the last one, so that only the
    first one is offered. `values`: instead of those typed, for those that are known by now.
    """
    page = page_of(call)
    kept = {name: value for name, value in {**call.values, **(values or {})}.items() if name != "page"}
    turns = {"Next page": page + 1 if more and page < MOST else 0, "Previous page": page - 1}
    if beyond and page > 1:
        turns = {"First page": 1}
    return tuple(
        SuggestedAction(label, call.command.path, (*kept.items(), ("page", str(to))))
        for label, to in turns.items()
        if to
    )


def numbered(skip: int, shown: int) -> str:
    """Return "Posts 6 to 10", or "Post 6", of a page that follows `skip` posts."""
    first, last = skip + 1, skip + shown
    return f"Post {first:,}" if first == last else f"Posts {first:,} to {last:,}"
