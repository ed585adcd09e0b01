from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from crm_core.agents import SYSTEM
from crm_core.contacts import consents, do_not_call
from crm_core.contacts.consents import Channel, Consent, ConsentUse, Purpose
from crm_core.contacts.do_not_call import DoNotCall
from crm_core.db import Database
from crm_core.privacy import retention
from crm_core.privacy.evidence import KeptEvidence, evidence_for
from crm_core.privacy.privacy import erase
from tests import people
from tests.people import NOW

GRETA = "+493023125010"
ADVERTISING = (Channel.PHONE, Purpose.ADVERTISING)
FIVE_YEARS_ON = NOW.replace(year=NOW.year + 5)


async def _agreed_and_erased(database: Database, used_at: datetime | None, erased_at: datetime) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        await consents.state(session, SYSTEM, greta.id, *ADVERTISING, NOW, is_given=True, wording="Ja, sagt Greta")
        await consents.state(session, SYSTEM, greta.id, Channel.SMS, Purpose.SURVEY, NOW, is_given=True, wording="Ja")
        if used_at is not None:
            await consents.use(session, SYSTEM, greta.id, *ADVERTISING, used_at, number=GRETA)
        await erase(session, SYSTEM, greta.id, erased_at)


@pytest.mark.parametrize("used_after", [None, timedelta(days=300)])
async def test_evidence_is_kept_five_years_from_each_use(database: Database, used_after: timedelta | None) -> None:
    used_at = NOW + used_after if used_after is not None else None
    await _agreed_and_erased(database, used_at, NOW + timedelta(days=400))
    until = FIVE_YEARS_ON if used_at is None else used_at.replace(year=used_at.year + 5)
    async with database.transaction() as session:
        [kept] = await evidence_for(session, SYSTEM, "030 23125010")
        assert kept.keep_until == until
        assert kept.record["wording"] == "Ja, sagt (…)"
        for model in (Consent, ConsentUse):
            assert (await session.scalars(select(model))).all() == []
        await retention.begin(session, SYSTEM, until - timedelta(seconds=1))
        assert len(await evidence_for(session, SYSTEM, GRETA)) == 1
        await retention.begin(session, SYSTEM, until)
        assert (await session.scalars(select(KeptEvidence))).all() == []


async def test_what_need_not_be_kept_is_not(database: Database) -> None:
    await _agreed_and_erased(database, None, FIVE_YEARS_ON)
    async with database.transaction() as session:
        assert (await session.scalars(select(KeptEvidence))).all() == []


async def test_a_number_stays_on_the_do_not_call_list_when_its_owner_is_erased(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        await do_not_call.refuse_calls(session, SYSTEM, greta.id, NOW)
        await erase(session, SYSTEM, greta.id, NOW)
        assert (await session.scalars(select(DoNotCall.number))).all() == [None]
        again = await people.add_contact(session, "Greta Sommer", GRETA)
        assert not await consents.may(session, again.id, Channel.PHONE, Purpose.SERVICE, NOW)
