from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import activity
from crm_core.agents import Actor, Role
from crm_core.db import Database
from crm_core.errors import NotAllowed, Refused
from crm_core.money import Money
from crm_core.sales import deals, quote_links, quotes
from crm_core.sales.quote_links import QuoteLink
from tests import people
from tests.people import NOW, as_actor


@pytest.fixture
async def lena(database: Database) -> Actor:
    """With Q-1, which offers something until the next day, and Q-2, which offers nothing."""
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session, "Lena Brandt", team="north"))
        deal = await deals.add_deal(session, actor, title="Heat pump", value=Money(100, "EUR"), now=NOW)
        for _number in range(2):
            await quotes.make_quote(session, actor, deal.id, NOW)
        await quotes.add_line(session, actor, 1, text="Hour", unit_minor=6800, vat_bp=1900, now=NOW)
        await quotes.set_validity(session, actor, 1, (NOW + timedelta(days=1)).date(), NOW)
        return actor


async def test_an_address_opens_one_quote_and_the_token_is_not_kept(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        token = await quote_links.share(session, lena, 1, NOW)
        again = await quote_links.share(session, lena, 1, NOW)
        kept = list(await session.scalars(select(QuoteLink.token_hash)))
        assert len(kept) == 2
        assert not {token, again} & set(kept)
        for one in (token, again):
            opened = await quote_links.opened(session, one)
            assert opened is not None
            assert opened.id == 1
        assert await quote_links.opened(session, token[:-1]) is None
        assert await quote_links.opened(session, kept[0]) is None


async def test_it_is_closed_for_everybody_who_has_it(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        tokens = [await quote_links.share(session, lena, 1, NOW) for _time in range(2)]
        await quote_links.close(session, lena, 1, NOW)
        assert [await quote_links.opened(session, token) for token in tokens] == [None, None]
        with pytest.raises(Refused):
            await quote_links.close(session, lena, 1, NOW)


async def test_it_ends_with_the_last_day_of_the_house(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        quote = await session.get_one(quotes.Quote, 1)
        last_minute = NOW.replace(day=24, hour=22, minute=59)
        assert not quote_links.is_over(session, quote, last_minute)
        over = last_minute + timedelta(minutes=1)
        assert quote_links.is_over(session, quote, over)
        with pytest.raises(Refused):
            await quote_links.share(session, lena, 1, over)


async def test_what_offers_nothing_is_shown_to_nobody(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        with pytest.raises(Refused):
            await quote_links.share(session, lena, 2, NOW)


async def test_who_may_not_change_a_quote_does_not_hand_it_out(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        other = as_actor(await people.add_agent(session, "Mira Okafor", team="south"))
        viewer = as_actor(await people.add_agent(session, "Vera", Role.VIEWER, team="north"))
        for actor in (other, viewer):
            with pytest.raises(NotAllowed):
                await quote_links.share(session, actor, 1, NOW)
            with pytest.raises(NotAllowed):
                await quote_links.close(session, actor, 1, NOW)


async def test_a_quote_that_was_never_made_has_no_address(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        [deal] = await session.scalars(select(deals.Deal.id))
        late = NOW + timedelta(minutes=1)
        quote = await quotes.make_quote(session, lena, deal, late)
        session.add(QuoteLink(token_hash="a", quote_id=quote.id, created_at=late))
        await session.flush()
        await activity.undo(session, lena, late)
        assert not (await session.scalars(select(QuoteLink))).all()
