"""Who passes others in a queue: a head start in time, so that whoever waits long enough is passed by nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter.calls import Call
from crm_core.company import company_of
from crm_core.contacts import contacts
from crm_core.contacts.tags import ContactTag
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage
from crm_core.support.sla import TicketSla
from crm_core.support.tickets import DONE, Ticket


async def head_start(session: AsyncSession, call: Call, now: datetime) -> timedelta:
    """The largest that applies: a VIP, a promise of ours that was warned of or broken, an open deal.

    What holds of a company holds of who works there, and of the companies that belong to it.
    """
    if call.contact_id is None:
        return timedelta(0)
    rules, theirs = company_of(session).callcenter, await contacts.with_companies_above(session, call.contact_id)
    is_vip = exists().where(ContactTag.contact_id.in_(theirs), ContactTag.tag == rules.vip_tag)
    is_promised = exists().where(
        Ticket.contact_id.in_(theirs),
        Ticket.status.not_in(DONE),
        TicketSla.ticket_id == Ticket.id,
        TicketSla.stopped_since.is_(None),
        or_(TicketSla.warned_at.is_not(None), TicketSla.breached_at.is_not(None)),
    )
    has_deal = exists().where(Deal.contact_id.in_(theirs), Deal.stage_id == Stage.id, Stage.outcome == "open")
    row = (await session.execute(select(is_vip, is_promised, has_deal))).one()
    starts = (rules.head_start.vip, rules.head_start.promised, rules.head_start.deal)
    return max((start for start, applies in zip(starts, row, strict=True) if applies), default=timedelta(0))
