"""Rate limits: a bucket for each channel, a cap for each workspace, a cap for each method and workspace."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass

from tests.fakes.slack.basics import ApiError, Clock


@dataclass
class _Bucket:
    tokens: float
    at: float


class Limits:
    """The numbers may be set at any time. `refused` counts 429s by what they were for.

    per_second, burst: posts in one channel. per_minute: posts in one workspace. method_per_minute: calls of
    one method, with `methods` for single ones. minute: the seconds that a minute takes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.per_second = 1.0
        self.burst = 3
        self.per_minute = 300
        self.method_per_minute = 1200
        self.methods: dict[str, int] = {}
        self.minute = 60.0
        self.refused: Counter[str] = Counter()
        self._buckets: dict[str, _Bucket] = {}
        self._recent: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def post(self, team_id: str, channel_id: str) -> None:
        """Let a message into a channel pass, or raise the ApiError of a 429."""
        bucket = self._filled(channel_id)
        if bucket.tokens < 1:
            self._refuse("channel", (1 - bucket.tokens) / self.per_second)
        self._window("workspace", (team_id, "posts"), self.per_minute)
        bucket.tokens -= 1

    def call(self, team_id: str, method: str) -> None:
        """Let a call pass, or raise the ApiError of a 429."""
        self._window("method", (team_id, method), self.methods.get(method, self.method_per_minute))

    def _filled(self, channel_id: str) -> _Bucket:
        now = self._clock.now()
        bucket = self._buckets.setdefault(channel_id, _Bucket(self.burst, now))
        bucket.tokens = min(float(self.burst), bucket.tokens + (now - bucket.at) * self.per_second)
        bucket.at = now
        return bucket

    def _window(self, scope: str, key: tuple[str, str], most: int) -> None:
        now, recent = self._clock.now(), self._recent[key]
        while recent and recent[0] <= now - self.minute:
            recent.popleft()
        if len(recent) >= most:
            self._refuse(scope, recent[0] + self.minute - now)
        recent.append(now)

    def _refuse(self, scope: str, wait: float) -> None:
        self.refused[scope] += 1
        raise too_many(max(1, math.ceil(wait)))


def too_many(seconds: int) -> ApiError:
    """Return a 429 with whole seconds to wait."""
    return ApiError("ratelimited", status=429, retry_after=seconds)
