"""Takes over a config that was read again while the bot runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

from bot.app import Bot
from bot.config.changes import Changes, FeedChanges, changes
from bot.config.load import Config
from bot.errors import BystanderError, ConfigError

_log = logging.getLogger(__name__)


class Reloader:
    """Reads the config again whenever it is asked to.

    `read`: returns the config; ConfigError with all its problems. `around`: called with each reload, which it
    must run; for a supervisor that wants to know when one begins and ends.
    """

    def __init__(
        self, bot: Bot, read: Callable[[], Config], around: Callable[[Awaitable[None]], Awaitable[None]]
    ) -> None:
        self._bot = bot
        self._read = read
        self._around = around
        self._config = bot.config  # what the bot goes by now, and compares the next one with

    async def run(self, asked: asyncio.Event) -> None:
        """Reload each time that `asked` is set, until cancelled.

        When it is set during a reload, one more reload follows: the file may have been read before its last
        change.
        """
        while True:
            await asked.wait()
            asked.clear()
            await self._around(self.reload())

    async def reload(self) -> None:
        """Read the config and take over what takes effect at once. When anything fails, nothing changes."""
        try:
            read = await asyncio.to_thread(self._read)
        except ConfigError as error:
            for problem in error.problems:
                _log.error("%s", problem)
            _log.error("The configuration cannot be used; everything stays as it is.")
            return
        found = changes(self._config, read)
        bot = self._bot
        try:
            await bot.store.sync_feeds([feed.settings() for feed in found.config.feeds], bot.clock.now())
        except BystanderError as error:
            _log.error("The configuration cannot be taken over, and everything stays as it is: %s", error)
            return
        bot.admins.follow(found.config)
        bot.dispatcher.follow(found.config.limits.limits())
        self._config = found.config
        _tell(found)


def _tell(found: Changes) -> None:
    if found.waiting:
        _log.warning("These changes need a restart: %s.", ", ".join(found.waiting))
    changed = [*_feed_words(found.feeds), *found.at_once]
    _log.info("The configuration was read again. Changed: %s.", "; ".join(changed) or "nothing")


def _feed_words(feeds: FeedChanges) -> Iterator[str]:
    for what, names in (("added", feeds.added), ("changed", feeds.changed), ("removed", feeds.removed)):
        if names:
            yield f"feeds {what}: {', '.join(names)}"
