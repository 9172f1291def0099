"""First direct messages to people who begin to follow something: sent beside the answer, never before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from adapters.discord.errors import translate
from bot.errors import DeliveryError, PermanentError

GREETING_LIMIT = 2.0  # seconds an answer waits to hear whether direct messages arrive
ON_HOLD = "Alerts are on hold"  # how the line of an answer begins that tells so


class WelcomeMessages:
    """Greetings under way. `send` sends one to the person with an id; DeliveryError: it cannot."""

    def __init__(self, send: Callable[[int, str], Awaitable[None]]) -> None:
        self._send = send
        self._running: set[asyncio.Task[DeliveryError | None]] = set()

    async def greet(self, user_id: int, text: str) -> bool:
        """Begin to send a greeting; whether it is known within 2 seconds that direct messages arrive.

        What takes longer goes on by itself. PermanentError: Discord does not let the bot write to them.
        """
        task = asyncio.create_task(self._attempt(user_id, text))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=GREETING_LIMIT)
        error = task.result() if done else None
        if isinstance(error, PermanentError):
            raise error
        return bool(done) and error is None

    async def aclose(self) -> None:
        """Give up what is under way; the first alert shows as well whether messages arrive."""
        running = set(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _attempt(self, user_id: int, text: str) -> DeliveryError | None:
        try:
            await self._send(user_id, text)
        except Exception as error:  # noqa: BLE001 -- the table knows what each means, and logs the rest
            return translate(error)
        return None


def without_hold(text: str) -> str:
    """Return an answer without the line that alerts are on hold, once it is known better."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(ON_HOLD))
