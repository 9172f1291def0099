"""How much people may ask of the bot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the config. What is there already stays when a limit is lowered."""

    subscriptions_per_person: int = 100  # names that one person follows or leaves out
    subscriptions_per_channel: int = 200  # the same of one channel
    feeds_per_server: int = 25  # feeds in use that admins of one server or workspace added in chat
