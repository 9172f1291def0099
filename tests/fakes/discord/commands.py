"""The registered application commands: what Discord demands of them, and how it gives them back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.discord.basics import Json
from tests.fakes.discord.core import NO_CONTENT, Call, Core, Reply, Routes
from tests.fakes.discord.problems import ApiError, FormError, invalid

_NAME = re.compile(r"[-_'\w]{1,32}")
_SUBCOMMANDS = (1, 2)


class CommandBook:
    """The global commands by id. `created` counts what came new today: 200 is Discord's limit."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._by_id: dict[int, Json] = {}
        self.created = 0
        self.overwrites = 0  # how often all were replaced, which a bot should do on change only

    def __iter__(self) -> Iterator[Json]:
        return iter(self._by_id.values())

    def named(self, name: str) -> Json | None:
        """Return the command of that name."""
        return next((each for each in self if each["name"] == name), None)

    def table(self) -> Routes:
        """Return the routes."""
        every = "/applications/{application_id}/commands"
        return {
            f"GET {every}": self.list,
            f"PUT {every}": self.replace,
            f"POST {every}": self.create,
            f"GET {every}/{{command_id}}": self.fetch,
            f"PATCH {every}/{{command_id}}": self.change,
            f"DELETE {every}/{{command_id}}": self.delete,
        }

    async def list(self, _call: Call) -> Reply:
        """List the commands."""
        return Reply([*self])

    async def replace(self, call: Call) -> Reply:
        """Take these commands and no others; those of a known name keep their id."""
        if not isinstance(call.body, list):
            raise ApiError(50109)
        faults = [
            error for index, each in enumerate(call.body) for error in command_errors(each, (str(index),))
        ]
        names = [each.get("name") for each in call.body]
        if len(set(names)) != len(names):
            message = "Application command names must be unique"
            faults.append(FormError((), "APPLICATION_COMMANDS_DUPLICATE_NAME", message))
        if faults:
            raise invalid(*faults)
        if len(call.body) > 100:
            raise ApiError(30032)
        ids = {each["name"]: int(each["id"]) for each in self}
        self._count_new(sum(name not in ids for name in names))
        self._by_id = {}
        self.overwrites += 1
        for each in call.body:
            self._store(each, ids.get(each["name"], 0))
        return Reply([*self])

    async def create(self, call: Call) -> Reply:
        """Add a command, or replace the one of that name."""
        if faults := command_errors(call.body, ()):
            raise invalid(*faults)
        known = self.named(call.body["name"])
        if known is None:
            self._count_new(1)
            if len(self._by_id) >= 100:
                raise ApiError(30032)
        return Reply(self._store(call.body, int(known["id"]) if known else 0), 200 if known else 201)

    async def fetch(self, call: Call) -> Reply:
        """Show a command."""
        return Reply(self._find(call))

    async def change(self, call: Call) -> Reply:
        """Change fields of a command."""
        merged = {**self._find(call), **call.body}
        if faults := command_errors(merged, ()):
            raise invalid(*faults)
        return Reply(self._store(merged, int(merged["id"])))

    async def delete(self, call: Call) -> Reply:
        """Delete a command."""
        del self._by_id[int(self._find(call)["id"])]
        return NO_CONTENT

    def _find(self, call: Call) -> Json:
        found = self._by_id.get(call.id("command_id"))
        if found is None:
            raise ApiError(10063)
        return found

    def _count_new(self, new: int) -> None:
        if self.created + new > 200:
            raise ApiError(30034)
        self.created += new

    def _store(self, sent: Json, command_id: int) -> Json:
        permissions = sent.get("default_member_permissions")
        number = command_id or self._core.world.ids.event()
        stored: Json = {
            "id": str(number),
            "application_id": str(self._core.world.application_id),
            "version": str(self._core.world.ids.event()),
            "type": sent.get("type") or 1,
            "name": sent["name"],
            "description": sent.get("description") or "",
            # It is sent as a number and comes back as text.
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": 1 in (sent.get("contexts") or [0, 1, 2]),
            "contexts": sent.get("contexts"),
            "integration_types": sent.get("integration_types") or [0],
            "nsfw": bool(sent.get("nsfw")),
        }
        if sent.get("options"):
            stored["options"] = [_without_nulls(option) for option in sent["options"]]
        self._by_id[number] = stored
        return stored


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


# --- what a command must be --------------------------------------------------------------------------------


def command_errors(command: Any, at: tuple[str | int, ...]) -> list[FormError]:
    """Return the faults of a command (interactions/application-commands)."""
    if not isinstance(command, dict):
        return [FormError(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")]
    slash = (command.get("type") or 1) == 1
    errors = list(_named(command, at)) if slash else []
    if slash:
        errors += _option_errors(command.get("options") or [], (*at, "options"), depth=0)
        if _size(command) > 8000:
            message = "Command exceeds maximum size (8000)"
            errors.append(FormError(at, "APPLICATION_COMMAND_TOO_LARGE", message))
    return errors


def _named(thing: Json, at: tuple[str | int, ...]) -> Iterator[FormError]:
    name, text = thing.get("name"), thing.get("description")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower():
        message = "Command name is invalid"
        yield FormError((*at, "name"), "APPLICATION_COMMAND_INVALID_NAME", message)
    if not isinstance(text, str) or not 1 <= len(text) <= 100:
        message = "Must be between 1 and 100 in length."
        yield FormError((*at, "description"), "BASE_TYPE_BAD_LENGTH", message)


def _option_errors(options: list[Json], at: tuple[str | int, ...], *, depth: int) -> Iterator[FormError]:
    if len(options) > 25:
        yield FormError(at, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names = [option.get("name") for option in options]
    if len(set(names)) != len(names):
        message = "Option names must be unique"
        yield FormError(at, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
    optional = False
    for index, option in enumerate(options):
        yield from _named(option, (*at, index))
        if option.get("type") in _SUBCOMMANDS:
            if depth > 1 or (depth == 1 and option["type"] == 2):
                message = "Sub-command groups cannot be nested"
                yield FormError((*at, index), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            yield from _option_errors(option.get("options") or [], (*at, index, "options"), depth=depth + 1)
            continue
        yield from _choice_errors(option, (*at, index))
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            yield FormError((*at, index), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")


def _choice_errors(option: Json, at: tuple[str | int, ...]) -> Iterator[FormError]:
    choices = option.get("choices") or []
    if len(choices) > 25:
        yield FormError((*at, "choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if choices and option.get("autocomplete"):
        message = "Choices and autocomplete exclude each other"
        yield FormError(at, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    for index, choice in enumerate(choices):
        if not 1 <= len(choice.get("name", "")) <= 100:
            message = "Must be between 1 and 100 in length."
            yield FormError((*at, "choices", index, "name"), "BASE_TYPE_BAD_LENGTH", message)


def _size(thing: Json) -> int:
    size = len(thing.get("name") or "") + len(thing.get("description") or "")
    size += sum(len(str(each["name"])) + len(str(each["value"])) for each in thing.get("choices") or [])
    return size + sum(_size(option) for option in thing.get("options") or [])
