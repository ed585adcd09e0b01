"""What the agenda shows of deals: those that need a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agenda import Entry
from crm_core.company import company_of
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage

SILENCE = timedelta(days=14)
_MOST = 50


async def needing_a_step(session: AsyncSession, agent_id: int, now: datetime, until: datetime) -> Sequence[Entry]:
    """Open ones whose next step is due, that should be closed by now, or that nobody has touched for two weeks."""
    today = now.astimezone(company_of(session).zone).date()
    found = await session.scalars(
        select(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Deal.owner_id == agent_id, Stage.outcome == "open")
        .where(or_(Deal.next_step_due < until, Deal.expected_close <= today, Deal.updated_at < now - SILENCE))
        .order_by(Deal.next_step_due.is_(None), Deal.next_step_due, Deal.expected_close.is_(None), Deal.expected_close)
        .order_by(Deal.id)
        .limit(_MOST)
    )
    return [
        Entry(
            "deal",
            deal.id,
            deal.title,
            deal.updated_at,
            at=deal.next_step_due if deal.next_step_due is not None and deal.next_step_due < until else None,
            private=deal.next_step or "",
            say=f"show {deal.ref}",
        )
        for deal in found
    ]
