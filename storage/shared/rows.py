"""A row of any store."""

from __future__ import annotations

from typing import Any, Protocol


class Row(Protocol):
    """A row of a result. Columns are found by their names, and have the same names in every store."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the value of a column."""
        ...
