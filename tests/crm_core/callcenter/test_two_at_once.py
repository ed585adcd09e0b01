"""Two agents take one caller in the same moment."""

import asyncio

from crm_core.agents import Actor
from crm_core.callcenter import calls, talks
from crm_core.db import Database
from crm_core.errors import CrmError, Refused
from tests.crm_core.callcenter.stage import Floor

TRIALS = 1000


async def test_one_wins_and_the_other_hears_it_and_is_free(floor: Floor) -> None:
    floor.rule(routing="by-hand", ring_after=None)
    both = [await floor.hire("Mira Okafor"), await floor.hire("Jonas Weber")]
    winners = set()
    for _ in range(_trials(floor)):
        call = await floor.caller()
        outcomes = await asyncio.gather(*(_accept(floor.database, actor, call) for actor in both))
        [winner] = [actor.name for actor, error in zip(both, outcomes, strict=True) if error is None]
        [refused] = [error for error in outcomes if error is not None]
        [loser] = {actor.name for actor in both} - {winner}
        assert isinstance(refused, Refused)
        assert refused.message.params["name"] == winner
        assert await floor.presence(loser) == "available"
        winners.add(winner)
        await floor.hang_up(call)
        assert await floor.presence(winner) == "available"
    assert len(winners) <= 2


async def _accept(database: Database, actor: Actor, call_id: int) -> CrmError | None:
    try:
        async with database.transaction() as session:
            await talks.accept(session, actor, call_id, (await calls.lock_call(session, call_id)).started_at)
    except CrmError as error:
        return error
    return None


async def test_both_press_one_in_the_same_moment(floor: Floor) -> None:
    floor.rule(routing="ring-all")
    names = ["Mira Okafor", "Jonas Weber"]
    for name in names:
        await floor.hire(name)
    for _ in range(_trials(floor) // 10):
        call = await floor.caller()
        talks_to = await asyncio.gather(*(floor.press_one(name) for name in names))
        assert [found is None for found in talks_to].count(True) == 1
        await floor.hang_up(call)
        for name in names:
            await floor.report(name, "completed")
        assert [await floor.presence(name) for name in names] == ["available", "available"]


def _trials(floor: Floor) -> int:
    """On SQLite one transaction waits for the other by its nature: a few show it."""
    return TRIALS // 10 if floor.database.is_sqlite else TRIALS
