"""Checks the signature of a push (WebSub, section 7.1) while its body arrives. No I/O."""

from __future__ import annotations

import hmac

# Most hubs still sign with SHA-1, which is strong enough as an HMAC.
_METHODS = ("sha1", "sha256", "sha384", "sha512")


class Signature:
    """The signature in an `X-Hub-Signature` header, to be compared with that of a body and the key."""

    def __init__(self, header: str, key: str) -> None:
        method, _, given = header.strip().partition("=")
        self._given = given.strip().lower()
        usable = method.strip().lower() in _METHODS and self._given != ""
        self._mac = hmac.new(key.encode(), None, method.strip().lower()) if usable else None

    @property
    def is_usable(self) -> bool:
        """Whether there is one that can be checked."""
        return self._mac is not None

    def update(self, part: bytes) -> None:
        """Go on with the next part of the body."""
        if self._mac is not None:
            self._mac.update(part)

    def matches(self) -> bool:
        """Return whether the whole body was signed with the key; takes the same time for any signature."""
        made = b"" if self._mac is None else self._mac.hexdigest().encode()
        return self._mac is not None and hmac.compare_digest(made, self._given.encode(errors="replace"))
