"""The callers of commands, and the answers to them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.address import platform_of
from bot.model.feeds import Post


@dataclass(frozen=True, slots=True)
class Caller:
    """Who typed a command, and where. `place` is the address of the channel they typed it in.

    `places` holds the channels of their server or workspace. It is None on a platform with a single workspace
    and for the admins of the config, who see all channels.
    `server` names the server or workspace whose limits hold, such as "platform:server:123". It is "" where
    there is none (some direct messages, a platform without servers), and for the admins of the config.
    """

    address: str  # their own destination, e.g. "console:alice"
    place: str
    admin: bool = False
    places: frozenset[str] | None = None
    server: str = ""
    zone: str = ""  # the IANA name of their time zone as their platform knows it; "" for unknown

    @property
    def platform(self) -> str:
        """The adapter's name."""
        return platform_of(self.address)


@dataclass(frozen=True, slots=True)
class SuggestedAction:
    """A command to run next with one click. Platforms with buttons show it as one."""

    label: str  # its effect, e.g. "Unfollow Trade"
    path: str
    values: tuple[tuple[str, str], ...] = ()  # by parameter name


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that belongs to an answer. `name`: of the file, letters and dots alone."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: plain text, and the posts that it lists. `ok` is False for a refusal.

    `first` is the number of the first of the posts: on a second page it is not 1. `attachment` goes only to
    the person who asked; where it cannot be sent as a file, its text is shown.
    """

    text: str
    posts: tuple[Post, ...] = ()
    ok: bool = True
    offers: tuple[SuggestedAction, ...] = ()
    first: int = 1
    attachment: Attachment | None = None
