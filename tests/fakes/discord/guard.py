"""Holds every request and every answer of the fake against Discord's OpenAPI document, and beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fakes.discord import spec as discord_spec
from tests.fakes.discord.basics import Flags, Json
from tests.fakes.discord.checks import message_errors
from tests.fakes.discord.problems import FormError

# Where a request carries a message, and whether it may leave fields out.
_MESSAGES = {
    "POST /channels/{channel_id}/messages": ("", False),
    "PATCH /channels/{channel_id}/messages/{message_id}": ("", True),
    "POST /channels/{channel_id}/threads": ("message", False),
    "POST /interactions/{interaction_id}/{interaction_token}/callback": ("data", False),
    "POST /webhooks/{webhook_id}/{webhook_token}": ("", False),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": ("", True),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": ("", True),
}
_V2_KINDS = range(9, 18)
_MESSAGE_CALLBACKS = (4, 7)  # callback types whose data is a message


class Guard:
    """Collects violations, a line each. Without the document it only knows the limits of messages."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._document = discord_spec.load() if enabled else None
        self.violations: list[str] = []

    @property
    def active(self) -> bool:
        """Whether Discord's document is there."""
        return self._document is not None

    def request(self, method: str, path: str, query: Json, body: Any) -> None:
        """Check a request; `body` is its JSON, None for none."""
        if self._document is None:
            return
        operation = self._document.find(method, path)
        errors = operation.request_errors(path, query, body) if operation else iter(["there is no such path"])
        self.violations += [f"request {method} {path}: {error}" for error in errors]

    def answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Check an answer of our own; what breaks down (5xx) has no form."""
        operation = self._document.find(method, path) if self._document and status < 500 else None
        if operation is not None:
            errors = operation.answer_errors(status, body)
            self.violations += [f"answer {status} to {method} {path}: {error}" for error in errors]

    def message(self, method: str, template: str, path: str, body: Any, *, files: int = 0) -> None:
        """Check what the document misses in the message that a request carries."""
        for error in self.message_errors(f"{method} {template}", body, files=files):
            self.violations.append(f"request {method} {path}: {error}")

    @staticmethod
    def message_errors(operation: str, body: Any, *, files: int = 0) -> Iterator[FormError]:
        """Yield the faults of the message inside the body of a request, with their paths in that body."""
        if operation not in _MESSAGES or not isinstance(body, dict):
            return
        key, partial = _MESSAGES[operation]
        if key == "data":
            partial = body.get("type") == 7
            if body.get("type") not in _MESSAGE_CALLBACKS:
                return
        if key == "message" and key not in body:
            return  # a thread without a first message
        message = (body.get(key) if key else body) or {}
        # The flag of components V2 may stand on the message that is edited: then it is not in this body.
        v2 = Flags.COMPONENTS_V2 if partial and _looks_v2(message) else 0
        try:
            errors = message_errors(message, partial=partial, flags=v2, files=files)
        except (TypeError, AttributeError, KeyError):
            errors = [FormError((), "MODEL_TYPE_CONVERT", "A field is not of its type.")]
        for error in errors:
            yield error._replace(path=(key, *error.path) if key else error.path)


def _looks_v2(message: Any) -> bool:
    components = message.get("components") if isinstance(message, dict) else None
    if not isinstance(components, list):
        return False
    return any(isinstance(each, dict) and each.get("type", 0) in _V2_KINDS for each in components)
