"""How a party is in the conference of a call: on hold, muted, heard by one alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import rooms
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.db import Database
from crm_core.outbox import Effect, TryLater, Undeliverable
from telephony.client import TwilioClient
from telephony.refusals import asked

# Whoever joins a conference is reported within a second; what follows in the line must not wait for ever.
KNOWN_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Participant:
    conference: str | None
    sid: str


async def change(database: Database, client: TwilioClient, base_url: str, effect: Effect, now: datetime) -> None:
    """The payload of crm_core.callcenter.rooms.change. Who is gone needs nothing any more."""
    wished = dict(effect.payload["wished"])
    async with database.transaction() as session:
        found = await _participant(session, effect.payload["call"], effect.payload["leg"])
        coached = await session.get(CallLeg, wished["coached"]) if wished.get("coached") is not None else None
    if found is None or (coached is not None and coached.sid is None):
        return
    if found.conference is None:
        if now - effect.created_at > KNOWN_WITHIN:
            raise Undeliverable("the conference of the call was never reported")
        raise TryLater("the conference of the call is not reported yet", after=1)
    participants = client.rest.conferences(found.conference).participants
    await asked(participants(found.sid).update_async(**_written(wished, coached, base_url)))


async def _participant(session: AsyncSession, call_id: int, leg_id: int | None) -> _Participant | None:
    call = await session.get(Call, call_id)
    if call is None or call.is_over:
        return None
    leg = await session.get(CallLeg, leg_id) if leg_id is not None else None
    if leg is not None:
        sid = None if leg.is_over else leg.sid
    else:
        sid = await rooms.customer_sid(session, call)
    return _Participant(call.conference_sid, sid) if sid is not None else None


def _written(wished: dict[str, Any], coached: CallLeg | None, base_url: str) -> dict[str, Any]:
    """In Twilio's words."""
    written: dict[str, Any] = {}
    if "hold" in wished:
        written["hold"] = wished["hold"]
        if wished.get("music"):
            written |= {"hold_url": wished["music"], "hold_method": "GET"}
    if "muted" in wished:
        written["muted"] = wished["muted"]
    if "ends" in wished:
        written["end_conference_on_exit"] = wished["ends"]
    if "coached" in wished:
        written["coaching"] = coached is not None
        if coached is not None:
            written["call_sid_to_coach"] = coached.sid
    if "told" in wished:
        written |= {"announce_url": f"{base_url}/twilio/supervised?leg={wished['told']}", "announce_method": "POST"}
    return written
