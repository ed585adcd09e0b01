"""Timers: verbs that run later. A subject registers its own; the worker runs them in a transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Timer = Callable[[AsyncSession, dict[str, Any], datetime], Awaitable[None]]

TIMERS: dict[str, Timer] = {}
"""By the `verb` of the effect's payload."""


def register(verb: str, timer: Timer) -> None:
    TIMERS[verb] = timer
