"""The same done to several tickets: one step, taken back by one undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity
from crm_core.errors import CrmError, Invalid
from crm_core.message import Message
from crm_core.support.tickets import Ticket

MOST_AT_ONCE = 200

Verb: TypeAlias = Callable[[int], Awaitable[Ticket]]


@dataclass(frozen=True, slots=True)
class Done:
    """`refused`: why not, for those that stayed as they were."""

    tickets: list[Ticket]
    refused: list[Message]


async def each(session: AsyncSession, ticket_ids: Sequence[int], verb: Verb) -> Done:
    """In the order of their numbers, so that two who do it at once do not wait for each other in a circle."""
    wanted = sorted(set(ticket_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid("ticket.too-many", limit=MOST_AT_ONCE)
    done: list[Ticket] = []
    refused: list[Message] = []
    with activity.together(session):
        for ticket_id in wanted:
            try:
                done.append(await verb(ticket_id))
            except CrmError as error:
                refused.append(error.message)
    return Done(done, refused)
