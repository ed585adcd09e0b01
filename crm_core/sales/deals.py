"""Deals: what may be sold, to whom, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Date, ForeignKey, Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.db import BigId, Record
from crm_core.errors import Invalid, Refused
from crm_core.money import Money
from crm_core.sales.stages import Stage, list_stages


class Deal(Record):
    __tablename__ = "deal"

    title: Mapped[str]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    value_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str]
    expected_close: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        Index("ix_deal_stage_id", "stage_id", "currency"),
        {"sqlite_autoincrement": True},
    )

    @property
    def value(self) -> Money:
        return Money(self.value_minor, self.currency)

    @property
    def ref(self) -> str:
        return references.ref("deal", self.id)


@dataclass(frozen=True, slots=True)
class StageSum:
    """The open deals of one stage in one currency; `weighted` is value times the stage's probability."""

    stage: Stage
    count: int
    value: Money
    weighted: Money


async def add_deal(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    value: Money,
    now: datetime,
    contact_id: int | None = None,
    stage: Stage | None = None,
    expected_close: date | None = None,
) -> Deal:
    """In the first stage unless one is named."""
    rights.require(actor, "deal.add")
    clean = " ".join(title.split())
    if not clean:
        raise Invalid("deal.title-missing")
    first = stage or (await list_stages(session))[0]
    deal = Deal(
        title=clean[:200],
        stage_id=first.id,
        contact_id=contact_id,
        owner_id=actor.agent_id,
        value_minor=value.minor,
        currency=value.currency,
        expected_close=expected_close,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(deal)
    await session.flush()
    await activity.created(session, actor, deal, "deal.added", now)
    await cards.refresh(session, "deal", deal.id, now)
    return deal


async def move(session: AsyncSession, actor: Actor, deal_id: int, stage: Stage, now: datetime) -> Deal:
    rights.require(actor, "deal.move")
    deal = cast("Deal", await references.lock(session, "deal", deal_id))
    if deal.stage_id == stage.id:
        raise Refused("deal.already-there", ref=deal.ref, stage=stage.shown(actor.language))
    await activity.change(session, actor, deal, "deal.moved", now, stage_id=stage.id)
    await cards.refresh(session, "deal", deal.id, now)
    return deal


async def list_deals(session: AsyncSession, actor: Actor, *, mine: bool = False, limit: int = 15) -> Sequence[Deal]:
    """Open ones, the most valuable first."""
    rights.require(actor, "deal.read")
    query = (
        select(Deal).join(Stage).where(Stage.outcome == "open").order_by(Deal.value_minor.desc(), Deal.id).limit(limit)
    )
    if mine:
        query = query.where(Deal.owner_id == actor.agent_id)
    return (await session.scalars(query)).all()


async def pipeline_summary(session: AsyncSession, actor: Actor) -> list[StageSum]:
    """Open stages in order; a stage without deals counts zero in the house currency."""
    rights.require(actor, "deal.read")
    sums = await session.execute(
        select(Deal.stage_id, Deal.currency, func.count(), func.sum(Deal.value_minor)).group_by(
            Deal.stage_id, Deal.currency
        )
    )
    by_stage: dict[int, list[tuple[int, Money]]] = {}
    for stage_id, currency, count, minor in sums:
        by_stage.setdefault(stage_id, []).append((count, Money(int(minor), currency)))
    nothing = [(0, Money(0, company_of(session).currency))]
    return [
        StageSum(stage, count, value, value.share(stage.probability))
        for stage in await list_stages(session)
        if stage.outcome == "open"
        for count, value in by_stage.get(stage.id, nothing)
    ]
