"""Working days: those on which the company opens at all, so no holiday and no closed day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

from crm_core.company import Hours

Works: TypeAlias = Callable[[date], bool]
_LONGEST_SEARCH = 3660
_DAY = timedelta(days=1)


def working(hours: Hours | None) -> Works:
    """Monday to Friday where nothing says when the company opens."""
    if hours is None or not hours.are_ever_open:
        return lambda day: day.weekday() < 5
    return lambda day: bool(hours.spans_on(day))


def moved(day: date, count: int, works: Works) -> date:
    """So many working days later, or earlier. Raises ValueError when there are not so many in ten years."""
    step = _DAY if count > 0 else -_DAY
    left = abs(count)
    for _ in range(_LONGEST_SEARCH):
        if not left:
            return day
        day += step
        left -= works(day)
    raise ValueError(f"no {count} working days")


def last_until(day: date, works: Works) -> date:
    """The day itself if it is one."""
    return day if works(day) else moved(day, -1, works)
