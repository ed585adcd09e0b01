from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from crm_core import activity, files, misunderstood, outbox, timers
from crm_core.activity import Activity
from crm_core.agents import SYSTEM, Role
from crm_core.callcenter import arrivals, calls, recordings
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording
from crm_core.callcenter.states import CallState
from crm_core.company import Company
from crm_core.company.keeping import Retention
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.errors import NotAllowed
from crm_core.files import File, FileBytes
from crm_core.lease import State
from crm_core.misunderstood import Misunderstood, Sentence, Why
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy import legal_holds, retention
from crm_core.privacy.privacy import ERASED
from crm_core.privacy.retention import STEPS, VERB, Position
from crm_core.privacy.retention_runs import RetentionRun
from crm_core.support import states, tickets
from crm_core.support.tickets import Ticket, TicketComment
from tests import people
from tests.people import NOW
from tests.product import running

LATER = NOW + timedelta(days=800)
TWO_YEARS = {"calls": "2 years", "tickets": "2 years", "recordings": "90 days"}


def _with(company: Company, **rules: str) -> Company:
    written = {name.replace("_", "-"): period for name, period in rules.items()}
    return company.model_copy(update={"retention": Retention.model_validate(written)})


async def _carry_out(database: Database, now: datetime) -> dict[str, int]:
    async with database.transaction() as session:
        run = (await retention.begin(session, SYSTEM, now)).id
    position: Position | None = Position()
    while position is not None:
        async with database.transaction() as session:
            position = (await retention.step(session, SYSTEM, run, position, now)).next
    async with database.transaction() as session:
        found = await session.get(RetentionRun, run)
        assert found is not None
        assert found.ended_at == now
        return found.removed


async def _resolved(database: Database, name: str, number: str, now: datetime) -> tuple[int, int]:
    """A contact who called, left a message, and whose ticket with a note and a file is resolved."""
    async with database.transaction() as session:
        mira = people.as_actor(await people.add_agent(session, f"Agent of {name}"))
        contact = await people.add_contact(session, name, number)
        inbound = await arrivals.answer(session, f"CA{name}", number, "+493023125100", {}, now)
        call = await calls.lock_call(session, inbound.id)
        await recordings.add_recording(session, call, f"RE{name}", "https://example.com/1", 9, now)
        await calls.move_to(session, call, CallState.DONE, now)
        ticket = await tickets.open_ticket(
            session, mira, subject=f"Oven of {name}", contact_id=contact.id, call_id=call.id, now=now
        )
        await tickets.comment(session, mira, ticket.id, "is angry", now)
        await files.attach(session, mira, "ticket", ticket.id, "oven.txt", name.encode(), now)
        await tickets.claim(session, mira, ticket.id, now)
        await tickets.resolve(session, mira, ticket.id, now)
    return contact.id, ticket.id


async def _count(database: Database, model: type) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_what_has_served_its_time_goes_with_its_parts_and_nothing_else(
    database: Database, company: Company
) -> None:
    await _resolved(database, "Greta", "+493023125010", NOW)
    database.works_for(_with(company, **TWO_YEARS))
    assert await _carry_out(database, NOW + timedelta(days=700)) == {"recordings": 1}
    await _resolved(database, "Paul", "+493023125011", LATER - timedelta(days=1))
    assert await _carry_out(database, LATER) == {"calls": 1, "tickets": 1}
    for model in (Call, Ticket, TicketComment, File, FileBytes, Recording):
        assert await _count(database, model) == 1, model
    async with database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Oven of Paul"]
        told = await activity.timeline(session, "ticket", 1)
        assert [step.verb for step in told][-1] == "ticket.opened"
        assert all(step.data == {} for step in told)
        carried_out = select(Activity.data).where(Activity.verb == "retention.carried-out")
        ran = await session.scalars(carried_out.order_by(Activity.id))
        assert ran.all()[-1] == {"removed": {"calls": 1, "tickets": 1}}
        asked = await session.scalars(select(Effect.address).where(Effect.kind == EffectKind.FORGET))
        assert asked.all() == ["twilio:recording-1"]


async def test_what_was_closed_goes_like_what_was_resolved(database: Database, company: Company) -> None:
    _, ticket_id = await _resolved(database, "Greta", "+493023125010", NOW)
    async with database.transaction() as session:
        await states.close(session, SYSTEM, ticket_id, NOW)
    database.works_for(_with(company, **TWO_YEARS))
    assert (await _carry_out(database, LATER))["tickets"] == 1


async def test_what_was_misunderstood_goes_when_nobody_said_it_again(database: Database, company: Company) -> None:
    database.works_for(_with(company, misunderstood="90 days"))
    async with database.transaction() as session:
        for text in ("once", "again"):
            await misunderstood.keep(session, Sentence("en", text, Why.UNKNOWN), NOW)
        await misunderstood.keep(session, Sentence("en", "again", Why.UNKNOWN), LATER)
    assert await _carry_out(database, LATER) == {"misunderstood": 1}
    async with database.transaction() as session:
        assert (await session.scalars(select(Misunderstood.text))).all() == ["again"]


async def test_nothing_goes_where_the_company_file_has_no_word(database: Database) -> None:
    await _resolved(database, "Greta", "+493023125010", NOW)
    database.works_for(_with(_company(database)))
    assert await _carry_out(database, LATER) == {}
    assert await _count(database, Ticket) == 1


def _company(database: Database) -> Company:
    company = database._info["company"]
    assert isinstance(company, Company)
    return company


async def test_nothing_under_legal_hold_goes(database: Database, company: Company) -> None:
    greta, _ = await _resolved(database, "Greta", "+493023125010", NOW)
    await _resolved(database, "Paul", "+493023125011", NOW)
    database.works_for(_with(company, **TWO_YEARS, history="2 years", contacts_without_activity="2 years"))
    async with database.transaction() as session:
        await legal_holds.put(session, SYSTEM, greta, "court 3 O 12/26", NOW)
        due = {found.kind: found for found in await retention.preview(session, SYSTEM, LATER)}
    assert (due["tickets"].count, due["tickets"].held, due["tickets"].examples) == (1, 1, ["T-2"])
    assert due["tickets"].oldest == NOW
    removed = await _carry_out(database, LATER)
    assert {kind: removed[kind] for kind in ("calls", "tickets", "recordings", "contacts-without-activity")} == {
        "calls": 1,
        "tickets": 1,
        "recordings": 1,
        "contacts-without-activity": 1,
    }
    async with database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Oven of Greta"]
        assert (await session.scalars(select(Contact.name).order_by(Contact.id))).all() == ["Greta", ERASED]
        assert (await session.scalars(select(Recording.sid))).all() == ["REGreta"]
        assert len(await activity.timeline(session, "ticket", 1)) >= 4
        await legal_holds.release(session, SYSTEM, greta, LATER)
    assert (await _carry_out(database, LATER))["tickets"] == 1


async def test_who_has_something_open_is_not_without_activity(database: Database, company: Company) -> None:
    database.works_for(_with(company, contacts_without_activity="2 years"))
    async with database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", "+493023125010")
        await people.add_contact(session, "Paul Winter", "+493023125011")
        ticket = await tickets.open_ticket(session, SYSTEM, subject="Oven", contact_id=greta.id, now=NOW)
    assert await _carry_out(database, LATER) == {"contacts-without-activity": 1}
    async with database.transaction() as session:
        assert (await session.scalars(select(Contact.name).order_by(Contact.id))).all() == ["Greta Sommer", ERASED]
        await tickets.claim(session, people.as_actor(await people.add_agent(session)), ticket.id, LATER)
        await tickets.resolve(session, people.as_actor(await people.add_agent(session, "Ida")), ticket.id, LATER)
    assert await _carry_out(database, LATER + timedelta(days=700)) == {}
    assert await _carry_out(database, LATER + timedelta(days=740)) == {"contacts-without-activity": 1}


async def test_many_rows_go_batch_by_batch_past_those_that_stay(database: Database, company: Company) -> None:
    database.works_for(_with(company, receipts="30 days", effects="30 days"))
    async with database.transaction() as session:
        for number in range(250):
            await outbox.enqueue(session, EffectKind.POST, f"slack:{number}", {}, NOW)
        for effect in await session.scalars(select(Effect)):
            effect.state = State.PENDING if effect.id % 5 == 0 else State.DONE
        await session.flush()
        before = await session.scalar(select(func.count()).where(Effect.kind == EffectKind.POST))
    assert before == 250
    assert await _carry_out(database, NOW + timedelta(days=31)) == {"effects": 200}
    async with database.transaction() as session:
        states = set(await session.scalars(select(Effect.state).where(Effect.kind == EffectKind.POST)))
    assert states == {State.PENDING}


async def test_it_is_carried_out_once_a_night_however_many_workers_there_are(
    database: Database, company: Company
) -> None:
    company = _with(company, **TWO_YEARS)
    database.works_for(company)
    await _resolved(database, "Greta", "+493023125010", NOW)
    clock = [NOW + timedelta(days=900)]
    for _worker in range(3):
        async with database.transaction() as session:
            await timers.plan_chains(session, clock[0])
    async with database.transaction() as session:
        [planned] = (await session.scalars(select(Effect).where(Effect.address == f"timer:{VERB}"))).all()
    night = planned.due_at.astimezone(company.zone)
    assert (night.hour, night > clock[0], night - clock[0] < timedelta(days=1)) == (3, True, True)
    async with running(database, company, lambda: clock[0]) as product:
        await product.work()
        assert await _count(database, RetentionRun) == 0
        clock[0] = planned.due_at
        await product.work()
    async with database.transaction() as session:
        [run] = (await session.scalars(select(RetentionRun))).all()
        assert run.ended_at is not None
        assert run.removed == {"recordings": 1, "calls": 1, "tickets": 1}
        pending = await session.scalars(
            select(Effect.due_at).where(Effect.state == State.PENDING, Effect.address == planned.address)
        )
        assert pending.all() == [planned.due_at + timedelta(days=1)]
        steps = await session.scalars(select(func.count()).where(Effect.address == STEPS))
        assert steps.one() <= 1


async def test_only_an_admin_carries_it_out(database: Database) -> None:
    async with database.transaction() as session:
        lead = people.as_actor(await people.add_agent(session, "Lena", Role.LEAD))
        for forbidden in (retention.preview, retention.begin):
            with pytest.raises(NotAllowed):
                await forbidden(session, lead, NOW)
