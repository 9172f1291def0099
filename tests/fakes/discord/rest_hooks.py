"""Answers to interactions over REST: the callback, and the webhook of the token."""

from __future__ import annotations

from tests.fakes.discord.basics import Flags, Json
from tests.fakes.discord.core import NO_CONTENT, Call, Core, Reply, Routes
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    InteractionHub,
)
from tests.fakes.discord.messages import StoredMessage
from tests.fakes.discord.problems import ApiError, FormError, invalid
from tests.fakes.discord.rest import check_message
from tests.fakes.discord.rest_messages import announce

_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
_FOLLOW_UP = f"POST {_HOOK}"
_EDIT = f"PATCH {_HOOK}/messages/{{message_id}}"
# Answers that fit: 4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal.
_FITTING = {COMMAND: (4, 5, 9), COMPONENT: (4, 5, 6, 7, 9), AUTOCOMPLETE: (8,), MODAL: (4, 5, 6, 7)}
_USER_INSTALL_FOLLOW_UPS = 5


class HookRoutes:
    """The handlers of /interactions and of /webhooks/{application}/{token}."""

    def __init__(self, core: Core, hub: InteractionHub) -> None:
        self._core = core
        self._hub = hub

    def table(self) -> Routes:
        """Return the routes."""
        return {
            _CALLBACK: self.callback,
            _FOLLOW_UP: self.follow_up,
            f"GET {_HOOK}/messages/@original": self.fetch,
            f"PATCH {_HOOK}/messages/@original": self.edit,
            f"DELETE {_HOOK}/messages/@original": self.delete,
            f"GET {_HOOK}/messages/{{message_id}}": self.fetch,
            _EDIT: self.edit,
            f"DELETE {_HOOK}/messages/{{message_id}}": self.delete,
        }

    async def callback(self, call: Call) -> Reply:
        """Take the first answer: once, within three seconds, of a fitting type."""
        interaction = self._hub.by_token.get(call.path["interaction_token"])
        if interaction is None or interaction.id != call.id("interaction_id"):
            raise ApiError(10062)
        if interaction.callback:
            raise ApiError(40060)
        if (took := interaction.stopwatch.seconds()) > interaction.deadline:
            late = f"{interaction.data} was answered after {took:.2f} s"
            self._core.guard.violations.append(late)
            raise ApiError(10062)
        kind = call.body.get("type")
        if kind not in _FITTING[interaction.kind]:
            raise invalid(
                FormError(("type",), "BASE_TYPE_CHOICES", f"{kind} does not answer {interaction.kind}")
            )
        check_message(self._core, _CALLBACK, call)
        data = call.body.get("data") or {}
        self._act(interaction, kind, data)
        interaction.note_callback(kind, data)
        if call.exchange.query.get("with_response", "").lower() not in ("1", "true"):
            return NO_CONTENT
        return Reply(_callback_answer(interaction, kind))

    async def follow_up(self, call: Call) -> Reply:
        """Send another message; the first after a deferral takes the place of "is thinking"."""
        interaction = self._interaction(call)
        check_message(self._core, _FOLLOW_UP, call)
        original = interaction.original
        if original is not None and original.flags & Flags.LOADING:
            return Reply(self._replace(interaction, original, call.body).show())
        owners = interaction.place.installed_for(interaction.user)
        if "0" not in owners and len(interaction.followups) >= _USER_INSTALL_FOLLOW_UPS:
            raise ApiError(40094)
        message = self._say(interaction, call.body)
        interaction.followups.append(message)
        if interaction.callback == 6:
            interaction.settle()
        return Reply(message.show())

    async def fetch(self, call: Call) -> Reply:
        """Show a message of the interaction."""
        return Reply(self._message(self._interaction(call), call).show())

    async def edit(self, call: Call) -> Reply:
        """Edit a message of the interaction."""
        interaction = self._interaction(call)
        message = self._message(interaction, call)
        check_message(self._core, _EDIT, call)
        return Reply(self._replace(interaction, message, call.body or {}).show())

    async def delete(self, call: Call) -> Reply:
        """Delete a message of the interaction."""
        interaction = self._interaction(call)
        message = self._message(interaction, call)
        self._core.book.delete(message)
        announce(self._core, "MESSAGE_DELETE", message)
        if message is interaction.original:
            interaction.settle()
        return NO_CONTENT

    def _act(self, interaction: Interaction, kind: int, data: Json) -> None:
        if kind in (4, 5):
            flags = int(data.get("flags") or 0) | (Flags.LOADING if kind == 5 else 0)
            interaction.original = self._say(interaction, {**data, "flags": flags})
        elif kind in (6, 7):
            interaction.original = interaction.source
        if kind == 7 and interaction.source is not None:
            self._core.book.edit(interaction.source, data)
            announce(self._core, "MESSAGE_UPDATE", interaction.source)
        if kind in (4, 7):
            interaction.settle()

    def _say(self, interaction: Interaction, body: Json) -> StoredMessage:
        world = self._core.world
        message = self._core.book.add(
            interaction.place.channel, world.bot, body, interaction=interaction.metadata()
        )
        announce(self._core, "MESSAGE_CREATE", message)
        return message

    def _replace(self, interaction: Interaction, message: StoredMessage, body: Json) -> StoredMessage:
        message.flags &= ~Flags.LOADING
        self._core.book.edit(message, body)
        announce(self._core, "MESSAGE_UPDATE", message)
        if message is interaction.original:
            interaction.settle()
        return message

    def _interaction(self, call: Call) -> Interaction:
        found = self._hub.find(call.path["webhook_token"])
        if found is None or call.id("webhook_id") != self._core.world.application_id:
            raise ApiError(50027)
        if not found.callback:
            raise ApiError(10015)
        return found

    def _message(self, interaction: Interaction, call: Call) -> StoredMessage:
        number = call.path.get("message_id")
        known = [*([interaction.original] if interaction.original else []), *interaction.followups]
        found = known[:1] if number is None else [each for each in known if str(each.id) == number]
        if not found or found[0].deleted:
            raise ApiError(10008)
        return found[0]


def _callback_answer(interaction: Interaction, kind: int) -> Json:
    told: Json = {"id": str(interaction.id), "type": interaction.kind}
    answer: Json = {"interaction": told}
    message = interaction.original
    if message is None:
        return answer
    told |= {
        "response_message_id": str(message.id),
        "response_message_loading": bool(message.flags & Flags.LOADING),
        "response_message_ephemeral": message.ephemeral,
    }
    if kind in (4, 7):
        answer["resource"] = {"type": kind, "message": message.show()}
    return answer
