"""What a store keeps about people, and how it forgets one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows about a person were deleted: subscriptions, messages to them, and mentions of them.

    `changes`: entries of the log of changes that no longer say who made them.
    """

    subscriptions: int = 0
    messages: int = 0
    mentions: int = 0
    changes: int = 0


class PeopleStore(Protocol):
    """Forgets people."""

    async def forget(self, address: str, now: datetime) -> Forgotten:
        """Delete all that is stored about a person, in one transaction. `address`: of the person.

        What they follow, their settings and the record of messages to them are deleted, and so are the values
        of adapters about them (see KeyValueStore). What belongs to others stays without them: their name in
        the log of changes becomes FORGOTTEN, their address in notices becomes a word, and alerts of channels
        mention them no more, which is logged for each channel.

        Afterwards nothing is known of them. If they follow something again, they are new: a post that was
        sent to them before counts as not sent.

        Raises UsageError, and changes nothing, while a message to them is being sent.
        """
        ...
