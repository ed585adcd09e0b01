from datetime import timedelta

import pytest

from crm_core import activity
from crm_core.agents import Actor
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.money import Money
from crm_core.sales import deals, products, quotes
from crm_core.sales.quotes import Quote
from tests import people
from tests.people import NOW, as_actor


async def _quote(database: Database) -> tuple[Actor, int]:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        deal = await deals.add_deal(session, lena, title="Heat pump", value=Money(1, "EUR"), now=NOW)
        return lena, (await quotes.make_quote(session, lena, deal.id, NOW)).id


async def test_a_quote_goes_from_draft_to_accepted_and_back(database: Database) -> None:
    lena, quote = await _quote(database)
    async with database.transaction() as session:
        with pytest.raises(Refused):
            await quotes.send(session, lena, quote, NOW)
        with pytest.raises(Refused):
            await quotes.accept(session, lena, quote, NOW)
        await quotes.add_line(session, lena, quote, text="Hours", unit_minor=6800, vat_bp=1900, quantity=2500, now=NOW)
        await quotes.send(session, lena, quote, NOW)
        with pytest.raises(Refused):
            await quotes.add_line(session, lena, quote, text="More", unit_minor=1, vat_bp=0, now=NOW)
        await quotes.accept(session, lena, quote, NOW)
        assert (await quotes.totals(session, quote)).gross == 20230
    async with database.transaction() as session:
        await activity.undo(session, lena, NOW)
        found = await session.get_one(Quote, quote)
        assert (found.state, found.decided_at, found.sent_at) == ("sent", None, NOW)


async def test_lines_are_taken_out_by_their_place(database: Database) -> None:
    lena, quote = await _quote(database)
    async with database.transaction() as session:
        for text in ("One", "Two", "Three"):
            await quotes.add_line(session, lena, quote, text=text, unit_minor=1, vat_bp=0, now=NOW)
        await quotes.remove_line(session, lena, quote, 2, NOW)
        assert [line.text for line in await quotes.lines_of(session, quote)] == ["One", "Three"]
        for place in (0, 3):
            with pytest.raises(NotFound):
                await quotes.remove_line(session, lena, quote, place, NOW)


async def test_an_untouched_quote_is_undone_and_a_deal_with_a_quote_is_not(database: Database) -> None:
    lena, quote = await _quote(database)
    async with database.transaction() as session:
        await activity.undo(session, lena, NOW)
    async with database.transaction() as session:
        assert await session.get(Quote, quote) is None
        with pytest.raises(Refused):
            await activity.undo(session, lena, NOW)


@pytest.mark.parametrize(("quantity", "unit"), [(0, 1), (-1, 1), (10**10, 1), (1, -1), (1, 10**13)])
async def test_what_cannot_be_meant_is_refused(sqlite_database: Database, quantity: int, unit: int) -> None:
    lena, quote = await _quote(sqlite_database)
    async with sqlite_database.transaction() as session:
        with pytest.raises(Invalid):
            await quotes.add_line(session, lena, quote, text="X", unit_minor=unit, vat_bp=0, quantity=quantity, now=NOW)


async def test_a_product_is_found_in_either_language(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        for name in ("Wärmepumpe 12 kW", "heat pump", "heat-pump", "waerm"):
            found = products.find_product(session, name)
            assert (found.price, found.vat_bp) == (Money(1148000, "EUR"), 1900)
        assert products.find_product(session, "handbook").vat_bp == 700
        with pytest.raises(NotFound):
            products.find_product(session, "moon")


async def test_a_quote_is_valid_until_a_day_that_comes(database: Database) -> None:
    lena, quote = await _quote(database)
    today = NOW.date()
    async with database.transaction() as session:
        assert (await session.get_one(Quote, quote)).valid_until == today + timedelta(days=30)
        await quotes.set_validity(session, lena, quote, today, NOW)
        with pytest.raises(Invalid):
            await quotes.set_validity(session, lena, quote, today - timedelta(days=1), NOW)
    async with database.transaction() as session:
        await activity.undo(session, lena, NOW)
        assert (await session.get_one(Quote, quote)).valid_until == today + timedelta(days=30)
