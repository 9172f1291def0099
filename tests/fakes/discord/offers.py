"""What Discord's client does with registered commands: whom it offers them, and what it then sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.discord import payloads
from tests.fakes.discord.basics import Bits, Json
from tests.fakes.discord.people import User
from tests.fakes.discord.permissions import permissions_of
from tests.fakes.discord.world import Channel, Guild, Role

_GROUPS = (1, 2)
_TYPES: dict[int, tuple[type, ...]] = {
    3: (str,),
    4: (int,),
    5: (bool,),
    6: (User,),
    7: (Channel,),
    8: (Role,),
    9: (User, Role),
    10: (int, float),
}


class NotOfferedError(AssertionError):
    """Discord's client would not let this person do this here."""


@dataclass
class Place:
    """Where somebody is: a guild's channel, or a DM with the bot."""

    channel: Channel

    @classmethod
    def of(cls, where: Guild | Channel) -> Place:
        """Return the place; of a guild it is the first channel for text."""
        return cls(where.channels[0] if isinstance(where, Guild) else where)

    @property
    def context(self) -> int:
        """The interaction context: 0 guild, 1 DM with the bot."""
        return 0 if self.channel.guild else 1

    def installed_for(self, user: User) -> Json:
        """Return the authorizing integration owners: "0" the guild (0 in a DM), "1" the user."""
        guild = self.channel.guild
        owners: Json = {}
        if guild is None or guild.has_bot:
            owners["0"] = str(guild.id) if guild else "0"
        if user.has_app:
            owners["1"] = str(user.id)
        return owners


def command_data(
    definition: Json, path: list[str], values: Json, *, focused: str = "", guild: Guild | None = None
) -> Json:
    """Return the `data` of an interaction: the command, its sub-commands in `path`, and the option values.

    With `focused` it is an autocomplete: options that are missing or half typed are then allowed.
    """
    options, leaf = definition.get("options") or [], definition
    for name in path[1:]:
        leaf = next((each for each in options if each["name"] == name and each["type"] in _GROUPS), {})
        if not leaf:
            raise NotOfferedError(f"/{' '.join(path)} is not registered")
        options = leaf.get("options") or []
    resolved: Json = {}
    sent = _sent_options(options, values, focused, resolved)
    for name in reversed(path[1:]):
        kind = 1 if name == path[-1] else 2
        sent = [{"name": name, "type": kind, "options": sent}]
    data: Json = {"id": definition["id"], "name": definition["name"], "type": 1, "options": sent}
    if resolved:
        data["resolved"] = resolved
    if guild is not None and definition.get("guild_id"):
        data["guild_id"] = str(guild.id)
    return data


def check_offer(definition: Json, place: Place, user: User) -> None:
    """Raise NotOfferedError when the command is not shown to this person here."""
    name, guild = definition["name"], place.channel.guild
    have = permissions_of(user, place.channel)
    if guild is not None and not have & Bits.USE_APPLICATION_COMMANDS:
        raise NotOfferedError(f"{user.name} may use no commands in {guild.name}")
    contexts = definition.get("contexts") or [0, 1, 2]
    if place.context not in contexts:
        raise NotOfferedError(f"/{name} is for contexts {contexts}, this is {place.context}")
    owners = place.installed_for(user)
    kinds = definition.get("integration_types") or [0]
    if not any(str(kind) in owners for kind in kinds):
        raise NotOfferedError(f"/{name} is for installations {kinds}, here there are {sorted(owners)}")
    needed = definition.get("default_member_permissions")
    if needed is not None and guild is not None:
        wanted = int(needed) or int(Bits.ADMINISTRATOR)
        if have & wanted != wanted:
            raise NotOfferedError(f"/{name} needs permissions {wanted:#x}, {user.name} has {have:#x}")


def _sent_options(options: list[Json], values: Json, focused: str, resolved: Json) -> list[Json]:
    known = {option["name"]: option for option in options}
    unknown = values.keys() - known.keys()
    if unknown:
        raise NotOfferedError(f"no such option: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    missing = [each["name"] for each in options if each.get("required") and each["name"] not in values]
    if missing and not focused:
        raise NotOfferedError(f"a value is needed for {', '.join(missing)}")
    sent = []
    for name, value in values.items():
        option = {"name": name, "type": known[name]["type"]}
        if name == focused:
            if not known[name].get("autocomplete"):
                raise NotOfferedError(f"{name} has no autocomplete")
            option |= {"value": value, "focused": True}
        else:
            option["value"] = _value(known[name], value, resolved)
        sent.append(option)
    return sent


def _value(option: Json, value: Any, resolved: Json) -> Any:
    fits = isinstance(value, _TYPES[option["type"]])
    if not fits:
        raise NotOfferedError(f"{option['name']} takes no {type(value).__name__}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise NotOfferedError(f"{option['name']} offers {choices}, not {value!r}")
    _check_size(option, value)
    return _resolve(option, value, resolved)


def _check_size(option: Json, value: Any) -> None:
    if not isinstance(value, (str, int, float)):
        return
    size = len(value) if isinstance(value, str) else value
    for least, most in (("min_length", "max_length"), ("min_value", "max_value")):
        if option.get(least, size) > size or option.get(most, size) < size:
            limits = f"{option.get(least)} to {option.get(most)}"
            raise NotOfferedError(f"{option['name']} goes from {limits}, {value!r} is beyond")


def _resolve(option: Json, value: Any, resolved: Json) -> Any:
    if isinstance(value, User):
        resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
        return str(value.id)
    if isinstance(value, Role):
        resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
        return str(value.id)
    if isinstance(value, Channel):
        kinds = option.get("channel_types")
        if kinds and value.kind not in kinds:
            raise NotOfferedError(f"{option['name']} takes channels of types {kinds}, not {int(value.kind)}")
        permissions = str(permissions_of(value.world.owner, value))
        resolved.setdefault("channels", {})[str(value.id)] = {
            **payloads.channel(value),
            "permissions": permissions,
        }
        return str(value.id)
    return value
