import pytest

from crm_core.agents import Actor
from crm_core.db import Database
from crm_core.errors import NotFound, Refused
from crm_core.money import Money
from crm_core.sales import deals, moves, pipeline, stages
from tests import people
from tests.people import NOW, as_actor


async def _lena(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session, "Lena Brandt"))


async def test_the_pipeline_sums_its_open_stages(database: Database) -> None:
    lena = await _lena(database)
    async with database.transaction() as session:
        offer = await stages.find_stage(session, "offer")
        won = await stages.find_stage(session, "won")
        await deals.add_deal(session, lena, title="One", value=Money(100_00, "EUR"), stage=offer, now=NOW)
        await deals.add_deal(session, lena, title="Two", value=Money(50_01, "EUR"), stage=offer, now=NOW)
        await deals.add_deal(session, lena, title="Sold", value=Money(9_00, "EUR"), stage=won, now=NOW)
    async with database.transaction() as session:
        sums = {line.stage.key: line for line in await pipeline.pipeline_summary(session, lena)}
    assert list(sums) == ["lead", "visit", "offer", "negotiation"]
    assert (sums["offer"].count, sums["offer"].value) == (2, Money(150_01, "EUR"))
    assert sums["offer"].weighted == Money(75_01, "EUR")
    assert sums["lead"].count == 0


async def test_a_deal_moves_and_is_not_moved_twice(database: Database) -> None:
    lena = await _lena(database)
    async with database.transaction() as session:
        deal = await deals.add_deal(session, lena, title="One", value=Money(100, "EUR"), now=NOW)
        won = await stages.find_stage(session, "Gewonnen")
        await moves.move(session, lena, deal.id, won, NOW)
        with pytest.raises(Refused):
            await moves.move(session, lena, deal.id, won, NOW)


@pytest.mark.parametrize("name", ["offer", "Angebot", "ANGEBOT", "ang", "off"])
async def test_a_stage_is_found_in_either_language(sqlite_database: Database, name: str) -> None:
    async with sqlite_database.transaction() as session:
        assert (await stages.find_stage(session, name)).key == "offer"


async def test_an_unknown_stage_is_refused_with_those_there_are(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        with pytest.raises(NotFound) as refused:
            await stages.find_stage(session, "limbo")
    assert "negotiation" in str(refused.value.message.params["stages"])


async def test_a_stage_that_left_the_file_keeps_its_deals(database: Database) -> None:
    lena = await _lena(database)
    async with database.transaction() as session:
        company = session.info["company"]
        visit = await stages.find_stage(session, "visit")
        deal = await deals.add_deal(session, lena, title="One", value=Money(1, "EUR"), stage=visit, now=NOW)
        fewer = company.model_copy(update={"stages": [rule for rule in company.stages if rule.key != "visit"]})
        await stages.apply_stages(session, fewer)
        assert "visit" not in [stage.key for stage in await stages.list_stages(session)]
        assert deal.stage_id == visit.id
