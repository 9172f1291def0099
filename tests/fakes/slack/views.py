"""Modals and Home tabs: views.open, push, update and publish, and what Slack takes as a view."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import blocks as slack_blocks
from tests.fakes.slack.basics import ApiError, Json
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.messages import keep_blocks
from tests.fakes.slack.schema import Check, anything, fields, flag, one_of, string, text
from tests.fakes.slack.web import Handler
from tests.fakes.slack.world import Team, User

TRIGGER_LIFE = 3.0
_STACK = 3  # modals on top of each other
_BYTES = 250_000
_COMMON: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_LABEL = text(24, "plain_text")
_MODAL = fields(
    {"type": one_of("modal"), "title": _LABEL, "blocks": anything},
    {
        **_COMMON,
        "submit": _LABEL,
        "close": _LABEL,
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
_HOME = fields({"type": one_of("home"), "blocks": anything}, _COMMON)


@dataclass(eq=False)
class View:
    """A modal or Home tab. `payload` is as the app sent it; `state` what was entered, by block id."""

    id: str
    team: Team = field(repr=False)
    user: User
    payload: Json
    root_id: str = ""
    previous_id: str = ""
    hash: str = ""
    state: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)  # of the last submission, by block id
    shown_blocks: list[Json] = field(default_factory=list)

    @property
    def blocks(self) -> list[Json]:
        """The blocks as the app sent them."""
        return list(self.payload["blocks"])

    @property
    def callback_id(self) -> str:
        """The app's name for it."""
        return str(self.payload.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app keeps in it."""
        return str(self.payload.get("private_metadata", ""))

    @property
    def title(self) -> str:
        """The title of a modal."""
        return str(self.payload.get("title", {}).get("text", ""))

    def write(self, payload: Json) -> None:
        """Show this from now on; what was entered stays where the ids stay."""
        self.payload = copy.deepcopy(payload)
        self.shown_blocks = keep_blocks(payload["blocks"])
        self.hash = f"{secrets.randbelow(10**9)}.{secrets.token_hex(4)}"
        kept = {block["block_id"] for block in self.shown_blocks}
        self.state = {key: value for key, value in self.state.items() if key in kept}

    def show(self) -> Json:
        """Return the view as payloads and answers have it."""
        told = {"title": None, "submit": None, "close": None, "external_id": "", "callback_id": ""}
        return told | {
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **copy.deepcopy(self.payload),
            "id": self.id,
            "team_id": self.team.id,
            "blocks": copy.deepcopy(self.shown_blocks),
            "state": {"values": copy.deepcopy(self.state)},
            "hash": self.hash,
            "root_view_id": self.root_id or self.id,
            "previous_view_id": self.previous_id or None,
            "app_id": self.team.app_id,
            "app_installed_team_id": self.team.id,
            "bot_id": self.team.bot_id,
        }


@dataclass
class _Trigger:
    user: User
    until: float
    stack: bool  # it came from a modal, so that it may push
    used: bool = False


class Views:
    """The views methods, trigger ids, and what everybody has before them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._triggers: dict[str, _Trigger] = {}
        self._stacks: dict[str, list[View]] = {}  # modals by user id, the lowest first
        self.guild_index: dict[str, View] = {}

    def table(self) -> dict[str, Handler]:
        """Return the handlers by method."""
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def trigger(self, user: User, *, stack: bool = False) -> str:
        """Return a new trigger id, good for one modal within three seconds of the clock."""
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._triggers[name] = _Trigger(user, self._core.clock.now() + TRIGGER_LIFE, stack)
        return name

    def modal(self, user: User) -> View | None:
        """Return the modal on top."""
        stack = self._stacks.get(user.id)
        return stack[-1] if stack else None

    def put(self, view: View, payload: Json) -> None:
        """Replace a view by an acknowledgement's."""
        self.check("response_action update", payload)
        view.write(payload)

    def push(self, user: User, payload: Json, where: str = "response_action push") -> View:
        """Open a modal on top of the others."""
        self.check(where, payload)
        stack = self._stacks.setdefault(user.id, [])
        if len(stack) >= _STACK:
            raise ApiError("push_limit_reached")
        view = View(self._core.world.ids.next("V"), user.team, user, {})
        view.write(payload)
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def leave(self, view: View, *, everything: bool = False) -> list[View]:
        """Close a modal, or all of them; return those that are gone."""
        stack = self._stacks.get(view.user.id, [])
        gone = list(stack) if everything else [each for each in stack if each is view]
        self._stacks[view.user.id] = [each for each in stack if each not in gone]
        return gone

    def check(self, where: str, payload: Any, kind: str = "modal") -> None:
        """Raise why Slack does not take this view; that is a violation."""
        if len(json.dumps(payload).encode()) > _BYTES:
            self._core.violate(f"{where}: view_too_large")
            raise ApiError("view_too_large")
        if faults := [*view_faults(payload, kind)]:
            self._core.violate(f"{where}: invalid view {faults}")
            raise ApiError("invalid_arguments", *faults)

    def _open(self, asked: Request) -> Json:
        user, _stack = self._exchange(asked)
        self.check(asked.method, asked.get("view"))
        self._stacks[user.id] = []
        return {"view": self.push(user, asked.get("view"), asked.method).show()}

    def _push(self, asked: Request) -> Json:
        user, stack = self._exchange(asked)
        if not stack:
            self._core.violate("views.push: the trigger id comes from no modal")
            raise ApiError("invalid_trigger_id")
        return {"view": self.push(user, asked.get("view"), asked.method).show()}

    def _exchange(self, asked: Request) -> tuple[User, bool]:
        trigger = self._triggers.get(str(asked.get("trigger_id")))
        if trigger is None or trigger.user.team is not asked.team:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._core.clock.now() > trigger.until:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger.user, trigger.stack

    def _update(self, asked: Request) -> Json:
        view = self._find(asked)
        if view is None:
            raise ApiError("not_found")
        self._check_hash(asked, view)
        self.check(asked.method, asked.get("view"), str(view.payload["type"]))
        view.write(asked.get("view"))
        return {"view": view.show()}

    def _find(self, asked: Request) -> View | None:
        shown = [*(view for stack in self._stacks.values() for view in stack), *self.guild_index.values()]
        own = [view for view in shown if view.team is asked.team]
        if asked.get("view_id"):
            return next((view for view in own if view.id == asked.get("view_id")), None)
        name = asked.get("external_id")
        return next((view for view in own if name and view.payload.get("external_id") == name), None)

    def _publish(self, asked: Request) -> Json:
        user = asked.team.users.get(str(asked.get("user_id")))
        if user is None:
            self._core.violate(f"views.publish: nobody is {asked.get('user_id')}")
            raise ApiError("invalid_arguments", "invalid `user_id`")
        view = self.guild_index.get(user.id)
        if view is not None:
            self._check_hash(asked, view)
        self.check(asked.method, asked.get("view"), "home")
        view = view or View(self._core.world.ids.next("V"), asked.team, user, {})
        view.write(asked.get("view"))
        self.guild_index[user.id] = view
        return {"view": view.show()}

    @staticmethod
    def _check_hash(asked: Request, view: View) -> None:
        if asked.get("hash") and asked.get("hash") != view.hash:
            raise ApiError("hash_conflict")


def view_faults(payload: Any, kind: str) -> Iterator[str]:
    """Yield what is wrong with a view."""
    faults = list((_HOME if kind == "home" else _MODAL)(payload, "/view"))
    yield from faults
    if not faults:
        yield from slack_blocks.view_faults(payload["blocks"])
        inputs = any(block.get("type") == "input" for block in payload["blocks"] if isinstance(block, dict))
        if kind == "modal" and inputs and "submit" not in payload:
            yield "missing required field: submit [json-pointer:/view]"
