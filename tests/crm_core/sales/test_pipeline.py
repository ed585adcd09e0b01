from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm_core import activity
from crm_core.agents import Actor, Agent
from crm_core.db import Database
from crm_core.errors import CrmError
from crm_core.money import Money, rounded_together
from crm_core.sales import deals, moves, pipeline, stages
from crm_core.sales.deals import Deal
from crm_core.sales.pipeline import PipelineSum
from tests import people
from tests.people import NOW, as_actor

STAGES = ("lead", "visit", "offer", "negotiation", "won", "lost")
VALUES = st.builds(Money, st.integers(0, 10**9), st.sampled_from(["EUR", "USD"]))
STEPS = st.one_of(
    st.tuples(st.just("add"), VALUES, st.sampled_from(STAGES)),
    st.tuples(st.just("move"), st.integers(1, 4), st.sampled_from(STAGES)),
    st.tuples(st.just("win"), st.integers(1, 4)),
    st.tuples(st.just("lose"), st.integers(1, 4)),
    st.tuples(st.just("value"), st.integers(1, 4), VALUES),
    st.tuples(st.just("give"), st.integers(1, 4), st.integers(0, 1)),
    st.tuples(st.just("undo")),
)


async def _do(database: Database, team: list[Actor], who: int, step: tuple[Any, ...]) -> None:
    """What is refused is rolled back, as an ask is."""
    actor = team[who]
    async with database.transaction() as session:
        known = list(await session.scalars(select(Deal.id).order_by(Deal.id)))
        place = known[(step[1] - 1) % len(known)] if len(step) > 1 and isinstance(step[1], int) and known else 0
        match step:
            case ("add", value, key):
                stage = await stages.find_stage(session, key)
                await deals.add_deal(session, actor, title="One", value=value, stage=stage, now=NOW)
            case ("move", _, key):
                await moves.move(session, actor, place, await stages.find_stage(session, key), NOW)
            case ("win", _):
                await moves.win(session, actor, place, NOW)
            case ("lose", _):
                await moves.lose(session, actor, place, NOW)
            case ("value", _, value):
                await moves.set_value(session, actor, place, value, NOW)
            case ("give", _, to):
                await moves.give(session, actor, place, team[to].agent_id or 0, NOW)
            case _:
                await activity.undo(session, actor, NOW)


async def _agent(database: Database, name: str) -> Actor:
    """Every example goes on where the last one stopped."""
    async with database.transaction() as session:
        known = await session.scalar(select(Agent).where(Agent.name == name))
        return as_actor(known or await people.add_agent(session, name))


async def _counted(database: Database) -> dict[tuple[int, int, str], tuple[int, int]]:
    async with database.transaction() as session:
        counted = await session.execute(
            select(Deal.stage_id, Deal.owner_id, Deal.currency, func.count(), func.sum(Deal.value_minor)).group_by(
                Deal.stage_id, Deal.owner_id, Deal.currency
            )
        )
        return {(stage, owner or 0, currency): (count, int(minor)) for stage, owner, currency, count, minor in counted}


async def _kept(database: Database) -> dict[tuple[int, int, str], tuple[int, int]]:
    async with database.transaction() as session:
        sums = list(await session.scalars(select(PipelineSum)))
    assert all(line.count or not line.value_minor for line in sums)
    return {
        (line.stage_id, line.owner_id, line.currency): (line.count, line.value_minor) for line in sums if line.count
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.integers(0, 1), STEPS), max_size=14))
async def test_the_kept_sums_are_those_of_the_deals_whatever_was_said_and_undone(
    database: Database, said: list[tuple[int, tuple[Any, ...]]]
) -> None:
    team = [await _agent(database, name) for name in ("Lena Brandt", "Mira Okafor")]
    for who, step in said:
        with suppress(CrmError):
            await _do(database, team, who, step)
        assert await _kept(database) == await _counted(database)


@given(parts=st.lists(st.integers(0, 10**12), max_size=20))
def test_rounded_together_no_cent_is_lost(parts: list[int]) -> None:
    rounded = rounded_together(parts)
    assert sum(rounded) == (sum(parts) + 50) // 100
    assert all(abs(100 * whole - part) < 100 for whole, part in zip(rounded, parts, strict=True))


async def test_the_pipeline_is_cut_by_owner_and_by_pipeline(database: Database) -> None:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        mira = as_actor(await people.add_agent(session, "Mira Okafor"))
        await deals.add_deal(session, lena, title="One", value=Money(100_05, "EUR"), now=NOW)
        await deals.add_deal(session, mira, title="Two", value=Money(30_05, "EUR"), now=NOW)
        asked = await stages.find_stage(session, "asked", "service")
        await deals.add_deal(session, mira, title="Care", value=Money(9_00, "EUR"), stage=asked, now=NOW)
    async with database.transaction() as session:
        everybody = await pipeline.pipeline_summary(session, lena)
        service = await pipeline.pipeline_summary(session, lena, pipeline="service")
    assert [(line.count, line.value.minor, line.weighted.minor) for line in everybody if line.count] == [
        (2, 130_10, 13_01)
    ]
    assert [(line.stage.short_key, line.value.minor) for line in service] == [("asked", 900), ("drafted", 0)]


async def test_moves_in_opposite_directions_at_once_lose_nothing(database: Database) -> None:
    team = [await _agent(database, "Lena Brandt")]
    async with database.transaction() as session:
        first, second = [await stages.find_stage(session, key) for key in ("lead", "visit")]
        made = [
            await deals.add_deal(session, team[0], title="One", value=Money(100, "EUR"), stage=stage, now=NOW)
            for stage in (first, second) * 5
        ]

    async def swap(deal: Deal) -> None:
        async with database.transaction() as session:
            target = second if deal.stage_id == first.id else first
            await moves.move(session, team[0], deal.id, target, NOW)

    await asyncio.gather(*(swap(deal) for deal in made))
    assert await _kept(database) == await _counted(database)
