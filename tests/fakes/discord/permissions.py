"""Who may do what where, after topics/permissions of Discord's documentation."""

from __future__ import annotations

from tests.fakes.discord.basics import ALL_BITS, Bits
from tests.fakes.discord.people import User
from tests.fakes.discord.world import Channel, Guild, Role


def permissions_of(user: User, where: Guild | Channel) -> int:
    """Return what a member may do in a guild or a channel (topics/permissions); 0 for who is no member."""
    guild = where if isinstance(where, Guild) else where.guild
    if guild is None or user.id not in guild.members:
        return 0
    roles = [guild.everyone, *guild.members[user.id]]
    bits = 0
    for role in roles:
        bits |= role.permissions
    if guild.owner is user or bits & Bits.ADMINISTRATOR:
        return ALL_BITS
    if isinstance(where, Guild):
        return bits
    thread = where.kind.is_thread
    bits = _with_overwrites(bits, where.parent if thread and where.parent else where, user, roles)
    return _without_implied(bits, Bits.SEND_MESSAGES_IN_THREADS if thread else Bits.SEND_MESSAGES)


def _without_implied(bits: int, send: Bits) -> int:
    if not bits & Bits.VIEW_CHANNEL:
        return 0
    return bits if bits & send else bits & ~(Bits.EMBED_LINKS | Bits.ATTACH_FILES | Bits.MENTION_EVERYONE)


def _with_overwrites(bits: int, channel: Channel, user: User, roles: list[Role]) -> int:
    everyone, *own = roles
    for group in ([everyone.id], [role.id for role in own], [user.id]):
        entries = [channel.overwrites[each] for each in group if each in channel.overwrites]
        for entry in entries:
            bits &= ~entry.deny
        for entry in entries:
            bits |= entry.allow
    return bits
