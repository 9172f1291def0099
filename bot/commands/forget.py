"""/forget: deletes what is stored about the person who asks."""

from __future__ import annotations

from bot.commands.declaration import Call
from bot.commands.state import Target, state_words
from bot.commands.wording import listed
from bot.model import Reply, SuggestedAction
from bot.ports import Forgotten
from bot.text.counting import counted

ME, YES = "me", "yes"
_WHAT = (
    "This deletes all that I keep about you: what you follow, your settings, the record of what I sent you, "
    "your name in the log of changes, and mentions of you in the alerts of channels. It cannot be undone."
)
_STAYS = "Messages that I sent you stay in this chat; only you can delete them."


async def forget(call: Call) -> Reply:
    """Say what would be deleted about the person who asks; delete it when they confirm that."""
    call.required("who")
    if not call.text("confirm"):
        return await _asked(call)
    forgotten = await call.store.forget(call.caller.address, call.now)
    return Reply(f"You are forgotten. {deleted_words(forgotten)} {_STAYS}")


async def _asked(call: Call) -> Reply:
    """Ask for the confirmation. Nothing is changed yet."""
    subscriptions = await call.store.subscriptions(call.caller.address)
    lines = [
        _WHAT,
        state_words(Target(call.caller.address), subscriptions),
        "To keep a copy first: /export. To go on: /forget me yes",
    ]
    offer = SuggestedAction("Forget me", call.command.path, (("who", ME), ("confirm", YES)))
    return Reply("\n".join(lines), offers=(offer,))


def deleted_words(forgotten: Forgotten) -> str:
    """Return what was deleted, as a sentence."""
    numbers = (
        (forgotten.subscriptions, "subscription"),
        (forgotten.messages, "message on record"),
        (forgotten.mentions, "mention"),
        (forgotten.changes, "name in the log of changes"),
    )
    parts = [_number(number, noun) for number, noun in numbers if number]
    return f"Deleted: {listed(parts) or 'nothing, for nothing was stored'}."


def _number(number: int, noun: str) -> str:
    """Return "2 messages on record": the first word of the noun has the ending."""
    first, space, rest = noun.partition(" ")
    return f"{counted(number, first)}{space}{rest}"
