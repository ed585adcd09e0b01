"""A caller's own tickets: chosen by key or by what they are about, without knowing a number."""

from __future__ import annotations

from typing import cast

from twilio.twiml.voice_response import VoiceResponse

from crm_core import references
from crm_core.company import MyTickets
from crm_core.message import say
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from telephony.outcome import GoTo, NotUnderstood, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

SHORTEST_TELLING_WORD = 4


async def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse | None:
    """The list, or the status of the chosen one. None for a caller who has no open ticket."""
    chosen = turn.state.get("phase")
    if isinstance(chosen, int):
        return await _tell_status(turn, chosen, before)
    own = await _own(turn)
    if not own:
        return None
    turn.remember(tickets=[ticket.id for ticket in own])
    choices = [turn.say("phone.tickets-choice", subject=ticket.subject, key=key) for key, ticket in enumerate(own, 1)]
    response = VoiceResponse()
    intro = turn.say("phone.tickets-intro", count=len(own))
    listen(response, [*before, intro, *choices], turn.next_action(), turn.language)
    return response


async def choose(turn: Turn, node: MyTickets, heard: Heard) -> Outcome:
    if isinstance(turn.state.get("phase"), int):
        return GoTo(node.goto or turn.home) if heard.digits == "1" else NotUnderstood()
    offered: list[int] = turn.state.get("tickets", [])
    if heard.digits in {str(key) for key in range(1, len(offered) + 1)}:
        chosen: int | None = offered[int(heard.digits) - 1]
    else:
        chosen = await _meant(turn, heard)
    if chosen is None:
        return NotUnderstood()
    turn.remember(phase=chosen, strikes=0)
    return SayAgain()


async def _own(turn: Turn) -> list[Ticket]:
    return [] if turn.caller.contact_id is None else list(await tickets.own_tickets(turn.session, turn.actor))


async def _meant(turn: Turn, heard: Heard) -> int | None:
    """The one ticket whose subject shares the most words with what was said."""
    said = {word for word in heard.words if len(word) >= SHORTEST_TELLING_WORD}
    if not said:
        return None
    shared = sorted((len(said & set(Heard(speech=ticket.subject).words)), ticket.id) for ticket in await _own(turn))
    best = shared[-1] if shared else (0, 0)
    is_clear = best[0] > 0 and (len(shared) < 2 or shared[-2][0] < best[0])
    return best[1] if is_clear else None


async def _tell_status(turn: Turn, ticket_id: int, before: list[Spoken]) -> VoiceResponse:
    ticket = cast("Ticket", await references.read(turn.session, "ticket", ticket_id))
    owner = await tickets.assignee_name(turn.session, ticket)
    status = turn.say(
        "phone.ticket-status",
        ref=ticket.ref,
        subject=ticket.subject,
        status=say(f"ticket.status-{ticket.status}"),
        name=owner or say("ticket.nobody"),
    )
    response = VoiceResponse()
    listen(response, [*before, status, turn.say("phone.ticket-again")], turn.next_action(), turn.language)
    return response
