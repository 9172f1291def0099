"""The console plug-in."""

from __future__ import annotations

from typing import Literal

from adapters.plugin import AdapterPlugin, Guide, Setup
from bot.config.values import AdapterTable
from bot.ports import Adapter


class ConsoleTable(AdapterTable):
    """`[console]`."""

    format: Literal["pretty", "jsonl"] = "pretty"


def build(setup: Setup[ConsoleTable]) -> Adapter:
    """Return the adapter. It needs no secrets, so this never fails."""
    from adapters.console.adapter import ConsoleAdapter

    return ConsoleAdapter(style=setup.settings.format, admins=setup.admins, source=setup.typed)


PLUGIN = AdapterPlugin(
    name="console",
    label="the console",
    settings=ConsoleTable,
    build=build,
    guide=Guide(me="me"),  # whoever types there
)
