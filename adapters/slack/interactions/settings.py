"""How long a conversation may take, and how much of it is remembered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """Times are in seconds. Slack waits three for an acknowledgement (documentation, interactivity)."""

    search: float = 2.0  # to find what may be chosen
    form: float = 2.0  # to answer a form before it closes
    opening: float = 1.0  # to find out who is an admin before a form opens
    forms: int = 1000  # submitted ones that are remembered


CONVERSATION = ConversationSettings()
