from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crm_core import calendars
from crm_core.agents import Agent
from crm_core.company import Company
from crm_core.db import Database
from crm_core.projects import tasks
from tests import people
from tests.people import NOW, as_actor
from tests.product import BASE_URL, Product, running
from tests.webhooks.test_icalendar import read


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company) as found:
        yield found


async def _address(product: Product) -> str:
    """Mira's, who has a task; so has Jonas."""
    async with product.database.transaction() as session:
        mira = as_actor(await people.add_agent(session, "Mira Okafor"))
        jonas = as_actor(await people.add_agent(session, "Jonas Weber"))
        await tasks.add_task(session, mira, title="Call; then write", due_at=NOW + timedelta(days=1), now=NOW)
        await tasks.add_task(session, mira, title="Some day", now=NOW)
        await tasks.add_task(session, jonas, title="Not hers", due_at=NOW + timedelta(days=1), now=NOW)
        token = await calendars.subscribe(session, mira, NOW)
        address = calendars.address(session, token)
    assert address.startswith(f"{BASE_URL}/calendar/")
    return address.removeprefix(BASE_URL)


async def test_the_calendar_holds_what_is_due_and_nothing_of_others(product: Product) -> None:
    response = await product.client.get(await _address(product))
    assert (response.status, response.content_type) == (200, "text/calendar")
    assert response.headers["Cache-Control"] == "private, max-age=300"
    lines = read(await response.read())
    assert [value for name, value in lines if name == "SUMMARY"] == ["TASK-1 Call; then write"]
    assert ("UID", "task-1@crm.example.com") in lines


async def test_what_has_not_changed_is_not_sent_again(product: Product) -> None:
    address = await _address(product)
    tag = (await product.client.get(address)).headers["ETag"]
    again = await product.client.get(address, headers={"If-None-Match": tag})
    assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize("token", ["A" * 32, "x", "..%2F..%2Fetc", "A" * 500])
async def test_another_token_opens_nothing(product: Product, token: str) -> None:
    await _address(product)
    assert (await product.client.get(f"/calendar/{token}.ics")).status == 404


async def test_a_new_address_closes_the_old_one(product: Product) -> None:
    address = await _address(product)
    async with product.database.transaction() as session:
        mira = as_actor(await session.get_one(Agent, 1))
        await calendars.subscribe(session, mira, NOW)
    assert (await product.client.get(address)).status == 404


async def test_the_token_is_not_kept(product: Product) -> None:
    token = (await _address(product)).removeprefix("/calendar/").removesuffix(".ics")
    async with product.database.transaction() as session:
        feed = await session.get_one(calendars.CalendarFeed, 1)
    assert token not in feed.token_hash
