"""Quotes: what a deal is offered for, line by line."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import CheckConstraint, Date, ForeignKey, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.references import Removal
from crm_core.sales.deals import Deal
from crm_core.sales.totals import PER_UNIT, WHOLE_BP, Totals, totals_of

LONGEST_LINE = 300
MOST_LINES = 200
MOST_MINOR = 10**12
MOST_QUANTITY = 10**9


class QuoteState(enum.StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Quote(Record):
    """Its reference is its number. Only a draft is changed; what was sent stays as it was."""

    __tablename__ = "quote"

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    currency: Mapped[str]
    valid_until: Mapped[date] = mapped_column(Date)
    sent_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'sent', 'accepted', 'declined')", name="state"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("quote", self.id)


class QuoteLine(Base):
    """`quantity` in thousandths, `discount_bp` and `vat_bp` in hundredths of a percent."""

    __tablename__ = "quote_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), index=True)
    text: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigId)
    unit_minor: Mapped[int] = mapped_column(BigId)
    discount_bp: Mapped[int]
    vat_bp: Mapped[int]


async def make_quote(session: AsyncSession, actor: Actor, deal_id: int, now: datetime) -> Quote:
    """An empty draft."""
    rights.require(actor, "quote.make")
    deal = cast("Deal", await references.lock(session, "deal", deal_id))
    await rights.require_reach(session, actor, "quote.make", deal.owner_id)
    company = company_of(session)
    quote = Quote(
        deal_id=deal.id,
        state=QuoteState.DRAFT,
        currency=deal.currency,
        valid_until=now.astimezone(company.zone).date() + timedelta(days=company.quotes.valid_days),
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(quote)
    # Whoever undoes the deal now would take the quote with it.
    deal.version += 1
    await session.flush()
    await activity.created(session, actor, quote, "quote.made", now)
    return quote


async def add_line(
    session: AsyncSession,
    actor: Actor,
    quote_id: int,
    *,
    text: str,
    unit_minor: int,
    vat_bp: int,
    now: datetime,
    quantity: int = PER_UNIT,
    discount_bp: int = 0,
) -> Quote:
    """Raises Invalid for a quantity, price or discount that cannot be meant."""
    rights.require(actor, "quote.edit")
    quote = await _draft(session, actor, quote_id)
    clean = " ".join(text.split())
    if not clean:
        raise Invalid("quote.line-missing")
    if not (0 < quantity <= MOST_QUANTITY and 0 <= unit_minor <= MOST_MINOR and 0 <= discount_bp <= WHOLE_BP):
        raise Invalid("quote.line-invalid")
    if await _count(session, quote_id) >= MOST_LINES:
        raise Refused("quote.too-long", limit=MOST_LINES)
    values = {"quantity": quantity, "unit_minor": unit_minor, "discount_bp": discount_bp, "vat_bp": vat_bp}
    session.add(QuoteLine(quote_id=quote_id, text=clean[:LONGEST_LINE], **values))
    await _touch(session, quote, now)
    await activity.record(session, actor, "quote.extended", "quote", quote.id, now)
    return quote


async def remove_line(session: AsyncSession, actor: Actor, quote_id: int, place: int, now: datetime) -> Quote:
    """The line at this place, the first one is 1. Raises NotFound."""
    rights.require(actor, "quote.edit")
    quote = await _draft(session, actor, quote_id)
    lines = await lines_of(session, quote_id)
    if not 0 < place <= len(lines):
        raise NotFound("quote.line-unknown", ref=quote.ref, line=place)
    await session.delete(lines[place - 1])
    await _touch(session, quote, now)
    await activity.record(session, actor, "quote.shortened", "quote", quote.id, now)
    return quote


async def set_validity(session: AsyncSession, actor: Actor, quote_id: int, day: date, now: datetime) -> Quote:
    """The last day on which it may be accepted. Raises Invalid for one that is over."""
    rights.require(actor, "quote.edit")
    quote = await _draft(session, actor, quote_id)
    if day < now.astimezone(company_of(session).zone).date():
        raise Invalid("quote.over", ref=quote.ref)
    await activity.change(session, actor, quote, "quote.dated", now, valid_until=day)
    return quote


async def quotes_of(session: AsyncSession, deal_id: int) -> Sequence[Quote]:
    return (await session.scalars(select(Quote).where(Quote.deal_id == deal_id).order_by(Quote.id))).all()


async def send(session: AsyncSession, actor: Actor, quote_id: int, now: datetime) -> Quote:
    """From now on it is what the customer has in hand."""
    rights.require(actor, "quote.edit")
    quote = await _draft(session, actor, quote_id)
    if not await _count(session, quote_id):
        raise Refused("quote.empty", ref=quote.ref)
    sent = {"state": QuoteState.SENT.value, "sent_at": now}
    await activity.change(session, actor, quote, "quote.sent", now, **sent)
    return quote


async def accept(session: AsyncSession, actor: Actor, quote_id: int, now: datetime) -> Quote:
    rights.require(actor, "quote.edit")
    quote = await _sent(session, actor, quote_id)
    decided = {"state": QuoteState.ACCEPTED.value, "decided_at": now}
    await activity.change(session, actor, quote, "quote.accepted", now, **decided)
    return quote


async def decline(session: AsyncSession, actor: Actor, quote_id: int, now: datetime) -> Quote:
    rights.require(actor, "quote.edit")
    quote = await _sent(session, actor, quote_id)
    decided = {"state": QuoteState.DECLINED.value, "decided_at": now}
    await activity.change(session, actor, quote, "quote.declined", now, **decided)
    return quote


async def list_quotes(session: AsyncSession, actor: Actor, limit: int = 15) -> Sequence[tuple[Quote, Deal]]:
    """Drafts and those that wait for an answer, the newest first."""
    rights.require(actor, "quote.read")
    found = await session.execute(
        select(Quote, Deal)
        .join(Deal, Deal.id == Quote.deal_id)
        .where(Quote.state.in_([QuoteState.DRAFT, QuoteState.SENT]))
        .order_by(Quote.id.desc())
        .limit(limit)
    )
    return [(quote, deal) for quote, deal in found]


async def lines_of(session: AsyncSession, quote_id: int) -> Sequence[QuoteLine]:
    return (await session.scalars(select(QuoteLine).where(QuoteLine.quote_id == quote_id).order_by(QuoteLine.id))).all()


async def totals(session: AsyncSession, quote_id: int) -> Totals:
    return totals_of(await lines_of(session, quote_id))


REMOVALS: list[Removal] = []
"""What lies beside a quote and goes with it."""


async def remove_parts(session: AsyncSession, quote_id: int) -> None:
    await session.execute(delete(QuoteLine).where(QuoteLine.quote_id == quote_id))
    for remove in REMOVALS:
        await remove(session, quote_id)


async def _locked(session: AsyncSession, actor: Actor, quote_id: int) -> Quote:
    """Who owns the deal owns its quotes."""
    quote = cast("Quote", await references.lock(session, "quote", quote_id))
    deal = await session.get_one(Deal, quote.deal_id)
    await rights.require_reach(session, actor, "quote.edit", deal.owner_id)
    return quote


async def _draft(session: AsyncSession, actor: Actor, quote_id: int) -> Quote:
    quote = await _locked(session, actor, quote_id)
    if quote.state != QuoteState.DRAFT:
        raise Refused("quote.no-draft", ref=quote.ref)
    return quote


async def _sent(session: AsyncSession, actor: Actor, quote_id: int) -> Quote:
    quote = await _locked(session, actor, quote_id)
    if quote.state != QuoteState.SENT:
        raise Refused("quote.not-sent", ref=quote.ref)
    return quote


async def _count(session: AsyncSession, quote_id: int) -> int:
    query = select(func.count()).select_from(QuoteLine).where(QuoteLine.quote_id == quote_id)
    return await session.scalar(query) or 0


async def _touch(session: AsyncSession, quote: Quote, now: datetime) -> None:
    quote.version += 1
    quote.updated_at = now
    await session.flush()
