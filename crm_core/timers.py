"""Timers: verbs that run later. A subject registers its own; the worker runs them in a transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.company import company_of
from crm_core.outbox import EffectKind

Timer = Callable[[AsyncSession, dict[str, Any], datetime], Awaitable[None]]

TIMERS: dict[str, Timer] = {}
"""By the `verb` of the effect's payload."""

Plan = Callable[[AsyncSession, datetime], Awaitable[None]]

NIGHT_HOUR = 3
_CHAINS: list[Plan] = []


def register(verb: str, timer: Timer) -> None:
    TIMERS[verb] = timer


def register_chain(verb: str, timer: Timer, plan: Plan) -> None:
    """One that plans its own next time when it runs; `plan` is how it begins."""
    register(verb, timer)
    _CHAINS.append(plan)


def register_nightly(verb: str, timer: Timer) -> None:
    register_chain(verb, timer, lambda session, now: plan_next_night(session, verb, now))


async def plan_chains(session: AsyncSession, now: datetime) -> None:
    """At the start of every worker: a key makes it one effect a time, however many there are."""
    for plan in _CHAINS:
        await plan(session, now)


async def plan_next_night(session: AsyncSession, verb: str, now: datetime) -> None:
    local = now.astimezone(company_of(session).zone)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    key = f"{verb}:{night.date()}"
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:{verb}", {"verb": verb}, now, due_at=night, dedupe_key=key)
