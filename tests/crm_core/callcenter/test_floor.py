"""The floor at a glance."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from crm_core.agents import SYSTEM, Actor, Presence, Role
from crm_core.callcenter import calls, missed, presence
from crm_core.callcenter import floor as floors
from crm_core.callcenter.floor import Floor as Seen
from crm_core.callcenter.service import Served
from crm_core.company import CardPlace, Company
from crm_core.company.callcenter import ServiceLevel
from crm_core.company.figures import Figures
from crm_core.db import Database
from crm_core.errors import NotAllowed
from crm_core.lease import claim, finish
from crm_core.outbox import Effect, EffectKind
from tests import people
from tests.crm_core.callcenter.stage import Floor
from tests.people import NOW, as_actor

OTHER = "+493023125011"


async def _look(floor: Floor, actor: Actor = SYSTEM) -> Seen:
    async with floor.database.transaction() as session:
        return await floors.look(session, actor, floor.now)


async def _talk(floor: Floor, waits: float, number: str = "+493023125010", queue: str = "support") -> int:
    """A caller who is answered by Mira after so many seconds, and has ended."""
    call = await floor.caller(number, queue)
    floor.later(waits)
    assert await floor.press_one("Mira Okafor") is not None
    floor.later(60)
    await floor.hang_up(call)
    await floor.report("Mira Okafor", "completed", 60)
    return call


async def _give_up(floor: Floor, waits: float, number: str = OTHER) -> int:
    call = await floor.caller(number)
    floor.later(waits)
    await floor.hang_up(call)
    return call


async def test_who_waits_and_who_is_there(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    jonas = await floor.hire("Jonas Weber")
    async with floor.database.transaction() as session:
        await presence.set_presence(session, jonas, Presence.AWAY, floor.now, reason="lunch")
        await people.add_agent(session, "Lena Brandt")
    talking = await floor.caller()
    await floor.press_one("Mira Okafor")
    floor.later(10)
    began = floor.now
    for _caller in range(2):
        await floor.caller(OTHER)
        floor.later(5)
    seen = await _look(floor)
    assert [(line.key, line.waiting, line.longest, line.free) for line in seen.queues] == [("support", 2, began, 0)]
    assert [(line.agent.name, line.agent.presence, line.call_id) for line in seen.agents] == [
        ("Jonas Weber", "away", None),
        ("Mira Okafor", "on-call", talking),
    ]
    assert (seen.offline, seen.waiting, seen.longest) == (1, 2, began)
    assert dict(seen.states) == {"talking": 1, "queued": 2}


async def test_callers_of_today_answered_in_time_late_and_lost(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    floor.now = NOW - timedelta(days=1)
    await _talk(floor, 5)
    floor.now = NOW
    for waits in (5, 20, 21):
        await _talk(floor, waits)
    await _give_up(floor, 30)
    seen = await _look(floor)
    assert seen.served == Served(queued=4, answered=3, in_time=2, abandoned=1, wait=46.0)
    assert seen.served.service_level == pytest.approx(0.5)


async def test_who_gives_up_at_once_has_not_begun_to_wait(floor: Floor) -> None:
    floor.set(service_level=ServiceLevel(ignore_under=timedelta(seconds=5)))
    await _give_up(floor, 4)
    await _give_up(floor, 5)
    assert (await _look(floor)).served == Served(queued=1, abandoned=1)


async def test_a_missed_call_is_one_until_somebody_talked_to_them(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    first = await _give_up(floor, 30)
    again = await _give_up(floor, 30)
    assert [call.id for call in (await _look(floor)).missed] == [again], "one a number, the newest"
    assert first != again
    await floor.hire("Mira Okafor")
    await _talk(floor, 5)
    assert [call.id for call in (await _look(floor)).missed] == [again], "somebody else"
    await _talk(floor, 5, OTHER)
    assert (await _look(floor)).missed == []


async def test_who_is_in_the_queue_again_is_not_missed(floor: Floor) -> None:
    await _give_up(floor, 30)
    await floor.caller(OTHER)
    assert (await _look(floor)).missed == []


async def test_a_call_that_was_noted_by_hand_returns_a_missed_one(floor: Floor) -> None:
    async with floor.database.transaction() as session:
        greta = await people.add_contact(session, phone=OTHER)
        mira = as_actor(await people.add_agent(session))
    await _give_up(floor, 30)
    assert len((await _look(floor)).missed) == 1
    async with floor.database.transaction() as session:
        await calls.log_call(session, mira, contact=greta, note="rang back", now=floor.now)
    assert (await _look(floor)).missed == []


async def test_old_and_withheld_calls_cannot_be_returned(floor: Floor) -> None:
    await _give_up(floor, 30, "anonymous")
    await _give_up(floor, 30)
    floor.later(missed.LOOKED_BACK.total_seconds())
    assert (await _look(floor)).missed == []


async def test_who_asked_to_be_called_back_waits_apart_and_has_not_given_up(floor: Floor) -> None:
    call = await floor.caller(OTHER)
    await floor.wish_for_callback(call)
    await floor.hang_up(call)
    seen = await _look(floor)
    assert [(line.waiting, line.callbacks, line.longest) for line in seen.queues] == [(0, 1, None)]
    assert (seen.served.abandoned, seen.missed) == (0, [])
    assert await floor.state(call) == "callback"


@pytest.mark.parametrize(
    ("about", "asker", "taken"),
    [
        ("own", "Mira Okafor", {"Mira Okafor": 1, "Lena Brandt": None}),
        ("own", "Lena Brandt", {"Mira Okafor": None, "Lena Brandt": 0}),
        ("lead", "Lena Brandt", {"Mira Okafor": 1, "Lena Brandt": 0}),
        ("lead", "Mira Okafor", {"Mira Okafor": 1, "Lena Brandt": None}),
        ("lead", None, {"Mira Okafor": None, "Lena Brandt": None}),
        ("all", None, {"Mira Okafor": 1, "Lena Brandt": 0}),
    ],
)
async def test_figures_about_one_are_for_whom_the_company_file_says(
    floor: Floor, about: str, asker: str | None, taken: dict[str, int | None]
) -> None:
    floor.company = floor.company.model_copy(update={"figures": Figures.model_validate({"about_agents": about})})
    floor.rule(routing="longest-idle")
    actors = {"Mira Okafor": await floor.hire("Mira Okafor")}
    await _talk(floor, 5)
    actors["Lena Brandt"] = await floor.hire("Lena Brandt", role="lead")
    actors["Lena Brandt"] = Actor("Lena Brandt", "terminal", "en", Role.LEAD, actors["Lena Brandt"].agent_id)
    seen = await _look(floor, actors[asker] if asker is not None else SYSTEM)
    assert {line.agent.name: line.taken for line in seen.agents} == taken


async def test_a_queue_of_a_few_tells_about_each_of_them(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    floor.rule("sales", routing="longest-idle", members=["Mira Okafor"])
    mira = await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    await _talk(floor, 5, queue="sales")
    assert [line.served for line in (await _look(floor)).queues] == [None, None]
    assert (await _look(floor)).served.answered == 1
    assert [line.served for line in (await _look(floor, mira)).queues] == [Served(), Served(1, 1, 1, 0, 5.0)]


async def test_the_floor_is_for_colleagues(floor: Floor) -> None:
    viewer = Actor("Viewer", "terminal", "en", Role.VIEWER)
    with pytest.raises(NotAllowed):
        await _look(floor, viewer)


def _show_in(floor: Floor) -> None:
    place = CardPlace(place="slack:C1", kinds=["floor"])
    floor.company = floor.company.model_copy(update={"cards": [place]})
    floor.database.works_for(floor.company)


async def test_many_changes_are_one_drawing_a_little_later(floor: Floor) -> None:
    _show_in(floor)
    floor.now = NOW + timedelta(seconds=1)
    for _caller in range(3):
        await _give_up(floor, 0.5)
    drawings = await floor.effects(EffectKind.CARD)
    assert [(effect.address, effect.due_at) for effect in drawings] == [
        ("slack:C1:floor-0", NOW + timedelta(seconds=5))
    ]
    assert drawings[0].payload == {"kind": "floor", "record": 0, "place": "slack:C1", "language": "en"}


async def test_what_changes_while_a_worker_draws_is_drawn_again(floor: Floor) -> None:
    _show_in(floor)
    await _give_up(floor, 1)
    floor.now = NOW + timedelta(seconds=5)
    async with floor.database.transaction() as session:
        [drawing] = await claim(session, Effect, floor.now, 10, Effect.kind == EffectKind.CARD)
    await _give_up(floor, 0)
    assert len(await floor.effects(EffectKind.CARD)) == 2
    async with floor.database.transaction() as session:
        assert await finish(session, drawing, floor.now)
    await _give_up(floor, 0)
    assert len(await floor.effects(EffectKind.CARD)) == 2


async def test_a_place_that_is_out_of_reach_gets_one_drawing_afterwards(floor: Floor) -> None:
    _show_in(floor)
    for _minute in range(10):
        await _give_up(floor, 60)
    assert len(await floor.effects(EffectKind.CARD)) == 1


async def test_a_presence_that_changes_is_drawn(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    _show_in(floor)
    async with floor.database.transaction() as session:
        await presence.set_presence(session, mira, Presence.AWAY, floor.now)
    assert len(await floor.effects(EffectKind.CARD)) == 1


async def test_where_no_place_wants_it_nothing_is_drawn(floor: Floor) -> None:
    floor.company = floor.company.model_copy(update={"cards": []})
    floor.database.works_for(floor.company)
    await _give_up(floor, 1)
    assert await floor.effects(EffectKind.CARD) == []


async def test_no_query_walks_through_the_calls_of_the_past(sqlite_database: Database, company: Company) -> None:
    floor = Floor(sqlite_database, company)
    await _give_up(floor, 1)
    asked: list[tuple[str, Any]] = []
    engine = sqlite_database.engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    await _look(floor)
    event.remove(engine, "before_cursor_execute", note)
    with closing(sqlite3.connect(str(sqlite_database.url.database))) as connection:
        explained = [connection.execute(f"EXPLAIN QUERY PLAN {query}", values) for query, values in asked]
        plans = [str(row[3]) for rows in explained for row in rows]
    walks = [step for step in plans if step.startswith(("SCAN call", "SCAN queue_entry"))]
    assert len(plans) > len(walks) > 0
    assert [step for step in walks if "ix_call_open" not in step and "ix_queue_entry_live" not in step] == []
