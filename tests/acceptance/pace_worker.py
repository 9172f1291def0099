"""One of several processes with one bot token: sends messages to Discord as fast as it may.

It says "ready" once it is logged in, and starts when a line comes. At the end it says, as JSON, at which
monotonic seconds of the machine its requests were let go.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from adapters.discord.gateway.client import Client
from adapters.discord.gateway.endpoints import Endpoints
from adapters.discord.gateway.rate_limit import PaceSettings, RateLimiter
from adapters.discord.messages.delivery import Delivery
from bot.errors import NotYetError
from bot.model import Destination
from storage import open_store
from tests.adapters.discord.rig import NotingServices, alert


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is to do. `ahead`: seconds by which its clock is ahead of the machine's."""

    database: str
    api_base: str
    token: str
    channels: list[int]
    messages: int
    pace: dict[str, Any]  # settings of its RateLimiter
    number: int = 0
    ahead: float = 0.0


class NotingLimiter(RateLimiter):
    """A rate limiter that notes when it lets requests go."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.released: list[float] = []

    async def turn(self) -> None:
        await super().turn()
        self.released.append(time.monotonic())


async def main(order: Order) -> None:
    """Do what is ordered."""
    store = await open_store(order.database)
    pace = NotingLimiter(
        state=store, settings=PaceSettings(**order.pace), clock=lambda: time.monotonic() + order.ahead
    )
    endpoints = Endpoints(order.api_base, "")
    endpoints.lay()
    client = Client(endpoints, pace)
    await client.login(order.token)
    delivery = Delivery(client, pace, NotingServices(shared=store))

    async def send(number: int) -> None:
        target = Destination(1, f"discord:channel:{order.channels[number % len(order.channels)]}")
        while True:
            try:
                await delivery.send(target, alert(number), f"{order.number:08x}{number:016x}")
            except NotYetError as error:
                await asyncio.sleep(error.retry_after or 0.0)
            else:
                return

    _say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    pace.released.clear()
    await asyncio.gather(*(send(number) for number in range(order.messages)))
    _say(json.dumps(pace.released))
    await client.close()
    await store.aclose()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Order(**json.loads(sys.argv[1]))))
