"""Conditional GET as WordPress core answers it for feeds (class-wp.php, send_headers). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of a feed answer: `last_modified` as an HTTP date, `etag` its quoted MD5."""

    last_modified: str
    etag: str

    @classmethod
    def of(cls, moment: datetime) -> Validators:
        """Return the validators of a site last edited at `moment`, cut to whole seconds."""
        text = format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
        return cls(text, f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"')

    def match(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request with these headers is answered with 304.

        It must send one validator or both, and all it sends must match. A date matches when it is not older
        than the site's. So a date alone still matches after a deletion, which moves the site's date back.
        """
        etag, since = headers.get("If-None-Match", ""), headers.get("If-Modified-Since", "")
        same, fresh = etag == self.etag, _timestamp(since) >= _timestamp(self.last_modified)
        if etag and since:
            return same and fresh
        return same if etag else bool(since) and fresh


def _timestamp(text: str) -> float:
    """Return an HTTP date as seconds since 1970, or -1 when it is invalid."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return -1.0
