from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import activity, timers
from crm_core.agents import Actor
from crm_core.db import Database
from crm_core.errors import CrmError, Invalid, NotFound, Refused
from crm_core.outbox import Effect, EffectKind
from crm_core.support import checklist, incidents, lists, several, snooze, states, tags, tickets, views, watchers
from crm_core.support.incidents import IncidentState
from crm_core.support.tickets import Priority, Status, Ticket
from tests import people
from tests.people import NOW, as_actor

LATER = NOW + timedelta(days=1)


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session, slack="U1"))


async def _open(database: Database, actor: Actor, count: int = 1, **more: object) -> list[int]:
    async with database.transaction() as session:
        opened = [
            await tickets.open_ticket(session, actor, subject=f"leak {number}", now=NOW, **more)  # type: ignore[arg-type]
            for number in range(count)
        ]
        return [ticket.id for ticket in opened]


async def _listed(database: Database, actor: Actor, **wanted: object) -> list[int]:
    async with database.transaction() as session:
        return [ticket.id for ticket in await lists.list_tickets(session, actor, **wanted)]  # type: ignore[arg-type]


async def test_a_ticket_goes_through_its_states(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        assert (await states.wait(session, mira, id, NOW)).status == Status.WAITING
        assert (await states.hold(session, mira, id, NOW)).status == Status.ON_HOLD
        assert (await states.reopen(session, mira, id, NOW)).status == Status.OPEN
        await tickets.resolve(session, mira, id, NOW)
        assert (await states.close(session, mira, id, NOW)).status == Status.CLOSED
        for verb in (states.wait, states.hold, states.close):
            with pytest.raises(Refused):
                await verb(session, mira, id, NOW)
        assert (await states.reopen(session, mira, id, NOW)).status == Status.OPEN
        with pytest.raises(Refused):
            await states.reopen(session, mira, id, NOW)


async def test_a_queue_is_one_of_the_companys(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        assert (await states.queue(session, mira, id, "support", NOW)).queue == "support"
        with pytest.raises(NotFound):
            await states.queue(session, mira, id, "nowhere", NOW)
    assert await _listed(database, mira, queue="support") == [id]
    assert await _listed(database, mira, queue="sales") == []


async def test_next_takes_what_falls_due_first_among_equals(database: Database, mira: Actor) -> None:
    first, second, third, urgent = await _open(database, mira, 4)
    async with database.transaction() as session:
        for id, due in ((first, None), (second, LATER), (third, NOW)):
            (await tickets.locked(session, id)).next_due_at = due
        (await tickets.locked(session, urgent)).priority = Priority.URGENT
        await session.flush()
        taken = [(await lists.claim_next(session, mira, NOW)).id for _time in range(4)]
    assert taken == [urgent, third, second, first]


async def test_next_leaves_what_waits_or_sleeps(database: Database, mira: Actor) -> None:
    waiting, held, asleep = await _open(database, mira, 3)
    async with database.transaction() as session:
        await states.wait(session, mira, waiting, NOW)
        await states.hold(session, mira, held, NOW)
        await snooze.snooze(session, mira, asleep, LATER, NOW)
        with pytest.raises(NotFound):
            await lists.claim_next(session, mira, NOW)


async def test_a_snoozed_ticket_comes_back_by_itself(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        with pytest.raises(Invalid):
            await snooze.snooze(session, mira, id, NOW, NOW)
        await snooze.snooze(session, mira, id, LATER, NOW)
        await snooze.snooze(session, mira, id, LATER + timedelta(days=1), NOW)
        every = await session.scalars(select(Effect).where(Effect.kind == EffectKind.TIMER).order_by(Effect.id))
        rung = [timer for timer in every if timer.payload["verb"] == snooze.WAKE]
    assert await _listed(database, mira) == []
    assert len({timer.address for timer in rung}) == 2, "the first one must not hold the second back"
    for timer, seen in zip(rung, ([], [id]), strict=True):
        async with database.transaction() as session:
            await timers.TIMERS[timer.payload["verb"]](session, timer.payload, timer.due_at)
        assert await _listed(database, mira) == seen


async def test_tags_are_words_and_can_be_taken_back(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        await tags.tag(session, mira, id, "#Outage", NOW)
        with pytest.raises(Refused):
            await tags.tag(session, mira, id, "outage", NOW)
        with pytest.raises(Invalid):
            await tags.tag(session, mira, id, "two words", NOW)
        await tags.untag(session, mira, id, "outage", NOW)
        await activity.undo(session, mira, NOW)
        assert await tags.tags_of(session, id) == ["outage"]
        await activity.undo(session, mira, NOW)
        assert await tags.tags_of(session, id) == []


async def test_a_new_ticket_with_a_tag_is_not_undone_by_accident(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        await tags.tag(session, mira, id, "outage", NOW)
        await activity.undo(session, mira, NOW)
        with pytest.raises(Refused):
            await activity.undo(session, mira, NOW)
        assert await session.get(Ticket, id) is not None


async def test_steps_are_counted_checked_and_taken_back(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        await checklist.add_step(session, mira, id, "call the plumber", NOW)
        await checklist.check(session, mira, id, 1, NOW)
        for number, error in ((1, Refused), (2, NotFound), (0, NotFound)):
            with pytest.raises(error):
                await checklist.check(session, mira, id, number, NOW)
        await activity.undo(session, mira, NOW)
        assert [step.done_at for step in await checklist.steps(session, id)] == [None]
        await activity.undo(session, mira, NOW)
        assert not await checklist.steps(session, id)


async def test_a_watcher_has_the_card_in_their_own_chat(database: Database, mira: Actor) -> None:
    [id] = await _open(database, mira)
    async with database.transaction() as session:
        await watchers.watch(session, mira, id, NOW)
        await tickets.resolve(session, mira, id, NOW)
        cards = await session.scalars(select(Effect.payload).where(Effect.kind == EffectKind.CARD))
        assert [card["place"] for card in cards].count("slack:U1") == 2
        await watchers.unwatch(session, mira, id, NOW)
        assert not await watchers.watchers(session, id)


async def test_pages_follow_each_other_without_gaps(database: Database, mira: Actor) -> None:
    ids = await _open(database, mira, 7)
    async with database.transaction() as session:
        for id in ids[::2]:
            await tags.tag(session, mira, id, "outage", NOW)
        await states.close(session, mira, ids[0], NOW)
    for wanted, expected in (({}, ids[1:]), ({"tag": "outage"}, ids[2::2]), ({"status": Status.NEW}, ids[1:])):
        seen: list[int] = []
        while page := await _listed(database, mira, limit=2, before_id=seen[-1] if seen else None, **wanted):
            seen += page
        assert seen == expected[::-1], wanted


async def test_many_are_resolved_in_one_step_and_taken_back_in_one(database: Database, mira: Actor) -> None:
    ids = await _open(database, mira, 5)
    async with database.transaction() as session:
        await tickets.resolve(session, mira, ids[0], NOW)
    async with database.transaction() as session:
        done = await several.each(session, ids, lambda id: tickets.resolve(session, mira, id, NOW))
        assert ([ticket.id for ticket in done.tickets], len(done.refused)) == (ids[1:], 1)
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    assert await _listed(database, mira) == ids[:0:-1], "what was resolved before stays so"


async def test_one_changed_since_and_nothing_of_the_step_is_taken_back(database: Database, mira: Actor) -> None:
    ids = await _open(database, mira, 3)
    async with database.transaction() as session:
        jonas = as_actor(await people.add_agent(session, "Jonas Weber"))
        await several.each(session, ids, lambda id: tickets.resolve(session, mira, id, NOW))
        await states.reopen(session, jonas, ids[1], NOW)
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await activity.undo(session, mira, NOW)
    assert await _listed(database, mira) == [ids[1]]


async def test_more_than_200_at_once_are_refused(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        with pytest.raises(Invalid):
            await several.each(session, range(201), lambda id: tickets.locked(session, id))


async def test_a_view_is_kept_for_its_owner(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        jonas = as_actor(await people.add_agent(session, "Jonas Weber"))
        await views.save_view(session, mira, "Mornings", {"status": "waiting"}, NOW)
        await views.save_view(session, mira, "mornings", {"tag": "outage"}, NOW)
        assert (await views.view_of(session, mira, "MORNINGS")).wanted == {"tag": "outage"}
        with pytest.raises(NotFound):
            await views.view_of(session, jonas, "mornings")


async def test_an_incident_answers_and_resolves_all(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        emily = await people.add_contact(session, "Emily Clarke", "+442079460123", language="en")
    callers = [Actor(person.name, "phone", "de", contact_id=person.id) for person in (greta, emily)]
    ids = [id for caller in callers for id in await _open(database, caller, contact_id=caller.contact_id)]
    ids += await _open(database, mira)
    async with database.transaction() as session:
        incident = await incidents.open_incident(session, mira, ids, NOW, title="No hot water")
        told = await incidents.resolve(session, mira, incident.id, {"de": "Gelöst", "en": "Solved"}, NOW)
        assert [one.way and one.way.to for one in told] == ["+493023125010", "+442079460123", None]
        texts = await session.scalars(select(Effect.payload).where(Effect.kind == EffectKind.SMS).order_by(Effect.id))
        assert [text["text"] for text in texts] == ["T-1: Gelöst", "T-2: Solved"]
        assert {ticket.status for ticket in await incidents.members(session, incident.id)} == {Status.RESOLVED}
        assert incident.state == IncidentState.RESOLVED
        with pytest.raises(Refused):
            await incidents.reply_to_all(session, mira, incident.id, {"de": "Noch etwas"}, NOW)


async def test_an_incident_is_undone_with_all_that_joined(database: Database, mira: Actor) -> None:
    ids = await _open(database, mira, 3)
    async with database.transaction() as session:
        incident = await incidents.open_incident(session, mira, ids, NOW, title="No hot water")
        await activity.undo(session, mira, NOW)
        assert await session.get(incidents.Incident, incident.id) is None
        with pytest.raises(CrmError):
            await incidents.add(session, mira, incident.id, ids, NOW)
        assert {(await tickets.locked(session, id)).incident_id for id in ids} == {None}
