"""What is to be expected and what happened: forecast, rotten deals, changes, win rate, losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor
from crm_core.money import Money
from crm_core.sales.deals import Deal
from crm_core.sales.pipeline import weigh
from crm_core.sales.stages import Stage, all_stages, list_stages, rule_of
from crm_core.sales.whose import EVERYBODY, Whose

PERIOD = timedelta(days=90)
_MOST_REASONS = 50


@dataclass(frozen=True, slots=True)
class Expected:
    """`month` is its first day; None for deals without a day, and `is_overdue` for those of months that are over."""

    month: date | None
    is_overdue: bool
    count: int
    value: Money
    weighted: Money


@dataclass(frozen=True, slots=True)
class Happened:
    """How many deals, and what they are worth by currency."""

    count: int
    values: list[Money]


@dataclass(frozen=True, slots=True)
class Changes:
    added: Happened
    moved: Happened
    won: Happened
    lost: Happened


@dataclass(frozen=True, slots=True)
class Rate:
    """`days`: how long a won deal took on average. `percent` and `days` are None where nothing ended."""

    won: int
    lost: int
    percent: int | None
    days: int | None


async def forecast(
    session: AsyncSession, actor: Actor, today: date, whose: Whose = EVERYBODY, pipeline: str | None = None
) -> list[Expected]:
    """The open deals by the month in which they should close; the overdue first, those without a day last."""
    rights.require(actor, "deal.read")
    stages = {stage.id: stage for stage in await list_stages(session, pipeline) if stage.outcome == "open"}
    day = Deal.expected_close
    # By day, as the index has it: to cut months out of dates would cost more than all the rest.
    query = (
        select(Deal.stage_id, day, Deal.currency, func.count(), func.sum(Deal.value_minor))
        .where(Deal.stage_id.in_(stages), _of(whose))
        .group_by(Deal.stage_id, day, Deal.currency)
    )
    sums: dict[tuple[date, str], list[int]] = {}
    for stage_id, close, currency, count, minor in await session.execute(query):
        at = date.max if close is None else max(close.replace(day=1), _overdue(today))
        line = sums.setdefault((at, currency), [0, 0, 0])
        line[0] += count
        line[1] += int(minor)
        line[2] += int(minor) * stages[stage_id].probability
    places = sorted(sums)
    weighted = weigh([(currency, sums[at, currency][2]) for at, currency in places])
    return [
        Expected(
            None if at in {date.max, _overdue(today)} else at,
            at == _overdue(today),
            sums[at, currency][0],
            Money(sums[at, currency][1], currency),
            share,
        )
        for (at, currency), share in zip(places, weighted, strict=True)
    ]


async def rotten_deals(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    whose: Whose = EVERYBODY,
    pipeline: str | None = None,
    limit: int = 15,
) -> Sequence[Deal]:
    """Those that rest in their stage for longer than offhook.yml allows, the oldest first."""
    rights.require(actor, "deal.read")
    found: list[Deal] = []
    # Stage by stage, because each has its own order in the index.
    for stage in await _stages(session, pipeline):
        rule = rule_of(session, stage)
        if rule is None or rule.rotten_after_days is None:
            continue
        too_old = Deal.stage_since < now - timedelta(days=rule.rotten_after_days)
        query = select(Deal).where(Deal.stage_id == stage.id, too_old, _of(whose))
        found += await session.scalars(query.order_by(Deal.stage_since, Deal.id).limit(limit))
    return sorted(found, key=lambda deal: (deal.stage_since, deal.id))[:limit]


async def changes(
    session: AsyncSession, actor: Actor, since: datetime, whose: Whose = EVERYBODY, pipeline: str | None = None
) -> Changes:
    """In one pipeline, or in all of them."""
    rights.require(actor, "deal.read")
    of, came = and_(_of(whose), _in(pipeline)), Deal.stage_since >= since
    return Changes(
        added=await _happened(session, Deal.created_at >= since, of),
        moved=await _happened(session, came, Deal.created_at < since, Stage.outcome == "open", of),
        won=await _happened(session, came, Stage.outcome == "won", of),
        lost=await _happened(session, came, Stage.outcome == "lost", of),
    )


async def win_rate(
    session: AsyncSession, actor: Actor, since: datetime, whose: Whose = EVERYBODY, pipeline: str | None = None
) -> Rate:
    """Raises Refused for so few people that it would tell about each of them."""
    rights.require(actor, "deal.read")
    whose.require_enough(actor)
    query = (
        select(Stage.outcome, func.count(), func.avg(_days_taken(session)))
        .join(Deal, Deal.stage_id == Stage.id)
        .where(Stage.outcome != "open", Deal.stage_since >= since, _of(whose), _in(pipeline))
        .group_by(Stage.outcome)
    )
    found = {outcome: (int(count), days) for outcome, count, days in await session.execute(query)}
    won, days = found.get("won", (0, None))
    lost = found.get("lost", (0, None))[0]
    percent = (200 * won + won + lost) // (2 * (won + lost)) if won + lost else None
    return Rate(won, lost, percent, round(float(days)) if days is not None else None)


async def losses(
    session: AsyncSession,
    actor: Actor,
    since: datetime,
    whose: Whose = EVERYBODY,
    pipeline: str | None = None,
    limit: int = 5,
) -> list[tuple[str | None, Happened]]:
    """The most frequent reasons first; None for deals that were lost without one."""
    rights.require(actor, "deal.read")
    query = (
        select(Deal.reason, Deal.currency, func.count(), func.sum(Deal.value_minor))
        .join(Stage, Deal.stage_id == Stage.id)
        .where(Stage.outcome == "lost", Deal.stage_since >= since, _of(whose), _in(pipeline))
        .group_by(Deal.reason, Deal.currency)
        .order_by(func.count().desc(), func.sum(Deal.value_minor).desc(), Deal.reason)
        .limit(_MOST_REASONS)
    )
    found: dict[str | None, Happened] = {}
    for reason, currency, count, minor in await session.execute(query):
        known = found.get(reason, Happened(0, []))
        found[reason] = Happened(known.count + int(count), [*known.values, Money(int(minor), currency)])
    return sorted(found.items(), key=lambda item: -item[1].count)[:limit]


async def _happened(session: AsyncSession, *conditions: ColumnElement[bool]) -> Happened:
    query = (
        select(Deal.currency, func.count(), func.sum(Deal.value_minor))
        .join(Stage, Deal.stage_id == Stage.id)
        .where(*conditions)
        .group_by(Deal.currency)
        .order_by(Deal.currency)
    )
    lines = (await session.execute(query)).all()
    return Happened(sum(int(line[1]) for line in lines), [Money(int(line[2]), line[0]) for line in lines])


def _of(whose: Whose) -> ColumnElement[bool]:
    return Deal.owner_id.in_(whose.owner_ids) if whose.owner_ids is not None else Deal.id.is_not(None)


def _in(pipeline: str | None) -> ColumnElement[bool]:
    return Stage.pipeline == pipeline if pipeline is not None else Stage.id.is_not(None)


async def _stages(session: AsyncSession, pipeline: str | None) -> Sequence[Stage]:
    return await (list_stages(session, pipeline) if pipeline is not None else all_stages(session))


def _overdue(today: date) -> date:
    """Stands for all months before this one."""
    return today.replace(day=1) - timedelta(days=1)


def _days_taken(session: AsyncSession) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        return func.julianday(Deal.stage_since) - func.julianday(Deal.created_at)
    return extract("epoch", Deal.stage_since - Deal.created_at) / 86400
