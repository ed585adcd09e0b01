"""The address under which a quote is read as a page, by whoever was given it, as long as the quote is valid."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.db import Base
from crm_core.errors import Refused
from crm_core.private_addresses import digest, new_token
from crm_core.sales import quotes
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote


class QuoteLink(Base):
    """One a time somebody asked for it: a new one closes none that a customer has."""

    __tablename__ = "quote_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), index=True)
    created_at: Mapped[datetime]


async def share(session: AsyncSession, actor: Actor, quote_id: int, now: datetime) -> str:
    """The token, told once. Raises Refused for a quote that offers nothing or is valid no more."""
    rights.require(actor, "quote.share")
    quote = await _locked(session, actor, quote_id)
    if is_over(session, quote, now):
        raise Refused("quote.valid-no-more", ref=quote.ref, day=quote.valid_until)
    if not await quotes.lines_of(session, quote.id):
        raise Refused("quote.empty", ref=quote.ref)
    token = new_token()
    session.add(QuoteLink(token_hash=digest(token), quote_id=quote.id, created_at=now))
    await session.flush()
    await activity.record(session, actor, "quote.shared", "quote", quote.id, now)
    return token


async def close(session: AsyncSession, actor: Actor, quote_id: int, now: datetime) -> Quote:
    """Every address it has. Raises Refused when it has none."""
    rights.require(actor, "quote.share")
    quote = await _locked(session, actor, quote_id)
    closed = delete(QuoteLink).where(QuoteLink.quote_id == quote.id).returning(QuoteLink.token_hash)
    if not (await session.scalars(closed)).all():
        raise Refused("quote.not-shared", ref=quote.ref)
    await activity.record(session, actor, "quote.closed", "quote", quote.id, now)
    return quote


async def opened(session: AsyncSession, token: str) -> Quote | None:
    """What the token opens; whether it is valid still is the reader's to ask."""
    return await session.scalar(
        select(Quote).join(QuoteLink, QuoteLink.quote_id == Quote.id).where(QuoteLink.token_hash == digest(token))
    )


def is_over(session: AsyncSession, quote: Quote, now: datetime) -> bool:
    """From midnight of the house on, after the last day."""
    return now.astimezone(company_of(session).zone).date() > quote.valid_until


def address(session: AsyncSession, token: str) -> str:
    return f"{session.info['base_url']}/quote/{token}"


async def remove_links(session: AsyncSession, quote_id: int) -> None:
    await session.execute(delete(QuoteLink).where(QuoteLink.quote_id == quote_id))


async def _locked(session: AsyncSession, actor: Actor, quote_id: int) -> Quote:
    quote = cast("Quote", await references.lock(session, "quote", quote_id))
    deal = await session.get_one(Deal, quote.deal_id)
    await rights.require_reach(session, actor, "quote.share", deal.owner_id)
    return quote
