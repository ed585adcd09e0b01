import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity
from crm_core.agents import Actor
from crm_core.contacts import changes, contacts, duplicates, merges, search
from crm_core.contacts.contacts import Contact, Kind
from crm_core.contacts.duplicates import Reason
from crm_core.db import Base, Database
from crm_core.errors import Refused
from crm_core.money import Money
from crm_core.projects import tasks
from crm_core.sales import deals, stages
from crm_core.support import tickets
from tests import people
from tests.people import NOW, as_actor

# What a merge notes of itself, and the counters of change.
_NOTES = {"contact_merge", "activity", "effect", "card"}
STEPS = ["ticket", "task", "deal", "tag", "same tag", "mail", "city", "employer"]
_COUNTERS = {"version", "updated_at"}


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session))


async def _two(session: AsyncSession) -> tuple[Contact, Contact]:
    return await people.add_contact(session), await people.add_contact(session, "Greta Sommer", "+493023125011")


async def _content(session: AsyncSession) -> dict[str, list[str]]:
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in _NOTES:
            columns = [column for column in table.columns if column.name not in _COUNTERS]
            found[table.name] = sorted(str(tuple(row)) for row in await session.execute(select(*columns)))
    return found


async def test_everything_of_the_one_belongs_to_the_other(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        kept, gone = await _two(session)
        ticket = await tickets.open_ticket(session, mira, subject="Kessel", contact_id=gone.id, now=NOW)
        await changes.add_mail(session, mira, gone.id, "greta@example.de", NOW)
        await merges.merge(session, mira, gone.id, kept.id, NOW)
    async with database.transaction() as session:
        for query in ("23125011", "greta@example.de", gone.ref, "greta sommer"):
            assert [found.id for found in await search.find_contacts(session, mira, query)] == [kept.id], query
        assert (await tickets.read_ticket(session, mira, ticket.id)).contact_id == kept.id
        verbs = {
            step.verb
            for step in await activity.timeline(session, "contact", *await merges.merged_into(session, kept.id))
        }
        assert {"contact.added", "contact.merged", "contact.email-added"} <= verbs


@pytest.mark.parametrize("wrong", ["itself", "twice", "kinds"])
async def test_what_cannot_be_merged_is_refused(database: Database, mira: Actor, wrong: str) -> None:
    async with database.transaction() as session:
        kept, gone = await _two(session)
        firm = await contacts.add_contact(session, mira, name="Sommer GmbH", kind=Kind.COMPANY, now=NOW)
        if wrong == "twice":
            await merges.merge(session, mira, gone.id, kept.id, NOW)
        target = {"itself": gone.id, "twice": kept.id, "kinds": firm.id}[wrong]
        with pytest.raises(Refused):
            await merges.merge(session, mira, gone.id, target, NOW)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.sampled_from(["ticket", "task", "deal", "tag", "same tag", "mail", "city", "employer"]), max_size=8
    )
)
async def test_a_merge_that_is_undone_never_happened(database: Database, mira: Actor, steps: list[str]) -> None:
    async with database.transaction() as session:
        kept, gone = await _two(session)
        for number, step in enumerate(steps):
            await _step(session, mira, kept, gone, step, number)
        before = await _content(session)
        await merges.merge(session, mira, gone.id, kept.id, NOW)
        assert await _content(session) != before
        await activity.undo(session, mira, NOW)
        assert await _content(session) == before


async def _step(session: AsyncSession, mira: Actor, kept: Contact, gone: Contact, step: str, number: int) -> None:
    match step:
        case "ticket":
            await tickets.open_ticket(session, mira, subject="Kessel", contact_id=gone.id, now=NOW)
        case "task":
            await tasks.add_task(session, mira, title="Anrufen", contact_id=gone.id, now=NOW)
        case "deal":
            if await stages.list_stages(session):
                await deals.add_deal(session, mira, title="Anlage", value=Money(5, "EUR"), contact_id=gone.id, now=NOW)
        case "tag":
            await changes.tag(session, mira, gone.id, f"tag {number}", NOW)
        case "same tag":
            for contact in (kept, gone):
                await changes.tag(session, mira, contact.id, f"both {number}", NOW)
        case "mail":
            await changes.add_mail(session, mira, gone.id, f"greta{number}@example.de", NOW)
        case _:
            values = {"city": "Köln"} if step == "city" else {"organisation_id": None}
            await contacts.change_contact(session, mira, gone.id, NOW, values)


async def test_duplicates_are_told_with_their_reasons(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        first = await people.add_contact(session, "Greta Sommer", organisation="Bäckerei Süß")
        same = await people.add_contact(session, "Greta Somer", organisation="Bäckerei Süß")
        await people.add_contact(session, "Greta Sommer", "+493023125099", organisation="Andere GmbH")
        [pair] = await duplicates.sweep(session, mira)
        assert (pair.first.id, pair.second.id, pair.reasons) == (first.id, same.id, [Reason.NUMBER, Reason.NAME])
        await duplicates.keep_apart(session, mira, same.id, first.id, NOW)
        assert await duplicates.sweep(session, mira) == []
