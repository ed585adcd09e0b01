"""How commands on a call are answered, and which call is meant when none is named."""

from __future__ import annotations

from crm_core.callcenter import rooms
from crm_core.callcenter.calls import Call
from crm_core.message import Param
from intents.cards.callcenter import call_card
from intents.registry import Context
from intents.reply import Reply


async def the_call(context: Context, call: int | None) -> int:
    """The one that the actor talks in, unless another is named. Raises Refused."""
    return call if call is not None else await rooms.current_call(context.session, context.actor)


async def about(context: Context, id: str, call: Call, **more: Param) -> Reply:
    parts = await call_card(context, call)
    return context.reply(id, *parts, shown=[call.ref], ref=call.ref, **more)
