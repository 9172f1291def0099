"""Converts a server's answer to a feed, or to an error message with the remedy.

Polls, `check` and chat commands all use it, so that they accept and reject the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import ParseError, SandboxError
from bot.model import FeedWindow, ParsedFeed
from bot.pipeline.calls import FEEDS_OF_PAGE, PARSE_WINDOW
from bot.pipeline.fetch.client import Answer
from bot.sandbox.remote import Runner

_LONGEST = 200  # characters of an address that a message shows; a truncated one would lead elsewhere


async def read_answer(sandbox: Runner, answer: Answer) -> ParsedFeed:
    """Return the feed in an answer that `refuse_status` has accepted.

    Raises ParseError if it has none, naming the feed's address if the page links to one; also SandboxError.
    """
    return (await read_window(sandbox, answer)).feed


async def read_window(
    sandbox: Runner, answer: Answer, context: str = "", known: Sequence[str] = ()
) -> FeedWindow:
    """Return the feed in an answer without entries that are known in a context; see `read_answer`."""
    try:
        return await sandbox.run(
            PARSE_WINDOW, answer.body, answer.content_type, answer.url, context, list(known)
        )
    except SandboxError:
        raise
    except ParseError as error:
        named = await named_feed(sandbox, answer)
        if named and len(named) <= _LONGEST:
            mend = f"its feed is {named}: put that into url, or /feeds add it"
        elif len(answer.url) <= _LONGEST:
            mend = f"open {answer.url} in a browser: that is what the bot gets"
        else:
            mend = "open the address in a browser"
        raise ParseError(f"{error}; {mend}") from None


async def named_feed(sandbox: Runner, answer: Answer) -> str:
    """Return the address of another feed that a web page links to, "" for none."""
    try:
        found = await sandbox.run(FEEDS_OF_PAGE, answer.body, answer.url)
    except ParseError:
        return ""
    return next((address for address in found if address != answer.url), "")
