from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from crm_core.agents import SYSTEM, Role
from crm_core.company import Company
from crm_core.company.people import Branch, Team
from crm_core.company.sales import Assignment
from crm_core.db import Database
from crm_core.money import Money
from crm_core.sales import deals
from crm_core.sales.assignment import branch_of
from tests import people
from tests.people import NOW, as_actor


@pytest.fixture
def house(company: Company) -> Company:
    return company.model_copy(
        update={
            "teams": {"sales": Team(name={"en": "Sales"}), "north": Team(name={"en": "North"}, branch="hamburg")},
            "branches": {
                "hamburg": Branch(name="Hamburg", postcodes=["2", "191"]),
                "berlin": Branch(name="Berlin", postcodes=["1"]),
            },
            "assignment": Assignment(team="sales", by_postcode=True),
        }
    )


async def _add(database: Database, postcode: str | None = None) -> int | None:
    async with database.transaction() as session:
        deal = await deals.add_deal(session, SYSTEM, title="One", value=Money(1, "EUR"), postcode=postcode, now=NOW)
        return deal.owner_id


async def _members(database: Database, team: str, *names: str, role: Role = Role.AGENT) -> list[int]:
    async with database.transaction() as session:
        return [(await people.add_agent(session, name, role, team=team)).id for name in names]


async def test_deals_that_come_in_at_once_are_shared_out_evenly(database: Database, house: Company) -> None:
    database.works_for(house)
    members = await _members(database, "sales", "Lena Brandt", "Mira Okafor", "Sam Carter")
    await _members(database, "sales", "Vera Viewer", role=Role.VIEWER)
    owners = await asyncio.gather(*(_add(database) for _deal in range(12)))
    assert Counter(owners) == dict.fromkeys(members, 4)


async def test_a_territory_belongs_to_its_branch(database: Database, house: Company) -> None:
    database.works_for(house)
    [lena] = await _members(database, "sales", "Lena Brandt")
    [north] = await _members(database, "north", "Nora Nord")
    assert await _add(database, "20095") == north
    assert await _add(database, "19122") == north
    assert await _add(database, "13347") == lena
    assert await _add(database) == lena


async def test_who_adds_a_deal_owns_it(database: Database, house: Company) -> None:
    database.works_for(house)
    await _members(database, "sales", "Lena Brandt")
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session, "Mira Okafor"))
        deal = await deals.add_deal(session, mira, title="One", value=Money(1, "EUR"), now=NOW)
        assert deal.owner_id == mira.agent_id


async def test_without_a_rule_nobody_owns_it(database: Database) -> None:
    assert await _add(database, "20095") is None


@pytest.mark.parametrize(
    ("postcode", "branch"), [("20095", "hamburg"), ("1 9122", "hamburg"), ("10115", "berlin"), ("80331", None)]
)
def test_the_longest_beginning_decides(house: Company, postcode: str, branch: str | None) -> None:
    assert branch_of(house, postcode) == branch
