"""An inbound call begins, or a status of it overtakes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, rights
from crm_core.agents import SYSTEM
from crm_core.callcenter.callers import Caller, who_calls
from crm_core.callcenter.calls import Call, lock_by_sid
from crm_core.callcenter.states import CallState
from crm_core.company import company_of

_call = cast("Table", Call.__table__)


@dataclass(frozen=True, slots=True)
class Inbound:
    id: int
    caller: Caller
    ivr: dict[str, Any] = field(default_factory=dict)


async def answer(
    session: AsyncSession, sid: str, raw_from: str, to: str, ivr: dict[str, Any], now: datetime
) -> Inbound:
    """An inbound call begins. The row may be there already when a status callback overtook the call itself."""
    call_id, caller = await _write(session, sid, raw_from, to, ivr, CallState.IVR, now)
    actor = caller.actor(caller.language or company_of(session).language)
    rights.require(actor, "call.answer")
    await activity.record(session, actor, "call.started", "call", call_id, now)
    await cards.refresh(session, "call", call_id, now)
    return Inbound(call_id, caller, ivr)


async def turn_away(session: AsyncSession, sid: str, raw_from: str, to: str, reason: str, now: datetime) -> Caller:
    """A blocked number calls: it is over before it began, kept for the list of calls, and no card tells of it."""
    call_id, caller = await _write(session, sid, raw_from, to, {"rejected": reason}, CallState.CLOSED, now)
    rights.require(caller.actor(caller.language or company_of(session).language), "call.answer")
    call = await lock_by_sid(session, sid)
    assert call is not None, "it was just written in this transaction"
    call.ended_at = now
    await session.flush()
    await activity.record(session, SYSTEM, "call.rejected", "call", call_id, now)
    return caller


async def _write(
    session: AsyncSession, sid: str, raw_from: str, to: str, ivr: dict[str, Any], state: CallState, now: datetime
) -> tuple[int, Caller]:
    caller = await who_calls(session, raw_from)
    row = {
        "sid": sid,
        "direction": "inbound",
        "from_number": caller.number,
        "to_number": to,
        "contact_id": caller.contact_id,
        "state": state,
        "hold_seconds": 0,
        "ivr": {**ivr, "language": caller.language},
        "started_at": now,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    return (await session.execute(_upsert(session.get_bind().dialect.name), row)).scalar_one(), caller


@lru_cache
def _upsert(dialect: str) -> Any:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(_call)
    known: dict[str, Any] = {
        name: statement.excluded[name] for name in ("from_number", "to_number", "contact_id", "ivr")
    }
    # Unless the end of the call overtook its beginning.
    begun = case((_call.c.state == CallState.RINGING, statement.excluded.state), else_=_call.c.state)
    known["state"] = begun
    return statement.on_conflict_do_update(index_elements=["sid"], set_=known).returning(_call.c.id)


async def lock_or_begin(session: AsyncSession, sid: str, raw_from: str, to: str, now: datetime) -> Call:
    """For a status callback: it may be here before the call itself is, which then announces itself."""
    call = await lock_by_sid(session, sid)
    if call is None:
        await _write(session, sid, raw_from, to, {}, CallState.RINGING, now)
        call = await lock_by_sid(session, sid)
    assert call is not None, "it was just written in this transaction"
    return call
