"""The world of the fake Discord: guilds, roles, channels. Changing it tells whoever is connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.discord.basics import MEMBER_BITS, Clock, Kind, Snowflakes
from tests.fakes.discord.people import Overwrite, Tag, User

__all__ = ["Channel", "Guild", "Role", "User", "World"]


@dataclass(eq=False)
class Role:
    """A role of a guild; the one with the guild's own id is @everyone."""

    id: int
    name: str
    permissions: int
    guild: Guild
    position: int = 0
    managed: bool = False
    mentionable: bool = False

    def set_permissions(self, bits: int) -> None:
        """Give the role exactly these permissions."""
        self.permissions = int(bits)
        self.guild.world.emit("GUILD_ROLE_UPDATE", self)


@dataclass(eq=False)
class Channel:
    """A channel, thread, forum or DM. Times are seconds since 1970."""

    id: int
    kind: Kind
    name: str
    world: World
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    owner: User | None = None  # of a thread
    created: float = 0.0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    demands_tag: bool = False
    applied_tags: list[int] = field(default_factory=list)
    archived: bool = False
    archived_at: float = 0.0
    locked: bool = False
    auto_archive: int = 1440  # minutes
    last_message_id: int | None = None
    message_count: int = 0

    @property
    def home(self) -> Guild:
        """The guild of a channel that has one."""
        assert self.guild is not None, "a DM has no guild"
        return self.guild

    def tag(self, name: str) -> Tag:
        """Return the forum's tag of that name."""
        return next(tag for tag in self.tags if tag.name == name)

    def deny(self, bits: int, who: User | Role | None = None) -> None:
        """Take permissions away here, from the bot when nobody is named."""
        entry = self._overwrite(who)
        entry.deny, entry.allow = entry.deny | int(bits), entry.allow & ~int(bits)
        self.world.emit("CHANNEL_UPDATE", self)

    def allow(self, bits: int, who: User | Role | None = None) -> None:
        """Grant permissions here, to the bot when nobody is named."""
        entry = self._overwrite(who)
        entry.allow, entry.deny = entry.allow | int(bits), entry.deny & ~int(bits)
        self.world.emit("CHANNEL_UPDATE", self)

    def archive(self, *, locked: bool = False) -> None:
        """Archive the thread, and lock it when asked."""
        self.archived, self.locked, self.archived_at = True, locked, self.world.clock.now()
        self.world.emit("THREAD_UPDATE", self)

    def unarchive(self) -> None:
        """Make the thread active again, as a new message does."""
        self.archived, self.archived_at = False, self.world.clock.now()
        self.world.emit("THREAD_UPDATE", self)

    def delete(self) -> None:
        """Delete the channel and what hangs under it."""
        for child in [each for each in self.home.channels if each.parent is self and each.kind.is_thread]:
            child.delete()
        self.home.channels.remove(self)
        del self.world.channels[self.id]
        self.world.emit("THREAD_DELETE" if self.kind.is_thread else "CHANNEL_DELETE", self)

    def _overwrite(self, who: User | Role | None) -> Overwrite:
        subject = who or self.world.bot
        kind = 0 if isinstance(subject, Role) else 1
        return self.overwrites.setdefault(subject.id, Overwrite(subject.id, kind))


@dataclass(eq=False)
class Guild:
    """A server. `has_bot` is false before the bot was added and after it was kicked."""

    id: int
    name: str
    world: World
    owner: User
    has_bot: bool = True
    available: bool = True
    roles: list[Role] = field(default_factory=list)
    members: dict[int, list[Role]] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)

    @property
    def everyone(self) -> Role:
        """The role that every member has."""
        return self.roles[0]

    @property
    def bot_role(self) -> Role:
        """The managed role that came with the bot."""
        return self.roles[1]

    def add_role(self, name: str, permissions: int = 0, *, mentionable: bool = False) -> Role:
        """Add a role; its position is above the earlier ones."""
        role = Role(self.world.ids.place(), name, int(permissions), self, len(self.roles))
        role.mentionable = mentionable
        self.roles.append(role)
        self.world.emit("GUILD_ROLE_CREATE", role)
        return role

    def add_member(self, user: User, *roles: Role, permissions: int = 0) -> User:
        """Let a user join, with roles; `permissions` gives them one more role that grants these."""
        granted = [*roles, self.add_role(f"of {user.name}", permissions)] if permissions else list(roles)
        self.members[user.id] = granted
        return user

    def add_text(self, name: str = "news") -> Channel:
        """Add a text channel."""
        return self.add_channel(name, Kind.TEXT)

    def add_announcement(self, name: str = "announcements") -> Channel:
        """Add an announcement channel, whose messages can be published."""
        return self.add_channel(name, Kind.ANNOUNCEMENT)

    def add_voice(self, name: str = "lounge") -> Channel:
        """Add a voice channel, which takes text too."""
        return self.add_channel(name, Kind.VOICE)

    def add_forum(
        self,
        name: str = "posts",
        tags: list[str] | None = None,
        *,
        demands_tag: bool = False,
        kind: Kind = Kind.FORUM,
    ) -> Channel:
        """Add a forum, or a media channel, with tags of these names."""
        forum = self._new(name, kind, self.world.ids.place())
        forum.tags = [Tag(self.world.ids.place(), tag) for tag in tags or []]
        forum.demands_tag = demands_tag
        self.world.emit("CHANNEL_CREATE", forum)
        return forum

    def add_thread(
        self,
        parent: Channel,
        name: str = "thread",
        *,
        owner: User | None = None,
        private: bool = False,
        tags: list[int] | None = None,
        auto_archive: int = 1440,
        thread_id: int = 0,
    ) -> Channel:
        """Add a thread under a text, announcement or forum channel."""
        public = Kind.ANNOUNCEMENT_THREAD if parent.kind is Kind.ANNOUNCEMENT else Kind.PUBLIC_THREAD
        kind = Kind.PRIVATE_THREAD if private else public
        thread = self._new(name, kind, thread_id or self.world.ids.event())
        thread.parent, thread.owner = parent, owner or self.owner
        thread.applied_tags, thread.auto_archive = tags or [], auto_archive
        self.world.emit("THREAD_CREATE", thread)
        return thread

    def add_channel(self, name: str, kind: Kind) -> Channel:
        """Add a channel of any kind but a thread."""
        channel = self._new(name, kind, self.world.ids.place())
        self.world.emit("CHANNEL_CREATE", channel)
        return channel

    def _new(self, name: str, kind: Kind, channel_id: int) -> Channel:
        now = self.world.clock.now()
        channel = Channel(channel_id, kind, name, self.world, self, created=now, archived_at=now)
        self.world.channels[channel.id] = channel
        self.channels.append(channel)
        return channel

    def remove_bot(self) -> None:
        """Kick the bot: GUILD_DELETE without `unavailable`."""
        self.has_bot = False
        self.members.pop(self.world.bot.id, None)
        self.world.emit("GUILD_DELETE", self)

    def add_bot(self) -> None:
        """Add the bot (again)."""
        self.has_bot = True
        self.members[self.world.bot.id] = [self.bot_role]
        self.world.emit("GUILD_JOIN", self)

    def go_down(self) -> None:
        """Begin an outage at Discord: GUILD_DELETE with `unavailable`."""
        self.available = False
        self.world.emit("GUILD_DELETE", self)

    def come_back(self) -> None:
        """End the outage."""
        self.available = True
        self.world.emit("GUILD_CREATE", self)


class World:
    """Everything there is, by id."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self._dms: dict[int, Channel] = {}
        self.listeners: list[Callable[[str, Guild | Channel | Role], None]] = []
        self.owner = self.add_user("owner")
        self.bot = self.add_user("bystander", bot=True)
        self.application_id = self.bot.id  # as for every application of the last years

    def emit(self, event: str, subject: Guild | Channel | Role) -> None:
        """Tell the listeners of a change."""
        for listener in self.listeners:
            listener(event, subject)

    def add_user(
        self, name: str, *, accepts_dms: bool = True, has_app: bool = False, bot: bool = False
    ) -> User:
        """Add somebody; who does not accept DMs answers a message with 50007."""
        user = User(self.ids.place(), name, bot, 0 if accepts_dms else 50007, has_app)
        self.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str = "guild",
        *,
        owner: User | None = None,
        bot_permissions: int = 0,
        with_bot: bool = True,
    ) -> Guild:
        """Add a guild with an owner and the bot, which has a member's permissions and those given."""
        guild = Guild(self.ids.guild(), name, self, owner or self.owner, has_bot=with_bot)
        guild.roles.append(Role(guild.id, "@everyone", int(MEMBER_BITS), guild))
        guild.roles.append(
            Role(self.ids.place(), self.bot.name, int(bot_permissions), guild, 1, managed=True)
        )
        guild.members[guild.owner.id] = []
        if with_bot:
            guild.members[self.bot.id] = [guild.bot_role]
        self.guilds[guild.id] = guild
        self.emit("GUILD_JOIN", guild)
        return guild

    def dm_of(self, user: User) -> Channel:
        """Return the DM between the bot and a user, opened when there is none."""
        if user.id not in self._dms:
            now = self.clock.now()
            dm = Channel(self.ids.place(), Kind.DM, user.name, self, recipient=user, created=now)
            self._dms[user.id] = self.channels[dm.id] = dm
        return self._dms[user.id]
