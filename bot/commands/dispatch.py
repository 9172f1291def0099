"""The one way to run a command, for all platforms. It always answers; only `parse` raises."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from bot.clock import Clock
from bot.commands.check import checked
from bot.commands.complete import suggestions
from bot.commands.declaration import Call, RefusedError
from bot.commands.parse import LONGEST, PROGRAM, find_command, parse
from bot.commands.reading import Vocabulary
from bot.commands.resolve import resolve
from bot.commands.spec import COMMANDS, RUNNABLE, TABLE
from bot.commands.wording import listed, show, unchanged
from bot.errors import NoCommandError, StoreError, UsageError
from bot.model import Caller, CommandSpec, Limits, Reply, SuggestedAction
from bot.ports import CommandStore, Inspector, Runtime
from bot.text.sanitize import visible
from bot.timetable import zone_of

APOLOGY = (
    "That did not work: something is wrong inside the bot, and its log says what. Please try again later."
)
NOT_STORED = "The database cannot be used now, and nothing was changed. Please try again later."

log = logging.getLogger(__name__)


class Dispatcher:
    """Runs commands: `bot.ports.CommandService` for the adapters.

    `runtime`: the state of the running bot's parts, for /health; None if it does not run.
    `alerts_only`: the platforms on which nobody can type. `zone`: for the times in answers. `limits`: of the
    config.
    `wake` is called after each command that may have put something into the outbox.
    """

    commands = RUNNABLE

    def __init__(
        self,
        store: CommandStore,
        inspector: Inspector,
        clock: Clock,
        *,
        alerts_only: Sequence[str] = (),
        runtime: Runtime | None = None,
        zone: tzinfo = UTC,
        limits: Limits | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._inspector = inspector
        self._clock = clock
        self._alerts_only = tuple(alerts_only)
        self._runtime = runtime
        self._zone = zone
        self._limits = limits or Limits()
        self._wake = wake

    def follow(self, limits: Limits) -> None:
        """Take over the limits of a config that was read again."""
        self._limits = limits

    async def run(self, caller: Caller, line: str) -> Reply:
        """Run one line as typed, such as "/follow China-U.S.", and return the answer."""
        return await _answered(self._run_line(caller, line))

    def parse(self, line: str) -> tuple[str, dict[str, str]]:
        """Return the path of the command in a line and the values typed for it, unchecked."""
        parsed = parse(line, COMMANDS)
        return parsed.command.path, dict(parsed.values)

    async def execute(self, caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        """Run the command at a path with its values; a group explains itself."""
        if path not in TABLE:  # from a button of an older version, or forged
            return Reply(f"/{show(path, 40)} is no command any more. /help lists all there are.", ok=False)
        return await _answered(self._run(caller, TABLE[path].spec, values))

    async def complete(self, caller: Caller, command_path: str, parameter: str, typed: str) -> list[str]:
        """Return suggestions for a parameter: at most 25, each at most 100 characters, best first."""
        try:
            command = find_command(command_path, COMMANDS)
            wanted = next((each for each in command.parameters if each.name == parameter), None)
            if wanted is None or (command.admin and not caller.admin):
                return []
            return await suggestions(self._store, caller, COMMANDS, wanted, typed[:LONGEST])
        except UsageError:
            return []
        except Exception:
            log.exception("No suggestions for %s of /%s", show(parameter), show(command_path))
            return []

    async def _run_line(self, caller: Caller, line: str) -> Reply:
        try:
            parsed = parse(line, COMMANDS)
        except NoCommandError as error:
            raise await self._guessed(line, error) from error
        return await self._run(caller, parsed.command, parsed.values)

    async def _run(self, caller: Caller, command: CommandSpec, values: Mapping[str, str]) -> Reply:
        if command.admin and not caller.admin:
            raise UsageError(f"Only admins may use /{command.path}.")
        try:
            call = self._call(caller, command, checked(command, values), await self._zone_of(caller))
            reply = await TABLE[command.path].handler(call)
        except UsageError as error:
            raise _completed(error, command, values) from error
        finally:
            if command.changes:
                self._wake()
        if command.admin and command.changes and reply.ok:
            log.info("%s used /%s: %s", show(caller.address), command.path, show(str(dict(values)), 300))
        return reply

    async def _guessed(self, line: str, error: NoCommandError) -> UsageError:
        """Return the refusal of a line that is no command. For known names it offers to follow them."""
        names = visible(line).lstrip("/ ").removeprefix(PROGRAM).lstrip("/ ")
        try:
            resolve(names, Vocabulary(await self._store.terms()), "follow")
        except RefusedError as refused:
            if error.mistyped or not refused.offers or "," in names or len(names.split()) == 1:
                return error
            return RefusedError(f"{error}\n{refused}", refused.offers)
        except UsageError:
            return error
        offer = SuggestedAction(f"Follow {names}", "follow", (("categories", names),))
        return RefusedError(f"{error}\nTo follow it: /follow {names}", (offer,))

    async def _zone_of(self, caller: Caller) -> tzinfo:
        """Return the zone for the times shown to a person. It must not fail: /help works without a store."""
        try:
            return zone_of(await self._store.preferences(caller.address), self._zone)
        except Exception as error:  # noqa: BLE001 -- a command that needs the store reports it itself
            log.debug("The time zone of %s is not known: %s", show(caller.address), error)
            return self._zone

    def _call(self, caller: Caller, command: CommandSpec, values: Mapping[str, str], zone: tzinfo) -> Call:
        return Call(
            caller=caller,
            command=command,
            values=values,
            store=self._store,
            inspector=self._inspector,
            now=self._clock.now(),
            alerts_only=self._alerts_only,
            zone=zone,
            default_zone=self._zone,
            commands=COMMANDS,
            limits=self._limits,
            parts=tuple(self._runtime.parts()) if self._runtime else (),
        )


async def _answered(answer: Awaitable[Reply]) -> Reply:
    """Turn every error into an answer. An unexpected one is logged with its traceback."""
    try:
        return await answer
    except UsageError as error:
        return Reply(str(error), ok=False, offers=error.offers if isinstance(error, RefusedError) else ())
    except StoreError as error:  # the disk is full, for example: no fault of the bot's
        log.error("A command failed: %s", error)  # noqa: TRY400 -- the error says all, and what to do
        return Reply(NOT_STORED, ok=False)
    except Exception:
        log.exception("A command failed")
        return Reply(APOLOGY, ok=False)


def _completed(error: UsageError, command: CommandSpec, values: Mapping[str, str]) -> RefusedError:
    """Return the refusal with "nothing was changed", and with offers that keep the other typed values."""
    text = str(error)
    options = [name for name in values if name not in ("categories", "category", "new")]
    proposed = f": /{command.path} " in text and "Usage:" not in text  # a line to type instead
    if options and proposed:
        text += f"\nGive {listed(options)} again as well."
    if command.changes:
        text = unchanged(text)
    offers = error.offers if isinstance(error, RefusedError) else ()
    return RefusedError(text, tuple(_with_the_rest(each, command, values) for each in offers))


def _with_the_rest(
    offer: SuggestedAction, command: CommandSpec, values: Mapping[str, str]
) -> SuggestedAction:
    if offer.path != command.path:
        return offer
    return replace(offer, values=tuple({**values, **dict(offer.values)}.items()))
