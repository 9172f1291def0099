"""Workspaces with their people, channels and messages, as one app sees them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.slack.basics import Clock, Ids, Json, Stamps
from tests.fakes.slack.messages import StoredMessage

# What Bystander asks for when it is installed.
BOT_SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "chat:write.public",
        "users:read",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "im:history",
        "im:write",
        "files:write",
    }
)
_CREATED = 1_700_000_000


@dataclass(eq=False)
class User:
    """Somebody in a workspace."""

    id: str
    name: str
    team: Team = field(repr=False)
    tz: str = "Europe/Amsterdam"
    admin: bool = False
    owner: bool = False
    guest: bool = False
    deactivated: bool = False
    is_bot: bool = False

    def show(self) -> Json:
        """Return the user as users.info does; somebody deactivated has neither time zone nor rights."""
        told: Json = {
            "id": self.id,
            "team_id": self.team.id,
            "name": self.name,
            "deleted": self.deactivated,
            "profile": {"real_name": self.name, "display_name": self.name, "team": self.team.id},
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": _CREATED,
        }
        if self.deactivated:
            return told
        offset = datetime.now(UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        return told | {
            "real_name": self.name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
            "is_admin": self.admin or self.owner,
            "is_owner": self.owner,
            "is_primary_owner": self.owner and self.team.owner_id == self.id,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
        }


@dataclass(eq=False)
class Channel:
    """A channel, or with `user` the DM between that person and the bot."""

    id: str
    name: str
    team: Team = field(repr=False)
    is_private: bool = False
    user: User | None = None
    archived: bool = False
    deleted: bool = False
    members: set[str] = field(default_factory=set)  # ids, the bot's user too
    stored: list[StoredMessage] = field(default_factory=list, repr=False)

    @property
    def kind(self) -> str:
        """What scopes call it: channels, groups or im."""
        return "im" if self.user is not None else "groups" if self.is_private else "channels"

    @property
    def has_bot(self) -> bool:
        """Whether the bot is in it."""
        return self.user is not None or self.team.bot_user_id in self.members

    def archive(self) -> None:
        """Archive it. No event is sent, see `FakeSlack.event`."""
        self.archived = True

    def unarchive(self) -> None:
        """Bring it back."""
        self.archived = False

    def delete(self) -> None:
        """Delete it with all messages."""
        self.deleted = True

    def invite_bot(self) -> None:
        """Let the bot in."""
        self.members.add(self.team.bot_user_id)

    def kick_bot(self) -> None:
        """Throw the bot out."""
        self.members.discard(self.team.bot_user_id)

    def change_id(self) -> str:
        """Give it another id, as sharing a private channel does; return the old one. No event is sent."""
        old, self.id = self.id, self.team.ids.next("C")
        self.team.channels[self.id] = self.team.channels.pop(old)
        for message in self.stored:
            message.channel_id = self.id
        return old

    def find(self, ts: str) -> StoredMessage | None:
        """Return the message with this ts."""
        return next((each for each in self.stored if each.ts == ts and not each.deleted), None)


@dataclass(eq=False)
class Team:
    """A workspace. `scopes` are what its bot token has; `state` is "", token_revoked or account_inactive."""

    id: str
    name: str
    app_id: str
    ids: Ids = field(repr=False)
    stamps: Stamps = field(repr=False)
    on_uninstall: Callable[[Team], asyncio.Task[Any]] = field(repr=False)
    installed: bool = True
    bot_token: str = ""
    bot_id: str = ""
    bot_user_id: str = ""
    owner_id: str = ""
    state: str = ""
    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    users: dict[str, User] = field(default_factory=dict, repr=False)
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        """Its address, as auth.test tells it."""
        return f"https://{self.name}.slack.example/"

    def add_channel(
        self, name: str, *, private: bool = False, member: bool = False, archived: bool = False
    ) -> Channel:
        """Add a channel; `member`: the bot is in it."""
        channel = Channel(self.ids.next("C"), name, self, is_private=private, archived=archived)
        channel.members = {self.owner_id} | ({self.bot_user_id} if member else set())
        self.channels[channel.id] = channel
        return channel

    def add_user(
        self,
        name: str,
        *,
        admin: bool = False,
        owner: bool = False,
        guest: bool = False,
        deactivated: bool = False,
    ) -> User:
        """Add somebody; set `user.tz` for another time zone."""
        user = User(
            self.ids.next("U"),
            name,
            self,
            admin=admin,
            owner=owner,
            guest=guest,
            deactivated=deactivated,
        )
        self.users[user.id] = user
        return user

    def dm(self, user: User | str) -> str:
        """Return the id of the DM between somebody and the bot."""
        return self.dm_channel(user if isinstance(user, User) else self.users[user]).id

    def dm_channel(self, user: User) -> Channel:
        """Return that DM, opened if need be."""
        for channel in self.channels.values():
            if channel.user is user:
                return channel
        channel = Channel(self.ids.next("D"), "directmessage", self, user=user)
        channel.members = {user.id, self.bot_user_id}
        self.channels[channel.id] = channel
        return channel

    def say(self, channel: Channel | str, user: User, text: str) -> StoredMessage:
        """Let somebody write a message."""
        place = channel if isinstance(channel, Channel) else self.channels[channel]
        message = StoredMessage(self.stamps.next(), place.id, self.id, text, user_id=user.id)
        place.stored.append(message)
        return message

    def install(self, scopes: set[str] | None = None, *, new_token: bool = False) -> None:
        """Install the app, or install it again; a token that was revoked is never given twice."""
        if new_token or self.state or not self.bot_token:
            self.bot_token = f"xoxb-{self.id}-{secrets.token_hex(8)}"
        self.scopes = set(BOT_SCOPES) if scopes is None else set(scopes)
        self.installed, self.state = True, ""

    def revoke(self) -> None:
        """Revoke the bot token: token_revoked from now on."""
        self.state = "token_revoked"

    def uninstall(self) -> asyncio.Task[Any]:
        """Remove the app: account_inactive from now on; app_uninstalled and tokens_revoked are sent.

        Await the task for the two deeds, or leave it.
        """
        self.installed, self.state = False, "account_inactive"
        for channel in self.channels.values():
            channel.kick_bot()
        return self.on_uninstall(self)


class World:
    """All workspaces that know the app."""

    def __init__(self, clock: Clock, app_id: str, on_uninstall: Callable[[Team], asyncio.Task[Any]]) -> None:
        self.ids = Ids()
        self.stamps = Stamps(clock)
        self.teams: dict[str, Team] = {}
        self._app_id = app_id
        self._on_uninstall = on_uninstall

    def add_team(self, name: str, *, installed: bool) -> Team:
        """Add a workspace with its owner and the bot's user."""
        team = Team(
            self.ids.next("T"), name, self._app_id, self.ids, self.stamps, self._on_uninstall, installed
        )
        team.bot_id = self.ids.next("B")
        bot = team.add_user("bystander")
        bot.is_bot, team.bot_user_id = True, bot.id
        team.owner_id = team.add_user("founder", owner=True).id
        if installed:
            team.install()
        self.teams[team.id] = team
        return team

    def by_token(self, token: str) -> Team | None:
        """Return the workspace that a bot token belongs to."""
        return next((team for team in self.teams.values() if token and team.bot_token == token), None)
