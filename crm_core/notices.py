"""Notices: a colleague is told of a record on an account of theirs, in the words and the state of the delivery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.agents import Agent, Identity
from crm_core.outbox import EffectKind


async def tell(
    session: AsyncSession, agent_id: int, id: str, kind: str, record_id: int, now: datetime, **params: str
) -> bool:
    """`id` is a text that names the record (`ref`) and `params`. False for who has linked no account."""
    found = await session.execute(
        select(Identity.channel, Identity.external_id, Agent.language)
        .join(Agent, Agent.id == Identity.agent_id)
        .where(Identity.agent_id == agent_id)
        .order_by(Identity.id.desc())
        .limit(1)
    )
    account = found.first()
    if account is None:
        return False
    place = f"{account.channel}:{account.external_id}"
    payload = {"id": id, "kind": kind, "record": record_id, "place": place, "language": account.language}
    if params:
        payload["params"] = params
    await outbox.enqueue(session, EffectKind.NOTICE, place, payload, now)
    return True
