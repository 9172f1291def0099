"""The admins of the config, in lists that all who need them share: a reload changes them in place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.config.load import Config


class Admins:
    """Who the admins are at present."""

    def __init__(self, config: Config) -> None:
        self._addresses: list[str] = []
        self._ids: dict[str, list[str]] = {plugin.name: [] for plugin in config.enabled}
        self.follow(config)

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses that get the notices for admins; this very sequence changes with the config."""
        return self._addresses

    def of(self, platform: str) -> Collection[str]:
        """Return the ids of a platform that is enabled; this very collection changes with the config."""
        return self._ids[platform]

    def follow(self, config: Config) -> None:
        """Take over the admins of a config that enables the same platforms."""
        self._addresses[:] = config.admin_addresses
        for name, ids in self._ids.items():
            ids[:] = getattr(config.admins, name)
