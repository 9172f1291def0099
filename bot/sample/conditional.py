"""Conditional GET as WordPress core answers it for feeds (class-wp.php, send_headers). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Validators:
    """What a feed answer carries: `last_modified` as an HTTP date, `etag` the quoted MD5 of that text."""

    last_modified: str
    etag: str

    @classmethod
    def of(cls, moment: datetime) -> Validators:
        """Return the validators of a site last edited at `moment`; its fraction of a second is lost."""
        text = format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
        return cls(text, f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"')

    def match(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request with these headers is answered 304.

        Both validators sent: both must match. One sent: that one. A date matches when it is not older than
        the site's, so after a deletion, which moves the site's back, a lone date goes on matching.
        """
        etag, since = headers.get("If-None-Match", ""), headers.get("If-Modified-Since", "")
        same, fresh = etag == self.etag, _timestamp(since) >= _timestamp(self.last_modified)
        if etag and since:
            return same and fresh
        return same if etag else bool(since) and fresh


def _timestamp(text: str) -> float:
    """Return the seconds of an HTTP date, -1 where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return -1.0
