"""The limits of a single process: they do not grow without end, and cost no writes."""

from __future__ import annotations

from bot.in_process import _MOST, InProcessState
from bot.ports import Quota, Rate


async def test_what_is_remembered_is_bounded() -> None:
    state = InProcessState()
    for number in range(_MOST + 100):
        await state.mark(f"test:{number}", 900.0)
        await state.reserve(f"test:{number}", Rate(1.0), within=0.0)
        await state.spend(f"test:{number}", Quota(1, 900.0))

    assert [len(each) for each in (state._marks, state._paces, state._quotas)] == [_MOST] * 3
    assert await state.mark(f"test:{_MOST + 99}", 900.0) is not None
