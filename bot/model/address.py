"""Addresses of destinations: "platform:rest", such as "console:alice"."""

from __future__ import annotations


def platform_of(address: str) -> str:
    """Return the adapter's name: an address up to its first colon."""
    return address.partition(":")[0]


def local_of(address: str) -> str:
    """Return an address without its platform."""
    return address.partition(":")[2]


def is_address(text: str) -> bool:
    """Whether a text may be an address: both parts are there, without spaces or invisible characters."""
    return bool(platform_of(text) and local_of(text)) and text.isprintable() and " " not in text
