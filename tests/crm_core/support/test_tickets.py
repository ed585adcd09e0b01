import asyncio

import pytest
from sqlalchemy import func, select

from crm_core import activity
from crm_core.activity import Activity
from crm_core.agents import Actor, Proof
from crm_core.db import Database
from crm_core.errors import CrmError, Invalid, NotFound, Refused
from crm_core.outbox import Effect, EffectKind
from crm_core.support import lists, tickets
from crm_core.support.tickets import Priority, Status, Ticket
from tests import people
from tests.people import NOW, as_actor


async def _open(database: Database, actor: Actor, subject: str = "Heating is cold", **more: object) -> Ticket:
    async with database.transaction() as session:
        return await tickets.open_ticket(session, actor, subject=subject, now=NOW, **more)  # type: ignore[arg-type]


async def _agents(database: Database, count: int) -> list[Actor]:
    async with database.transaction() as session:
        return [as_actor(await people.add_agent(session, f"Agent {number:03}")) for number in range(count)]


async def test_of_200_claims_at_once_one_wins_and_199_are_refused_politely(database: Database) -> None:
    agents = await _agents(database, 200)
    ticket = await _open(database, agents[0])

    async def claim(actor: Actor) -> CrmError | None:
        try:
            async with database.transaction() as session:
                await tickets.claim(session, actor, ticket.id, NOW)
        except CrmError as error:
            return error
        return None

    outcomes = await asyncio.gather(*(claim(actor) for actor in agents))
    winners = [actor for actor, error in zip(agents, outcomes, strict=True) if error is None]
    refusals = [error for error in outcomes if error is not None]
    assert len(winners) == 1
    assert len(refusals) == 199
    assert all(isinstance(error, Refused) for error in refusals)
    assert {error.message.params["name"] for error in refusals} == {winners[0].name}
    async with database.transaction() as session:
        claims = select(func.count()).select_from(Activity).where(Activity.verb == "ticket.claimed")
        assert await session.scalar(claims) == 1


async def test_a_ticket_comes_with_its_history_and_its_card(database: Database) -> None:
    [mira] = await _agents(database, 1)
    ticket = await _open(database, mira)
    async with database.transaction() as session:
        history = await activity.timeline(session, "ticket", ticket.id)
        effects = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.CARD))).all()
    assert [entry.verb for entry in history] == ["ticket.opened"]
    assert [effect.payload["record"] for effect in effects] == [ticket.id]


async def test_next_takes_the_most_urgent_and_then_the_oldest(database: Database) -> None:
    [mira] = await _agents(database, 1)
    old = await _open(database, mira, "old")
    await _open(database, mira, "new")
    urgent = await _open(database, mira, "urgent", priority=Priority.URGENT)
    taken = []
    for _time in range(2):
        async with database.transaction() as session:
            taken.append((await lists.claim_next(session, mira, NOW)).id)
    assert taken == [urgent.id, old.id]


async def test_two_agents_asking_for_the_next_get_different_tickets(database: Database) -> None:
    agents = await _agents(database, 8)
    for number in range(8):
        await _open(database, agents[0], f"Ticket {number}")

    async def take(actor: Actor) -> int:
        async with database.transaction() as session:
            return (await lists.claim_next(session, actor, NOW)).id

    assert len(set(await asyncio.gather(*(take(actor) for actor in agents)))) == 8


async def test_when_nothing_waits_next_says_so(database: Database) -> None:
    [mira] = await _agents(database, 1)
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await lists.claim_next(session, mira, NOW)


async def test_a_resolved_ticket_is_not_resolved_again(database: Database) -> None:
    [mira] = await _agents(database, 1)
    ticket = await _open(database, mira)
    async with database.transaction() as session:
        assert (await tickets.resolve(session, mira, ticket.id, NOW)).status == Status.RESOLVED
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await tickets.resolve(session, mira, ticket.id, NOW)


@pytest.mark.parametrize("subject", ["", "   ", "\n\t"])
async def test_a_ticket_without_a_word_is_refused(sqlite_database: Database, subject: str) -> None:
    [mira] = await _agents(sqlite_database, 1)
    with pytest.raises(Invalid):
        await _open(sqlite_database, mira, subject)


async def test_a_long_story_is_kept_whole(sqlite_database: Database) -> None:
    [mira] = await _agents(sqlite_database, 1)
    story = "The boiler " + "drips and " * 60
    ticket = await _open(sqlite_database, mira, story)
    assert len(ticket.subject) <= tickets.LONGEST_SUBJECT
    assert ticket.description == " ".join(story.split())


async def test_a_customer_sees_only_their_own_open_tickets(database: Database) -> None:
    [mira] = await _agents(database, 1)
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        other = await people.add_contact(session, "Emily Clarke", "+442079460123")
    hers = await _open(database, mira, "hers", contact_id=greta.id)
    await _open(database, mira, "another's", contact_id=other.id)
    done = await _open(database, mira, "done", contact_id=greta.id)
    async with database.transaction() as session:
        await tickets.resolve(session, mira, done.id, NOW)
        caller = Actor("Greta", "phone", "de", contact_id=greta.id, proof=Proof.CALLER_ID)
        assert [ticket.id for ticket in await tickets.own_tickets(session, caller)] == [hers.id]
