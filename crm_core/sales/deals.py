"""Deals: what may be sold, to whom, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.db import BigId, Record
from crm_core.errors import Invalid
from crm_core.money import Money
from crm_core.sales.assignment import next_owner
from crm_core.sales.stages import Stage, list_stages

LONGEST_TITLE = 200


class Deal(Record):
    """`stage_since`: when it came to its stage; of an ended one, when it ended, with `reason` why.

    `reason` is a key of offhook.yml or what was said.
    """

    __tablename__ = "deal"

    title: Mapped[str]
    # The sums of the pipeline need to know what these were before a change.
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), active_history=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True, active_history=True)
    value_minor: Mapped[int] = mapped_column(BigId, active_history=True)
    currency: Mapped[str] = mapped_column(active_history=True)
    expected_close: Mapped[date | None] = mapped_column(Date)
    stage_since: Mapped[datetime]
    next_step: Mapped[str | None]
    next_step_due: Mapped[datetime | None]
    reason: Mapped[str | None]
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    __table_args__ = (
        Index("ix_deal_stage_id", "stage_id", "currency"),
        Index("ix_deal_stage_since", "stage_id", "stage_since"),
        Index("ix_deal_expected_close", "stage_id", "expected_close", "currency", "value_minor"),
        Index("ix_deal_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )

    @property
    def value(self) -> Money:
        return Money(self.value_minor, self.currency)

    @property
    def ref(self) -> str:
        return references.ref("deal", self.id)


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
    postcode: str | None = None,
) -> Deal:
    """In the first stage unless one is named. Without an owner it is assigned as offhook.yml says."""
    rights.require(actor, "deal.add")
    clean = " ".join(title.split())
    if not clean:
        raise Invalid("deal.title-missing")
    first = stage or (await list_stages(session))[0]
    owner_id = actor.agent_id if actor.agent_id is not None else await next_owner(session, postcode)
    deal = Deal(
        title=clean[:LONGEST_TITLE],
        stage_id=first.id,
        contact_id=contact_id,
        owner_id=owner_id,
        value_minor=value.minor,
        currency=value.currency,
        expected_close=expected_close,
        stage_since=now,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(deal)
    await session.flush()
    await activity.created(session, actor, deal, "deal.added", now)
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


async def open_deals_of(session: AsyncSession, contact_id: int, limit: int = 5) -> Sequence[Deal]:
    """Newest first. What may be shown of them is the caller's business."""
    found = await session.scalars(
        select(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Deal.contact_id == contact_id, Stage.outcome == "open")
        .order_by(Deal.id.desc())
        .limit(limit)
    )
    return found.all()
