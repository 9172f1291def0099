"""Numbers that others name, checked once: a server may write anything where a time to wait belongs."""

from __future__ import annotations

import math


def seconds(text_or_number: object, default: float, most: float) -> float:
    """Return the seconds that another side names, in a header or in JSON: from 0 to `most`.

    `default` stands for what is no such number: nothing, a word, a date, a negative number, NaN and infinity.
    NaN passes `min` and `max`, and breaks every `timedelta` and every sleep that is made of it.
    """
    if isinstance(text_or_number, bool) or not isinstance(text_or_number, (str, int, float)):
        return default
    try:
        number = float(text_or_number)
    except (ValueError, OverflowError):
        return default
    return min(number, most) if math.isfinite(number) and number >= 0 else default
