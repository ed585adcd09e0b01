from datetime import date, timedelta

import pytest

from crm_core import activity
from crm_core.agents import Actor
from crm_core.company import Company
from crm_core.company.sales import Reasons
from crm_core.db import Database
from crm_core.errors import Invalid, Refused
from crm_core.money import Money
from crm_core.sales import deals, moves, people, stages, steps
from crm_core.sales.deals import Deal
from tests import people as somebody
from tests.people import NOW, as_actor


async def _deal(database: Database, minor: int = 100_00) -> tuple[Actor, int]:
    async with database.transaction() as session:
        lena = as_actor(await somebody.add_agent(session, "Lena Brandt"))
        return lena, (await deals.add_deal(session, lena, title="Heat pump", value=Money(minor, "EUR"), now=NOW)).id


async def test_a_stage_names_all_that_a_deal_lacks(database: Database) -> None:
    lena, deal = await _deal(database, minor=0)
    async with database.transaction() as session:
        target = await stages.find_stage(session, "negotiation")
        with pytest.raises(Refused) as refused:
            await moves.move(session, lena, deal, target, NOW)
    assert "card.value" in str(refused.value.message.params["fields"])
    assert "card.contact" in str(refused.value.message.params["fields"])


async def test_a_deal_is_won_in_its_own_pipeline(database: Database) -> None:
    lena, _deal_id = await _deal(database)
    async with database.transaction() as session:
        asked = await stages.find_stage(session, "asked", "service")
        care = await deals.add_deal(session, lena, title="Care", value=Money(1, "EUR"), stage=asked, now=NOW)
        won = await moves.win(session, lena, care.id, NOW)
        assert (await stages.stage_of(session, won.stage_id)).key == "service-signed"


@pytest.mark.parametrize(
    ("said", "kept"), [("Preis", "price"), ("COMP", "competitor"), ("  the   moon ", "the moon"), (None, None)]
)
async def test_a_reason_is_one_of_the_houses_or_what_was_said(
    database: Database, said: str | None, kept: str | None
) -> None:
    lena, deal = await _deal(database)
    async with database.transaction() as session:
        assert (await moves.lose(session, lena, deal, NOW, said)).reason == kept


async def test_a_house_may_know_its_own_reasons_only(database: Database, company: Company) -> None:
    lena, deal = await _deal(database)
    only = Reasons(lost={"price": {"en": "Price"}}, others=False)
    database.works_for(company.model_copy(update={"reasons": only}))
    async with database.transaction() as session:
        with pytest.raises(Invalid):
            await moves.lose(session, lena, deal, NOW, "the moon")


async def test_undo_gives_back_stage_reason_and_the_days_in_it(database: Database) -> None:
    lena, deal = await _deal(database)
    async with database.transaction() as session:
        await moves.expect(session, lena, deal, date(2026, 12, 1), NOW)
    async with database.transaction() as session:
        await moves.expect(session, lena, deal, date(2027, 1, 1), NOW)
        await moves.lose(session, lena, deal, NOW + timedelta(minutes=5), "price")
    for _step in range(2):
        async with database.transaction() as session:
            await activity.undo(session, lena, NOW + timedelta(minutes=6))
    async with database.transaction() as session:
        found = await session.get_one(Deal, deal)
        assert (found.reason, found.stage_since, found.expected_close) == (None, NOW, date(2026, 12, 1))


async def test_the_next_step_has_words_and_a_day(database: Database) -> None:
    lena, deal = await _deal(database)
    async with database.transaction() as session:
        await moves.set_next_step(session, lena, deal, "  call  back ", NOW, NOW + timedelta(days=1))
    async with database.transaction() as session:
        found = await session.get_one(Deal, deal)
        assert (found.next_step, found.next_step_due) == ("call back", NOW + timedelta(days=1))
        with pytest.raises(Invalid):
            await moves.set_next_step(session, lena, deal, "  ", NOW)


async def test_people_have_one_role_each_and_leave_with_the_deal(database: Database) -> None:
    lena, deal = await _deal(database)
    async with database.transaction() as session:
        greta = await somebody.add_contact(session)
        await people.involve(session, lena, deal, greta.id, "architect", NOW)
        await people.involve(session, lena, deal, greta.id, "pays", NOW)
        assert [(who.name, role) for who, role in await people.involved(session, deal)] == [("Greta Sommer", "pays")]


async def test_next_steps_of_a_day_are_those_of_open_deals(database: Database) -> None:
    lena, deal = await _deal(database)
    tomorrow = NOW + timedelta(days=1)
    async with database.transaction() as session:
        won = await deals.add_deal(session, lena, title="Won", value=Money(1, "EUR"), now=NOW)
        for deal_id in (won.id, deal):
            await moves.set_next_step(session, lena, deal_id, "call", NOW, tomorrow)
        await moves.win(session, lena, won.id, NOW)
        assert lena.agent_id is not None
        due = await steps.needing_a_step(session, lena.agent_id, NOW, tomorrow + timedelta(hours=1))
        assert [(entry.record_id, entry.at, entry.private) for entry in due] == [(deal, tomorrow, "call")]
        assert list(await steps.needing_a_step(session, lena.agent_id, NOW, tomorrow)) == []
