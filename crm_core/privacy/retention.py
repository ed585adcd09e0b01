"""Retention: what offhook.yml wants gone goes at night, in small batches, but for what is under legal hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, outbox, references, rights, timers
from crm_core.agents import SYSTEM, Actor
from crm_core.company import company_of
from crm_core.contacts.contacts import Contact
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy import evidence, legal_holds
from crm_core.privacy.holdings import holdings
from crm_core.privacy.person import person
from crm_core.privacy.removal import remove
from crm_core.privacy.retention_rules import RULES, Rule
from crm_core.privacy.retention_runs import RetentionRun

VERB = "retention.night"
STEPS = "timer:retention-steps"
# How many rows a step looks at: a step is one transaction, and on SQLite nobody else writes meanwhile.
WINDOW = 5000
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Due:
    """What would go of one kind. `held` are those that only a legal hold keeps."""

    kind: str
    count: int
    held: int
    oldest: datetime | None
    examples: list[str]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a run is: everything up to row `after` of the rule's table was looked at."""

    rule: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    kind: str
    removed: int
    next: Position | None


async def preview(session: AsyncSession, actor: Actor, now: datetime) -> list[Due]:
    """By kind that has a rule, also where nothing is due."""
    rights.require(actor, "retention.carry-out")
    return [await _due(session, rule, cutoff) for rule, cutoff in _ruled(session, now) if cutoff is not None]


async def begin(session: AsyncSession, actor: Actor, now: datetime) -> RetentionRun:
    rights.require(actor, "retention.carry-out")
    run = RetentionRun(started_at=now, removed={})
    session.add(run)
    await session.flush()
    await evidence.forget_expired(session, now)
    return run


async def step(session: AsyncSession, actor: Actor, run_id: int, position: Position, now: datetime) -> Step:
    """One batch. Time is the run's own, so that a run that takes hours ends."""
    rights.require(actor, "retention.carry-out")
    began = select(RetentionRun.started_at).where(RetentionRun.id == run_id).with_for_update()
    rule, cutoff = _ruled(session, (await session.scalars(began)).one())[position.rule]
    removed, after = (0, None) if cutoff is None else await _batch(session, rule, cutoff, position.after, now)
    # Read behind the batch: erasing a contact forgets whatever the session held.
    run = (await session.scalars(select(RetentionRun).where(RetentionRun.id == run_id))).one()
    if removed:
        run.removed = {**run.removed, rule.kind: run.removed.get(rule.kind, 0) + removed}
    following: Position | None = Position(position.rule, after) if after is not None else Position(position.rule + 1)
    if following is not None and following.rule == len(RULES):
        following = None
        run.ended_at = now
        if run.removed:
            data = {"removed": run.removed}
            await activity.record(session, actor, "retention.carried-out", "retention_run", run.id, now, data)
    await session.flush()
    return Step(rule.kind, removed, following)


async def on_night(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """The night's effect begins a run and plans the next night; each later one of the run is a step."""
    if "run" in payload:
        run_id, position = int(payload["run"]), Position(payload["rule"], payload["after"])
    else:
        await timers.plan_next_night(session, VERB, now)
        run_id, position = (await begin(session, SYSTEM, now)).id, Position()
    done = await step(session, SYSTEM, run_id, position, now)
    if done.next is not None:
        following = {"verb": VERB, "run": run_id, "rule": done.next.rule, "after": done.next.after}
        await outbox.enqueue(session, EffectKind.TIMER, STEPS, following, now)
    else:
        await session.execute(delete(Effect).where(Effect.address == STEPS, Effect.state == State.DONE))


async def _batch(
    session: AsyncSession, rule: Rule, cutoff: datetime, after: int, now: datetime
) -> tuple[int, int | None]:
    """How many went, and behind which row to go on; None at the end of the table."""
    table = rule.table
    window = select(table.c.id, rule.born).where(table.c.id > after).order_by(table.c.id).limit(WINDOW).subquery()
    last, oldest = (await session.execute(select(func.max(window.c.id), func.min(window.c[rule.born.name])))).one()
    if last is None or (rule.is_in_order and oldest >= cutoff):
        return 0, None
    wanted = and_(table.c.id > after, table.c.id <= last, await _free(session, rule, cutoff))
    ids = list(await session.scalars(select(table.c.id).where(wanted).order_by(table.c.id).limit(rule.batch)))
    if ids:
        await remove(session, table, ids, now)
    return len(ids), ids[-1] if len(ids) == rule.batch else last


async def _due(session: AsyncSession, rule: Rule, cutoff: datetime) -> Due:
    table = rule.table
    over, free = rule.over(cutoff), await _free(session, rule, cutoff)
    all_, _ = (await session.execute(select(func.count(), func.min(rule.born)).where(over))).one()
    count, oldest = (await session.execute(select(func.count(), func.min(rule.born)).where(free))).one()
    first = await session.scalars(select(table.c.id).where(free).order_by(table.c.id).limit(EXAMPLES))
    return Due(rule.kind, count, all_ - count, oldest, [references.ref(table.name, id) for id in first])


async def _free(session: AsyncSession, rule: Rule, cutoff: datetime) -> ColumnElement[bool]:
    """What is over and about nobody who is under legal hold."""
    table = rule.table
    held: list[ColumnElement[bool]] = []
    for hold in await legal_holds.all_standing(session):
        contact = await session.get(Contact, hold.contact_id)
        about = holdings(await person(session, contact)).get(table.name) if contact is not None else None
        if about is not None:
            held.append(not_(table.c.id.in_(select(table.c.id).where(about))))
    return and_(rule.over(cutoff), *held)


def _ruled(session: AsyncSession, now: datetime) -> Sequence[tuple[Rule, datetime | None]]:
    """Each rule with the moment before which its rows go; None where offhook.yml has no word."""
    retention = company_of(session).retention
    periods = [(rule, getattr(retention, rule.kind.replace("-", "_"))) for rule in RULES]
    return [(rule, period.before(now) if period is not None else None) for rule, period in periods]


timers.register_nightly(VERB, on_night)
