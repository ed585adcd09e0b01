from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import beside
from crm_core.agents import Actor
from crm_core.contacts import changes, contacts
from crm_core.db import Database
from crm_core.money import Money
from crm_core.sales import deals, moves
from crm_core.support import tickets
from tests import people
from tests.people import NOW, as_actor


async def _made(session: AsyncSession, actor: Actor, kind: str) -> int:
    match kind:
        case "ticket":
            return (await tickets.open_ticket(session, actor, subject="cold", now=NOW)).id
        case "deal":
            return (await deals.add_deal(session, actor, title="Pump", value=Money(1, "EUR"), now=NOW)).id
        case _:
            return (await contacts.add_contact(session, actor, name="Greta Sommer", now=NOW)).id


async def _changed(session: AsyncSession, actor: Actor, kind: str, record_id: int) -> None:
    match kind:
        case "ticket":
            await tickets.claim(session, actor, record_id, NOW)
        case "deal":
            await moves.set_next_step(session, actor, record_id, "call", NOW)
        case _:
            await changes.tag(session, actor, record_id, "vip", NOW)


@pytest.mark.parametrize("kind", ["ticket", "deal", "contact"])
async def test_two_at_one_record_learn_of_each_other_for_five_minutes(database: Database, kind: str) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        jonas = as_actor(await people.add_agent(session, "Jonas Weber"))
        record = await _made(session, mira, kind)
        assert await beside.somebody_else(session, jonas, kind, record, NOW) is None, "making it is not working on it"
        await _changed(session, mira, kind, record)
        found = await beside.somebody_else(session, jonas, kind, record, NOW + timedelta(minutes=4))
        assert found is not None
        assert found.actor_name == "Mira Okafor"
        assert await beside.somebody_else(session, mira, kind, record, NOW) is None
        assert await beside.somebody_else(session, jonas, kind, record, NOW + timedelta(minutes=5)) is None
        assert await beside.somebody_else(session, jonas, kind, record + 1, NOW) is None
