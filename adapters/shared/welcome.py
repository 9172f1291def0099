"""The first direct message to a person who starts to follow something.

It shows at once whether direct messages reach them. It is sent in the background, and the answer to their
command waits for it only briefly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.shared.tasks import Tasks
from bot.errors import DeliveryError, PermanentError
from bot.model import Caller, Reply
from bot.ports import BotServices
from bot.text.normalize import attempt_key

GREETING_LIMIT = 2.0  # seconds that an answer waits for the first direct message
ON_HOLD = "Alerts are on hold"  # start of the line in an answer that says so

Send = Callable[[str, str], Awaitable[None]]  # takes the text and the attempt key; raises DeliveryError


async def welcome(services: BotServices, tasks: Tasks, caller: Caller, reply: Reply, send: Send) -> Reply:
    """Return the answer to a new follower; it says so if no direct message reaches them.

    `send` sends the message, unless an earlier one is known to have arrived. After the time limit it
    continues in the background as one of `tasks`.
    """
    released = replace(reply, text=without_hold(reply.text))
    if caller.place == caller.address:  # they write by direct message already
        await services.reachable(caller.address)
        return released
    greeting = tasks.start(_greet(services, caller.address, released.text, send))
    await asyncio.wait({greeting}, timeout=GREETING_LIMIT)
    if not greeting.done():
        return reply
    error = greeting.result()
    if isinstance(error, PermanentError):
        return unreached(released, error)
    return released if error is None else reply


async def _greet(services: BotServices, address: str, text: str, send: Send) -> DeliveryError | None:
    """Send the message; return why it could not be sent."""
    try:
        await send(f"Alerts come here. {text}", attempt_key(address, f"greeting {text}"))
    except DeliveryError as error:
        return error
    await services.reachable(address)
    return None


def unreached(reply: Reply, error: DeliveryError) -> Reply:
    """Return an answer that says why no direct message arrives."""
    return replace(reply, text=f"{reply.text}\nBut no direct message reaches you yet: {error}")


def without_hold(text: str) -> str:
    """Return an answer without the line that says that alerts are on hold."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(ON_HOLD))
