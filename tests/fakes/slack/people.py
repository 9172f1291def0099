"""People act: commands, clicks, choices, modals, the Home tab, and what becomes of acknowledgements."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from tests.fakes.slack import payloads
from tests.fakes.slack.basics import ApiError, Json
from tests.fakes.slack.chat import Chat
from tests.fakes.slack.choices import Option, hold, initial, is_empty, offered
from tests.fakes.slack.core import Core
from tests.fakes.slack.deeds import Deed, Envelope
from tests.fakes.slack.elements import OFFER
from tests.fakes.slack.hooks import Hook, Hooks
from tests.fakes.slack.messages import StoredMessage, elements_of
from tests.fakes.slack.views import View, Views
from tests.fakes.slack.world import Channel, Team, User

Deliver = Callable[[Envelope], Awaitable[None]]
Place = StoredMessage | View


class People:
    """Lets somebody act and hands the payload to the app."""

    def __init__(self, core: Core, chat: Chat, views: Views, hooks: Hooks, deliver: Deliver) -> None:
        self._core = core
        self._chat = chat
        self._views = views
        self._hooks = hooks
        self._deliver = deliver
        self._offered: dict[tuple[str, str], dict[str, Json]] = {}  # options by value, of user and action

    async def command(self, user: User, channel: Channel, name: str, text: str) -> Deed:
        """Type a slash command. What comes with the acknowledgement is shown to the person."""
        deed = Deed(name, payloads.command(user, channel, name, text))
        deed.payload["response_url"] = self._hooks.add(deed, user, channel)
        deed.payload["trigger_id"] = self._views.trigger(user)

        def shown(told: Json) -> None:
            if told:
                self._answer(deed, Hook(deed, user, channel, 0.0), told)

        await self._deliver(Envelope("slash_commands", deed, accepts=True, on_ack=shown))
        return deed

    def _answer(self, deed: Deed, hook: Hook, told: Json) -> None:
        try:
            self._chat.check(f"acknowledgement of {deed.kind}", told)
        except ApiError:
            return
        self._hooks.show(hook, told)

    async def act(self, user: User, where: Place, action_id: str, extra: Callable[[Json], Json]) -> Deed:
        """Use an element of a message or view; `extra` makes its state from the element."""
        block, element = self.find(where, action_id)
        told = extra(element)
        if block["type"] == "input":
            assert block.get("dispatch_action"), f"{action_id} is an input and sends nothing before submit"
        if isinstance(where, View) and element["type"] != "button":
            where.state.setdefault(block["block_id"], {})[action_id] = told
        action = {
            "action_id": action_id,
            "block_id": block["block_id"],
            **told,
            "action_ts": self._core.world.stamps.next(),
        }
        deed = Deed(f"{action_id} ({element['type']})", payloads.interaction("block_actions", user))
        channel = user.team.channels.get(where.channel_id) if isinstance(where, StoredMessage) else None
        deed.payload |= payloads.source(where, channel)
        if isinstance(where, StoredMessage) and element["type"] != "button":
            deed.payload["state"] = {"values": {block["block_id"]: {action_id: told}}}
        deed.payload["trigger_id"] = self._views.trigger(user, stack=_is_modal(where))
        if isinstance(where, StoredMessage) and channel is not None:
            deed.payload["response_url"] = self._hooks.add(deed, user, channel, where)
        deed.payload["actions"] = [action]
        await self._deliver(Envelope("interactive", deed))
        return deed

    def click(self, value: str | None, action_id: str) -> Callable[[Json], Json]:
        """Return what a click on a button sends; `value` is what the button is expected to bear."""

        def made(element: Json) -> Json:
            if element["type"] != "button" or (value is not None and element.get("value") != value):
                self._core.violate(f"{action_id} is no button with {value}: {element}")
            kept: Json = {key: element[key] for key in ("text", "value", "url", "style") if key in element}
            return {"type": "button", **kept}

        return made

    def choose(self, user: User, action_id: str, values: list[str]) -> Callable[[Json], Json]:
        """Return what a choice sends."""
        chosen = self._offered.get((user.id, action_id), {})
        return lambda element: hold(element, values, chosen)

    async def options(self, user: User, where: Place, action_id: str, typed: str) -> list[Option]:
        """Type into an external select; Slack does not ask before `min_query_length` characters (3)."""
        block, element = self.find(where, action_id)
        assert element["type"].endswith("external_select"), f"{action_id} asks nobody for options"
        if len(typed) < element.get("min_query_length", 3):
            return []
        deed = Deed(f"options of {action_id}", payloads.interaction("block_suggestion", user))
        channel = user.team.channels.get(where.channel_id) if isinstance(where, StoredMessage) else None
        deed.payload |= payloads.source(where, channel)
        deed.payload |= {"action_id": action_id, "block_id": block["block_id"], "value": typed}
        await self._deliver(Envelope("interactive", deed, accepts=True))
        answer = await deed.acked()
        if faults := [*OFFER(answer, "")]:
            self._core.violate(f"{deed.kind}: {faults}")
            return []
        known = self._offered.setdefault((user.id, action_id), {})
        known |= {each["value"]: each for each in payloads.listed_options(answer)}
        return offered(answer)

    async def submit(self, user: User, view: View, values: Mapping[str, Any]) -> Deed:
        """Press a modal's submit button, with what was entered by action_id."""
        assert self._views.modal(user) is view, "this modal is not the one on top"
        view.errors = {}
        for action_id, chosen in values.items():
            block, element = self.find(view, action_id)
            known = self._offered.get((user.id, action_id), {})
            view.state.setdefault(block["block_id"], {})[action_id] = hold(element, chosen, known)
        self._fill(view)
        deed = Deed(f"submission of {view.callback_id}", payloads.interaction("view_submission", user))
        deed.payload |= {"view": view.show(), "response_urls": []}
        deed.payload["trigger_id"] = self._views.trigger(user, stack=True)
        done = partial(self._submitted, view, deed)
        await self._deliver(Envelope("interactive", deed, accepts=True, on_ack=done))
        return deed

    @staticmethod
    def _fill(view: View) -> None:
        """Put initial and empty values where nothing was entered; a required input has to have one."""
        for block in view.shown_blocks:
            for element in elements_of(block):
                if element["type"] in ("button", "image", "overflow"):
                    continue
                held = view.state.setdefault(block["block_id"], {})
                state = held.setdefault(element["action_id"], initial(element) or hold(element, None, {}))
                required = block["type"] == "input" and not block.get("optional")
                assert not (required and is_empty(state)), f"{element['action_id']} is required"

    def _submitted(self, view: View, deed: Deed, told: Json) -> None:
        """Do with the modal what the acknowledgement says."""
        action = told.get("response_action")
        try:
            if action == "errors":
                self._show_errors(view, told.get("errors"))
            elif action == "update":
                self._views.put(view, told.get("view") or {})
            elif action == "push":
                self._views.push(view.user, told.get("view") or {})
            elif action in (None, "clear"):
                self._views.leave(view, everything=action == "clear")
            else:
                self._core.violate(f"{deed.kind}: there is no response_action {action}")
        except ApiError as error:
            deed.failed = error.name

    def _show_errors(self, view: View, errors: Any) -> None:
        inputs = {block["block_id"] for block in view.shown_blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
            self._core.violate(f"errors have to name input blocks, {sorted(inputs)}: {errors}")
            return
        view.errors = {str(key): str(value) for key, value in errors.items()}

    async def close(self, user: User, view: View) -> Deed:
        """Close a modal; the app hears of it where it has asked for that."""
        gone = self._views.leave(view, everything=bool(view.payload.get("clear_on_close")))
        deed = Deed(f"closing of {view.callback_id}", payloads.interaction("view_closed", user))
        deed.payload |= {"view": view.show(), "is_cleared": len(gone) > 1}
        if view.payload.get("notify_on_close"):
            await self._deliver(Envelope("interactive", deed))
        else:
            deed.ack = {}
        return deed

    async def event(self, team: Team, told: Json) -> Deed:
        """Send an event."""
        deed = Deed(str(told.get("type")), payloads.event(self._core, team, told))
        await self._deliver(Envelope("events_api", deed))
        return deed

    async def again(self, deed: Deed) -> Deed:
        """Send something a second time, as when Slack did not hear that it arrived."""
        kinds = {"event_callback": "events_api", None: "slash_commands"}
        kind = kinds.get(deed.payload.get("type"), "interactive")
        second = Deed(deed.kind, deed.payload)
        await self._deliver(Envelope(kind, second, accepts=kind != "events_api"))
        return second

    def find(self, where: Place, action_id: str) -> tuple[Json, Json]:
        """Return an element with its block; a violation and LookupError when it is not there."""
        for block in where.shown_blocks:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
        self._core.violate(f"there is no {action_id} to use")
        raise LookupError(f"there is no {action_id} among {where.shown_blocks}")


def _is_modal(where: Place) -> bool:
    return isinstance(where, View) and where.payload["type"] == "modal"
