"""The world as Discord's JSON: users, members, roles, channels, threads, guilds, the application."""

from __future__ import annotations

from tests.fakes.discord.basics import Json, Kind, iso
from tests.fakes.discord.people import User
from tests.fakes.discord.permissions import permissions_of
from tests.fakes.discord.world import Channel, Guild, Role, World

_REQUIRE_TAG = 1 << 4  # a channel flag


def user(someone: User) -> Json:
    """Return a user as others see them."""
    answer = {
        "id": str(someone.id),
        "username": someone.name,
        "global_name": None if someone.bot else someone.name.title(),
        "discriminator": "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    return {**answer, "bot": True} if someone.bot else answer


def own_user(bot: User) -> Json:
    """Return the bot as it sees itself."""
    return {**user(bot), "mfa_enabled": True, "locale": bot.locale, "verified": True, "email": None}


def member(guild: Guild, someone: User) -> Json:
    """Return a user as a member of a guild."""
    return {
        "user": user(someone),
        "roles": [str(role.id) for role in guild.members.get(someone.id, [])],
        "nick": None,
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": iso(guild.world.clock.now() - 3600),
        "pending": False,
        "premium_since": None,
        "mute": False,
        "deaf": False,
    }


def role(one: Role) -> Json:
    """Return a role."""
    answer = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.managed,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return {**answer, "tags": {"bot_id": str(one.guild.world.bot.id)}} if one.managed else answer


def channel(place: Channel) -> Json:
    """Return a channel of any kind."""
    last = str(place.last_message_id) if place.last_message_id else None
    answer: Json = {"id": str(place.id), "type": int(place.kind), "flags": 0, "last_message_id": last}
    if place.recipient is not None:
        return {**answer, "recipients": [user(place.recipient)]}
    answer |= {"guild_id": str(place.home.id), "name": place.name, "rate_limit_per_user": 0}
    answer["parent_id"] = str(place.parent.id) if place.parent else None
    return answer | (_of_thread(place) if place.kind.is_thread else _of_guild_channel(place))


def _of_guild_channel(place: Channel) -> Json:
    answer: Json = {
        "position": 0,
        "nsfw": False,
        "topic": None,
        "permission_overwrites": [
            {"id": str(each.id), "type": each.kind, "allow": str(each.allow), "deny": str(each.deny)}
            for each in place.overwrites.values()
        ],
    }
    if place.kind is Kind.VOICE:
        answer |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if place.kind.takes_posts_only:
        answer |= {
            "flags": _REQUIRE_TAG if place.demands_tag else 0,
            "available_tags": [
                {
                    "id": str(tag.id),
                    "name": tag.name,
                    "moderated": tag.moderated,
                    "emoji_id": None,
                    "emoji_name": None,
                }
                for tag in place.tags
            ],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return answer


def _of_thread(place: Channel) -> Json:
    assert place.owner is not None
    metadata = {
        "archived": place.archived,
        "locked": place.locked,
        "auto_archive_duration": place.auto_archive,
        "archive_timestamp": iso(place.archived_at),
        "create_timestamp": iso(place.created),
    }
    return {
        "owner_id": str(place.owner.id),
        "thread_metadata": metadata,
        "message_count": place.message_count,
        "member_count": 1,
        "total_message_sent": place.message_count,
        "applied_tags": [str(tag) for tag in place.applied_tags],
    }


def guild(one: Guild) -> Json:
    """Return a guild as REST shows it."""
    nothing = (
        "icon description home_header splash discovery_splash banner application_id afk_channel_id "
        "system_channel_id widget_channel_id max_presences vanity_url_code rules_channel_id "
        "safety_alerts_channel_id public_updates_channel_id incidents_data"
    )
    zero = (
        "system_channel_flags verification_level default_message_notifications mfa_level "
        "explicit_content_filter premium_tier premium_subscription_count nsfw_level"
    )
    return {
        **dict.fromkeys(nothing.split()),
        **dict.fromkeys(zero.split(), 0),
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner.id),
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [role(each) for each in one.roles],
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
    }


def guild_create(one: Guild) -> Json:
    """Return a guild as the gateway announces it: channels, active threads, the bot as only member."""
    seen = [place for place in one.channels if _sees(one, place)]
    return {
        **guild(one),
        "joined_at": iso(one.world.clock.now() - 3600),
        "large": False,
        "unavailable": False,
        "member_count": len(one.members),
        "members": [member(one, one.world.bot)],
        "channels": [channel(place) for place in seen if not place.kind.is_thread],
        "threads": [channel(place) for place in seen if place.kind.is_thread and not place.archived],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _sees(one: Guild, place: Channel) -> bool:
    # Channels are listed even where the bot may not look; private threads only for who is in them.
    return place.kind is not Kind.PRIVATE_THREAD or permissions_of(one.world.bot, place) != 0


def application(world: World) -> Json:
    """Return the application as its own bot sees it."""
    scopes = {"scopes": ["applications.commands", "bot"], "permissions": "0"}
    return {
        "id": str(world.application_id),
        "name": "Bystander",
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(world.owner),
        "approximate_guild_count": sum(each.has_bot for each in world.guilds.values()),
        "approximate_user_install_count": sum(each.has_app for each in world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["applications.commands", "bot"],
        "integration_types_config": {"0": {"oauth2_install_params": scopes}, "1": {}},
    }
