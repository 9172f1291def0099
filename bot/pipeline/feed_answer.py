"""From a server's answer to a feed, or to one sentence with the mend.

Polls, `check` and what is asked in chat go this way alike: what one of them refuses, all do.
"""

from __future__ import annotations

from http import HTTPStatus

from bot.errors import FetchError, ParseError, SandboxError
from bot.model import ParsedFeed
from bot.pipeline.fetch.client import Answer
from bot.pipeline.fetch.errors import refusal
from bot.sandbox.sandbox import Sandbox

PARSE = "bot.pipeline.parse.feed:parse"
_FEEDS = "bot.pipeline.parse.discover:feeds_of_page"
_LONGEST = 200  # characters of an address that a sentence shows; a cut one would lead elsewhere


def refuse_status(answer: Answer) -> None:
    """Raise FetchError for an answer that holds no feed by its status."""
    if answer.status not in (HTTPStatus.OK, HTTPStatus.IM_USED):
        raise FetchError(refusal(answer.status), status=answer.status, retry_after=answer.retry_after)


async def read_answer(sandbox: Sandbox, answer: Answer) -> ParsedFeed:
    """Return the feed in an answer that `refuse_status` let pass.

    Raises ParseError where it has none; of a page that names its feed the error says where that is.
    """
    try:
        parsed: ParsedFeed = await sandbox.run(PARSE, answer.body, answer.content_type, answer.url)
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
    return parsed


async def named_feed(sandbox: Sandbox, answer: Answer) -> str:
    """Return the feed that a web page names, "" where it names none but itself."""
    try:
        found: list[str] = await sandbox.run(_FEEDS, answer.body, answer.url)
    except ParseError:
        return ""
    return next((address for address in found if address != answer.url), "")
