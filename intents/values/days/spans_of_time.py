"""Weeks, months, quarters and years: where one begins, where its middle is and its end."""

from __future__ import annotations

import calendar
import enum
from datetime import date, timedelta


class Unit(enum.Enum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Edge(enum.Enum):
    START = "start"
    MIDDLE = "middle"
    END = "end"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


def month_later(day: date, count: int) -> date:
    """The 31st ends with the shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def first_day(unit: Unit, day: date, later: int = 0) -> date:
    """Of the one that the day is in, or of one so many later."""
    if unit is Unit.WEEK:
        return day + timedelta(days=7 * later - day.weekday())
    length = _MONTHS[unit]
    first = date(day.year, day.month - (day.month - 1) % length, 1)
    return month_later(first, length * later)


def edge(unit: Unit, which: Edge, day: date, later: int = 0) -> date:
    """A week ends on Friday, and its middle is Wednesday; the middle of a month is its 15th."""
    first = first_day(unit, day, later)
    match which:
        case Edge.START:
            return first
        case Edge.END:
            if unit is Unit.WEEK:
                return first + timedelta(days=4)
            return month_later(first, _MONTHS[unit]) - timedelta(days=1)
        case Edge.MIDDLE:
            if unit is Unit.WEEK:
                return first + timedelta(days=2)
            return date(first.year, first.month + _MONTHS[unit] // 2, 15 if unit is not Unit.YEAR else 1)
