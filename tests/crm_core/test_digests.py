from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from crm_core import digests, schema
from crm_core.agents import SYSTEM
from crm_core.contacts import consents, do_not_call
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.do_not_call import DoNotCall
from crm_core.db import Database
from crm_core.digests import DigestKey
from crm_core.privacy.evidence import KeptEvidence, evidence_for
from crm_core.privacy.privacy import erase
from tests import people
from tests.people import NOW

GRETA, PAUL = "+493023125010", "+493023125011"


def _plain(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()


async def test_a_number_is_recognised_and_nobody_who_tries_all_numbers_reads_it(database: Database) -> None:
    async with database.transaction() as session:
        assert await digests.digests(session, [GRETA]) == {}
        first = await digests.new_digests(session, [GRETA, PAUL])
    async with database.transaction() as session:
        assert await digests.new_digests(session, [GRETA, PAUL]) == first
        assert await digests.digests(session, [GRETA]) == {GRETA: first[GRETA]}
        assert len((await session.scalars(select(DigestKey))).all()) == 1
    assert not {_plain(GRETA), _plain(PAUL)} & set(first.values())


@pytest.mark.parametrize("model", [DoNotCall, KeptEvidence])
async def test_what_is_kept_of_who_was_erased_is_keyed(
    database: Database, model: type[DoNotCall] | type[KeptEvidence]
) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", GRETA)
        agreed = (Channel.PHONE, Purpose.ADVERTISING)
        await consents.state(session, SYSTEM, greta.id, *agreed, NOW, is_given=True, wording="Ja")
        await do_not_call.refuse_calls(session, SYSTEM, greta.id, NOW)
        await erase(session, SYSTEM, greta.id, NOW)
        [kept] = await session.scalars(select(model.digest))
        assert kept == (await digests.digests(session, [GRETA]))[GRETA] != _plain(GRETA)


async def test_what_was_digested_before_there_was_a_key_is_keyed_and_still_recognised(database: Database) -> None:
    """Greta was erased, Paul is still a contact; down and up again Paul's number is recognised."""
    await schema.roll_back(database, "0016")
    five_years_on = NOW.replace(year=NOW.year + 5)
    async with database.transaction() as session:
        session.add_all(
            [
                DoNotCall(digest=_plain(GRETA), number=None, noted_by="Mira", at=NOW),
                DoNotCall(digest=_plain(PAUL), number=PAUL, noted_by="Mira", at=NOW),
                KeptEvidence(digest=_plain(GRETA), record={}, kept_since=NOW, keep_until=five_years_on),
            ]
        )
    await schema.migrate(database)
    async with database.transaction() as session:
        assert set(await do_not_call.among(session, [GRETA, PAUL, "+493023125012"])) == {GRETA, PAUL}
        assert len(await evidence_for(session, SYSTEM, GRETA)) == 1
        assert not {_plain(GRETA), _plain(PAUL)} & set(await session.scalars(select(DoNotCall.digest)))
    await schema.roll_back(database, "0016")
    async with database.transaction() as session:
        assert _plain(PAUL) in set(await session.scalars(select(DoNotCall.digest)))
    await schema.migrate(database)
    async with database.transaction() as session:
        assert await do_not_call.among(session, [PAUL]) == [PAUL]
