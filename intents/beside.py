"""Two people at one record are told of each other, in the answer to whoever changes it."""

from __future__ import annotations

from crm_core import beside, references
from crm_core.db import Record
from intents.registry import Context
from intents.reply import Reply


async def and_who_else(context: Context, reply: Reply, record: Record) -> Reply:
    kind = record.__tablename__
    other = await beside.somebody_else(context.session, context.actor, kind, record.id, context.now)
    if other is None:
        return reply
    minutes = max(1, round((context.now - other.at).total_seconds() / 60))
    ref = references.ref(kind, record.id)
    return reply.also(context.say("record.beside", name=other.actor_name, ref=ref, count=minutes))
