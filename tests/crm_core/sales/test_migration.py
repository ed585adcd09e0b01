from sqlalchemy import select

from crm_core import schema
from crm_core.db import Database
from crm_core.money import Money
from crm_core.sales import deals, pipeline, stages
from crm_core.sales.deals import Deal
from tests import people
from tests.people import NOW, as_actor

BEFORE = "0008"


async def test_deals_from_before_are_in_the_sums(database: Database) -> None:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        for minor, key in ((100, "lead"), (50, "lead"), (7, "won")):
            stage = await stages.find_stage(session, key)
            await deals.add_deal(session, lena, title="One", value=Money(minor, "EUR"), stage=stage, now=NOW)
    await schema.roll_back(database, BEFORE)
    await schema.migrate(database)
    async with database.transaction() as session:
        await stages.apply_stages(session, session.info["company"])
        sums = await pipeline.pipeline_summary(session, lena)
        assert [(line.stage.key, line.count, line.value.minor) for line in sums if line.count] == [("lead", 2, 150)]
        assert set(await session.scalars(select(Deal.stage_since))) == {NOW}
