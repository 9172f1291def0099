"""From a server's answer to a feed, or to one sentence with the mend.

Polls, `check` and what is asked in chat go this way alike: what one of them refuses, all do.
"""

from __future__ import annotations

from bot.errors import ParseError, SandboxError
from bot.model import ParsedFeed
from bot.pipeline.calls import FEEDS_OF_PAGE, PARSE
from bot.pipeline.fetch.client import Answer
from bot.sandbox.remote import Runner

_LONGEST = 200  # characters of an address that a sentence shows; a cut one would lead elsewhere


async def read_answer(sandbox: Runner, answer: Answer) -> ParsedFeed:
    """Return the feed in an answer that `refuse_status` let pass.

    Raises ParseError where it has none; of a page that names its feed the error says where that is.
    """
    try:
        parsed = await sandbox.run(PARSE, answer.body, answer.content_type, answer.url)
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


async def named_feed(sandbox: Runner, answer: Answer) -> str:
    """Return the feed that a web page names, "" where it names none but itself."""
    try:
        found = await sandbox.run(FEEDS_OF_PAGE, answer.body, answer.url)
    except ParseError:
        return ""
    return next((address for address in found if address != answer.url), "")
