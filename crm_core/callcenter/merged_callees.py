"""What a merge of contacts does to call lists: whoever is on one twice is called once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, followers
from crm_core.agents import SYSTEM
from crm_core.callcenter.callees import Callee, CalleeState, Why
from crm_core.callcenter.claiming import drop
from crm_core.contacts.contacts import Contact


async def on_contact(session: AsyncSession, contact_id: int, now: datetime) -> None:
    """Rows that could follow are with the survivor already. One that could not, since the survivor is on the list
    too, is dropped; and is there again once the merge is taken back.
    """
    contact = await session.get(Contact, contact_id)
    if contact is None:
        return
    if contact.merged_into_id is not None:
        for callee in await _of(session, contact_id, Callee.state == CalleeState.OPEN):
            await drop(session, callee, Why.GONE, now)
        return
    for callee in await _of(session, contact_id, Callee.why == Why.GONE):
        callee.state, callee.why = CalleeState.OPEN, None
        callee.changed(now)
        await session.flush()
        await activity.record(session, SYSTEM, "callee.restored", "callee", callee.id, now)


async def _of(session: AsyncSession, contact_id: int, which: ColumnElement[bool]) -> Sequence[Callee]:
    found = await session.scalars(select(Callee).where(Callee.contact_id == contact_id, which).with_for_update())
    return found.all()


followers.register("contact", on_contact)
