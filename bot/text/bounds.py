"""Validates numbers from outside: a server may send anything in place of a waiting time."""

from __future__ import annotations

import math


def seconds(text_or_number: object, default: float, most: float) -> float:
    """Return the seconds given in a header or in JSON, from 0 to `most`.

    `default` is returned for anything else: nothing, a word, a date, a negative number, NaN and infinity. NaN
    must be caught here: it passes `min` and `max`, and then breaks every `timedelta` and every sleep.
    """
    if isinstance(text_or_number, bool) or not isinstance(text_or_number, (str, int, float)):
        return default
    try:
        number = float(text_or_number)
    except (ValueError, OverflowError):
        return default
    return min(number, most) if math.isfinite(number) and number >= 0 else default
