"""Reads the URL of a database: how to connect, and how errors name it. No text made here has its password."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.errors import StoreError

_UNREADABLE = (
    "The database URL cannot be read; write postgresql://USER:PASSWORD@HOST/NAME, and each sign of the "
    "password that is no letter or digit as %XX (an @ is %40, a / is %2F)."
)
_NAME = re.compile(r"[\w.,:/\-]*")  # the rest may be part of a password with an unescaped sign
# Without these, a connection whose server has vanished would be waited for up to two hours.
_PATIENCE: dict[str, str | int] = {
    "connect_timeout": 10,  # seconds, as the next two
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
    "application_name": "bystander",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is. `name`: for people, without secrets."""

    conninfo: str
    name: str

    def __repr__(self) -> str:  # so that no log of a value shows the password
        return f"Address({self.name!r})"


def address_of(url: str) -> Address:
    """Return the address in a URL; StoreError if it cannot be read."""
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except (psycopg.Error, UnicodeError):
        raise StoreError(_UNREADABLE) from None  # the driver's text may show a part of the password
    host, database = found.get("host", ""), found.get("dbname", "")
    if not all(_NAME.fullmatch(each) for each in (host, database)) or not _is_port(found.get("port", "")):
        raise StoreError(_UNREADABLE)
    patience = {key: value for key, value in _PATIENCE.items() if key not in found}
    return Address(make_conninfo(url, **patience), f"{database or 'of the user'} on {host or 'this machine'}")


def _is_port(text: str) -> bool:
    return all(each.isdecimal() or not each for each in text.split(","))
