"""Rate limits as topics/rate-limits tells them: buckets per route and id, one global, and the ban."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field

from tests.fakes.discord.basics import Clock, Json

# Requests and seconds per route. Discord publishes none of these; crossposting is 10 an hour by experience.
DEFAULTS = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "POST /channels/{channel_id}/messages/{message_id}/crosspost": (10, 3600.0),
    "POST /channels/{channel_id}/threads": (5, 5.0),
    "POST /users/@me/channels": (10, 10.0),
    "POST /webhooks/{webhook_id}/{webhook_token}": (5, 2.0),
}
_VIA = {"Via": "1.1 google"}  # what a 429 of Discord itself carries, and one of Cloudflare lacks


@dataclass
class Window:
    """So many requests in so many seconds, counted from the first."""

    limit: int
    seconds: float
    opened: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        """Count a request in; False when the window is full."""
        if now >= self.opened + self.seconds:
            self.opened, self.used = now, 0
        if self.used >= self.limit:
            return False
        self.used += 1
        return True

    def reset_after(self, now: float) -> float:
        """Return the seconds until the window ends."""
        return max(0.0, self.opened + self.seconds - now)


@dataclass
class Refusal:
    """A 429: its body and headers. `scope` is user, global, shared, or ban for Cloudflare's."""

    scope: str
    body: Json
    headers: dict[str, str]


@dataclass
class RateLimits:
    """The windows. Change `routes` (or call `set`) and `global_limit` before traffic starts."""

    clock: Clock
    routes: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(DEFAULTS))
    global_limit: tuple[int, float] = (50, 1.0)
    invalid_limit: int = 10_000  # 401, 403 and 429 in ten minutes, then the address is banned
    refused: dict[str, int] = field(default_factory=dict)  # 429s by scope
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    _global: Window | None = None
    _invalid: deque[float] = field(default_factory=deque)

    def set(self, route: str, limit: int, seconds: float) -> None:
        """Give a route ("POST /channels/{channel_id}/messages") its bucket."""
        self.routes[route] = (limit, seconds)
        self._windows = {key: window for key, window in self._windows.items() if key[0] != route}

    def set_global(self, limit: int, seconds: float = 1.0) -> None:
        """Change the global limit."""
        self.global_limit, self._global = (limit, seconds), None

    @property
    def invalid_requests(self) -> int:
        """Answers of 401, 403 and 429 (not of scope shared) in the last ten minutes."""
        while self._invalid and self._invalid[0] < self.clock.now() - 600:
            self._invalid.popleft()
        return len(self._invalid)

    def note(self, status: int, scope: str = "") -> None:
        """Count an answer when it was an invalid request."""
        if status in (401, 403, 429) and scope != "shared":
            self._invalid.append(self.clock.now())

    def ban(self) -> Refusal | None:
        """Return the refusal for an address that made too many invalid requests."""
        return self._refuse("ban", 3600.0, {}) if self.invalid_requests >= self.invalid_limit else None

    def check(self, route: str, major: str, *, exempt: bool) -> tuple[Refusal | None, dict[str, str]]:
        """Count a request; return why it is refused (if so) and the headers of its answer."""
        now = self.clock.now()
        if not exempt and not self._everything().take(now):
            return self._refuse("global", self._everything().reset_after(now), {}), {}
        window = self._window(route, major)
        if window is None:
            return None, {}
        allowed = window.take(now)
        headers = _headers(route, window, now)
        return (None if allowed else self._refuse("user", window.reset_after(now), headers)), headers

    def _everything(self) -> Window:
        if self._global is None:
            self._global = Window(*self.global_limit)
        return self._global

    def _window(self, route: str, major: str) -> Window | None:
        if route not in self.routes:
            return None
        return self._windows.setdefault((route, major), Window(*self.routes[route]))

    def _refuse(self, scope: str, seconds: float, headers: dict[str, str]) -> Refusal:
        self.refused[scope] = self.refused.get(scope, 0) + 1
        return refusal(scope, seconds, headers)


def refusal(scope: str, seconds: float, headers: dict[str, str] | None = None) -> Refusal:
    """Return a 429 of a scope with the seconds to wait."""
    wait = round(seconds, 3)
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": wait,
        "global": scope == "global",
        "code": 0,
    }
    told = {**(headers or {}), "Retry-After": str(int(-(-wait // 1)))}
    if scope != "ban":
        told |= {**_VIA, "X-RateLimit-Scope": scope}
    if scope == "global":
        told["X-RateLimit-Global"] = "true"
    return Refusal(scope, body, told)


def _headers(route: str, window: Window, now: float) -> dict[str, str]:
    left = window.reset_after(now)
    return {
        "X-RateLimit-Limit": str(window.limit),
        "X-RateLimit-Remaining": str(max(0, window.limit - window.used)),
        "X-RateLimit-Reset": f"{now + left:.3f}",
        "X-RateLimit-Reset-After": f"{left:.3f}",
        "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
    }
