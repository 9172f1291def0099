"""What Bystander needs to know of this package: one value, named in pyproject.toml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from adapters.plugin import AdapterPlugin, Finding, Promises, Secret, Setup, Visit
from bot.config.values import AdapterTable, matching
from bot.errors import ConfigError

if TYPE_CHECKING:
    from bystander_apprise.adapter import AppriseAdapter

URLS = "APPRISE_URLS"  # "NAME=URL NAME=URL": addresses hold passwords and tokens

DestinationName = Annotated[
    str, matching("[a-z0-9_-]{1,32}", "is no name; write 1 to 32 of a-z, 0-9, _ and -, such as phone")
]


class AppriseTable(AdapterTable):
    """`[apprise]`: the destinations that alerts may go to, each by a name."""

    destinations: tuple[DestinationName, ...] = ()


def addresses(setup: Setup[AppriseTable]) -> dict[str, str]:
    """Return the URL of each destination; ConfigError names every one that has none."""
    given = dict(re.findall(r"([a-z0-9_-]{1,32})=(\S+)", setup.secrets.require(URLS)))
    wanted = setup.settings.destinations
    problems = [f"{URLS}: has no address for {name}; add {name}=URL" for name in wanted if name not in given]
    if not wanted:
        problems = ['apprise.destinations: names none; write a list such as ["phone"]']
    if problems:
        raise ConfigError(problems)
    return {name: given[name] for name in wanted}


def build(setup: Setup[AppriseTable]) -> AppriseAdapter:
    """Return the adapter; ConfigError where a destination has no address, or one that Apprise cannot use."""
    from bystander_apprise.adapter import AppriseAdapter

    return AppriseAdapter(addresses(setup))


async def check(setup: Setup[AppriseTable], visit: Visit) -> list[Finding]:
    """Return a line for each destination. Apprise has no way to try one without sending something."""
    adapter = build(setup)
    unknown = [each for each in visit.addresses if each.partition(":")[2] not in adapter.names]
    return [
        *(
            (True, f"apprise:{name}: its address can be used; /alerts test tries it")
            for name in adapter.names
        ),
        *((False, f"{each}: gets alerts, but apprise.destinations does not name it") for each in unknown),
    ]


PLUGIN = AdapterPlugin(
    name="apprise",
    label="Apprise",
    settings=AppriseTable,
    build=build,
    secrets=(Secret(URLS, "NAME=URL for each destination, with spaces between", one_word=False),),
    promises=Promises(once=False, edits=False, commands=False),
    check=check,
)
