"""Measures how long each operation of a store takes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from bot.clock import steady_seconds
from bot.ports import Store


def timed(store: Store, told: Callable[[str, float], None]) -> Store:
    """Return the store with every operation measured. `told`: gets its name and the seconds it took."""
    return cast("Store", _TimedStore(store, told))


class _TimedStore:
    """Passes each call on to the store. Operations that raise an error are measured too."""

    def __init__(self, store: Store, told: Callable[[str, float], None]) -> None:
        self._store = store
        self._told = told

    def __getattr__(self, name: str) -> Any:
        """Return an operation of the store, measured. It is looked for here once, and then found as it is."""
        operation = getattr(self._store, name)
        if iscoroutinefunction(operation):
            operation = self._measured(name, operation)
        setattr(self, name, operation)
        return operation

    def _measured(self, name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(operation)
        async def measured(*arguments: Any, **named: Any) -> Any:
            began = steady_seconds()
            try:
                return await operation(*arguments, **named)
            finally:
                self._told(name, steady_seconds() - began)

        return measured
