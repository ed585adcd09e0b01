from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.agents import Actor, Role
from crm_core.company import Company
from crm_core.company.figures import Figures
from crm_core.company.people import Branch, Team
from crm_core.db import Database
from crm_core.errors import NotAllowed, NotFound, Refused
from crm_core.money import Money
from crm_core.sales import deals, figures, moves, pipeline, stages
from crm_core.sales.whose import EVERYBODY, find_whose, own
from tests import people
from tests.people import NOW, as_actor


async def _team(database: Database, size: int = 2, team: str | None = "roof") -> list[Actor]:
    async with database.transaction() as session:
        return [as_actor(await people.add_agent(session, f"Agent{number} One", team=team)) for number in range(size)]


async def _add(
    database: Database, actor: Actor, minor: int, stage: str = "lead", close: date | None = None, days: int = 0
) -> int:
    async with database.transaction() as session:
        deal = await deals.add_deal(
            session,
            actor,
            title="One",
            value=Money(minor, "EUR"),
            stage=await stages.find_stage(session, stage),
            expected_close=close,
            now=NOW - timedelta(days=days),
        )
        return deal.id


async def test_the_forecast_has_a_line_a_month(database: Database) -> None:
    [lena] = await _team(database, 1)
    for minor, close in (
        (100_00, date(2026, 12, 1)),
        (50_00, date(2026, 12, 31)),
        (10_00, date(2026, 10, 2)),
        (20_00, date(2025, 1, 2)),
        (5_00, None),
        (7_00, date(2026, 11, 1)),
    ):
        await _add(database, lena, minor, "offer", close)
    await _add(database, lena, 999_00, "won", date(2026, 12, 1))
    async with database.transaction() as session:
        lines = await figures.forecast(session, lena, NOW.date())
        sums = await pipeline.pipeline_summary(session, lena)
    assert [(line.month, line.is_overdue, line.count, line.weighted.minor) for line in lines] == [
        (None, True, 2, 15_00),
        (date(2026, 11, 1), False, 1, 3_50),
        (date(2026, 12, 1), False, 2, 75_00),
        (None, False, 1, 2_50),
    ]
    assert sum(line.weighted.minor for line in lines) == sum(line.weighted.minor for line in sums)


async def test_a_deal_is_rotten_after_its_stages_days(database: Database) -> None:
    lena, mira = await _team(database)
    fresh, old = await _add(database, lena, 1, days=14), await _add(database, lena, 1, days=15)
    await _add(database, mira, 1, "won", days=300)
    async with database.transaction() as session:
        assert [deal.id for deal in await figures.rotten_deals(session, lena, NOW)] == [old]
        assert list(await figures.rotten_deals(session, mira, NOW, own(mira))) == []
        later = await figures.rotten_deals(session, lena, NOW + timedelta(days=1), own(lena))
    assert [deal.id for deal in later] == [old, fresh]


async def test_what_changed_is_counted_once(database: Database) -> None:
    [lena] = await _team(database, 1)
    old = [await _add(database, lena, 100, days=30) for _deal in range(3)]
    await _add(database, lena, 7)
    async with database.transaction() as session:
        await moves.win(session, lena, old[0], NOW)
        await moves.lose(session, lena, old[1], NOW, "price")
        await moves.move(session, lena, old[2], await stages.find_stage(session, "visit"), NOW)
        changed = await figures.changes(session, lena, NOW - timedelta(days=1))
        lost = await figures.losses(session, lena, NOW - timedelta(days=1))
    assert [line.count for line in (changed.added, changed.moved, changed.won, changed.lost)] == [1, 1, 1, 1]
    assert [(reason, line.count, line.values) for reason, line in lost] == [("price", 1, [Money(100, "EUR")])]


async def test_the_win_rate_says_how_long_it_took(database: Database) -> None:
    [lena] = await _team(database, 1)
    old = [await _add(database, lena, 100, days=30) for _deal in range(3)]
    async with database.transaction() as session:
        none = await figures.win_rate(session, lena, NOW - figures.PERIOD)
        await moves.win(session, lena, old[0], NOW)
        await moves.win(session, lena, old[1], NOW - timedelta(days=10))
        await moves.lose(session, lena, old[2], NOW)
        rate = await figures.win_rate(session, lena, NOW - figures.PERIOD, own(lena))
    assert (none.percent, none.days) == (None, None)
    assert (rate.won, rate.lost, rate.percent, rate.days) == (2, 1, 67, 25)


@pytest.mark.parametrize(
    ("about", "asker", "is_told"),
    [("own", "lead", False), ("lead", "lead", True), ("lead", "agent", False), ("all", "agent", True)],
)
async def test_figures_about_one_colleague_are_theirs(
    database: Database, company: Company, about: str, asker: str, is_told: bool
) -> None:
    figures_rule = Figures.model_validate({"about_agents": about})
    database.works_for(
        company.model_copy(update={"figures": figures_rule, "teams": {"solo": Team(name={"en": "Solo"})}})
    )
    async with database.transaction() as session:
        mira = await people.add_agent(session, "Mira Okafor", team="solo")
        other = as_actor(await people.add_agent(session, "Lena Brandt", Role[asker.upper()]))
        assert (await find_whose(session, as_actor(mira), "Mira")).owner_ids == (mira.id,)
        for name in ("Mira", "solo"):
            if is_told:
                assert (await find_whose(session, other, name)).owner_ids == (mira.id,)
            else:
                with pytest.raises(NotAllowed):
                    await find_whose(session, other, name)


async def test_a_team_and_its_branch_are_sums_and_small_ones_have_no_rates(
    database: Database, company: Company
) -> None:
    teams = {"roof": Team(name={"en": "Roofers", "de": "Dachteam"}, branch="north")}
    database.works_for(company.model_copy(update={"teams": teams, "branches": {"north": Branch(name="Nordhof")}}))
    lena, mira = await _team(database)
    [other] = await _add_outsider(database)
    for actor in (lena, mira, other):
        await _add(database, actor, 100_00)
    async with database.transaction() as session:
        for name in ("roof", "dachteam", "Nordhof"):
            whose = await find_whose(session, lena, name)
            sums = await pipeline.pipeline_summary(session, lena, whose)
            assert sum(line.count for line in sums) == 2
            with pytest.raises(Refused):
                await figures.win_rate(session, lena, NOW, whose)
        assert (await figures.win_rate(session, lena, NOW, EVERYBODY)).percent is None
        with pytest.raises(NotFound):
            await find_whose(session, lena, "nobody")


async def _add_outsider(database: Database) -> list[Actor]:
    async with database.transaction() as session:
        return [as_actor(await people.add_agent(session, "Paula Drei"))]


@given(parts=st.lists(st.tuples(st.sampled_from(["EUR", "USD"]), st.integers(0, 10**14)), max_size=20))
def test_what_is_weighed_adds_up_in_each_currency(parts: list[tuple[str, int]]) -> None:
    weighed = pipeline.weigh(parts)
    for currency in ("EUR", "USD"):
        exact = sum(part for other, part in parts if other == currency)
        assert sum(value.minor for value in weighed if value.currency == currency) == (exact + 50) // 100
