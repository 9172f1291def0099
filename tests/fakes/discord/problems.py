"""Discord's error answers: status, JSON code, and for forms where in the body the trouble is."""

from __future__ import annotations

from typing import NamedTuple

from tests.fakes.discord.basics import Json

# JSON code -> (HTTP status, text); codes and texts after topics/opcodes-and-status-codes.
_KNOWN = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10087: (404, "Unknown Tag"),
    30032: (400, "Maximum number of application commands reached (100)."),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    40033: (400, "This message has already been crossposted."),
    20009: (400, "Explicit content cannot be sent to the desired recipient(s)"),
    40333: (403, "internal network error"),
    40058: (400, "Cannot send a message in a forum channel"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "This interaction has reached the maximum number of follow-up messages"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160005: (403, "Thread is locked"),
}


class FormError(NamedTuple):
    """One fault of a form: `path` leads to the field, `("embeds", 0, "title")` for one."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'body'}: {self.message}"


class ApiError(Exception):
    """An answer of Discord that is not a success."""

    def __init__(
        self, code: int, *, status: int = 0, message: str = "", errors: tuple[FormError, ...] = ()
    ) -> None:
        known_status, known_message = _KNOWN.get(code, (400, f"Error {code}"))
        self.code = code
        self.status = status or known_status
        self.message = message or known_message
        self.errors = errors
        super().__init__(f"{self.status} {self.code} {self.message}")

    def body(self) -> Json:
        """Return the JSON of the answer."""
        answer: Json = {"message": self.message, "code": self.code}
        if self.errors:
            answer["errors"] = _nested(self.errors)
        return answer


def invalid(*errors: FormError) -> ApiError:
    """Return the error for a form whose fields are wrong; an empty message has a code of its own."""
    if all(error.code == "EMPTY" for error in errors):
        return ApiError(50006)
    return ApiError(50035, errors=tuple(error for error in errors if error.code != "EMPTY"))


def _nested(errors: tuple[FormError, ...]) -> Json:
    root: Json = {}
    for error in errors:
        node = root
        for step in error.path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": error.code, "message": error.message})
    return root
