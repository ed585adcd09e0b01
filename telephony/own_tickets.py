"""A caller's own tickets: chosen by key or by what they are about, told, added to, read from."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.company import MyTickets
from crm_core.message import say
from crm_core.support import replies, tickets
from crm_core.support.tickets import Ticket
from telephony import draft, spoken
from telephony.outcome import GoTo, NeedsPin, NotUnderstood, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

STATUS = "status"
NOTES = "notes"
TELLING = (draft.TELLING, draft.BACK)
SHORTEST_TELLING_WORD = 4
MOST_NOTES = 3
LONGEST_NOTE = 400


async def ask(turn: Turn, node: MyTickets, before: list[Spoken]) -> VoiceResponse | Outcome:
    """The list, or what is wanted of the chosen one."""
    phase = turn.state.get("phase")
    if phase in TELLING:
        return draft.ask(turn, before, turn.say("phone.note-ask"), note_to=turn.state["chosen"])
    if phase == STATUS:
        return _ask_on(turn, node, [*before, await _status(turn)])
    if phase == NOTES and _may_hear(turn, node):
        turn.remember(phase=STATUS)
        return _ask_on(turn, node, [*before, *await _notes(turn)])
    own = await _own(turn)
    if not own:
        return _without_ticket(turn, node, before)
    turn.remember(tickets=[ticket.id for ticket in own], phase="")
    choices = [turn.say("phone.tickets-choice", subject=ticket.subject, key=key) for key, ticket in enumerate(own, 1)]
    response = VoiceResponse()
    intro = turn.say("phone.tickets-intro", count=len(own))
    listen(response, [*before, intro, *choices], turn.next_action(), turn.language)
    return response


async def choose(turn: Turn, node: MyTickets, heard: Heard) -> Outcome:
    phase = turn.state.get("phase")
    if phase in TELLING:
        outcome = draft.hear(turn, heard)
        return outcome if outcome is not None else await _add_note(turn)
    if phase == STATUS:
        return _go_on(turn, node, heard)
    offered: list[int] = turn.state.get("tickets", [])
    if heard.digits in {str(key) for key in range(1, len(offered) + 1)}:
        chosen: int | None = offered[int(heard.digits) - 1]
    else:
        chosen = await _meant(turn, heard)
    if chosen is None:
        return NotUnderstood()
    turn.remember(phase=STATUS, chosen=chosen, strikes=0)
    return SayAgain()


def _without_ticket(turn: Turn, node: MyTickets, before: list[Spoken]) -> Outcome:
    """Back to the beginning, unless the node names something else or that is here."""
    begins_here = turn.state.get("node", turn.home) == turn.home
    other = node.otherwise or (turn.company.phone.person if begins_here else turn.home)
    return GoTo(other, [*before, turn.say("phone.tickets-none")])


def _go_on(turn: Turn, node: MyTickets, heard: Heard) -> Outcome:
    """1: the menu, 2: add something, 3: hear what was written."""
    if heard.digits == "1":
        return GoTo(node.goto or turn.home)
    if heard.digits == "2" or heard.means(turn.words("phone.note-words")):
        turn.remember(phase=draft.TELLING, strikes=0, begun="")
        return SayAgain()
    if node.notes != "never" and (heard.digits == "3" or heard.means(turn.words("phone.notes-words"))):
        turn.remember(phase=NOTES, strikes=0)
        return SayAgain() if _may_hear(turn, node) else NeedsPin()
    return NotUnderstood()


def _may_hear(turn: Turn, node: MyTickets) -> bool:
    return node.notes == "caller-id" or (node.notes == "pin" and turn.is_proved)


def _ask_on(turn: Turn, node: MyTickets, prompts: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    options = [turn.say("phone.ticket-again")]
    if node.notes != "never":
        options.append(turn.say("phone.ticket-notes"))
    hints = ",".join([turn.words("phone.note-words"), turn.words("phone.notes-words")])
    listen(response, [*prompts, *options], turn.next_action(), turn.language, hints=hints)
    return response


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


async def _status(turn: Turn) -> Spoken:
    ticket = await tickets.read_ticket(turn.session, turn.actor, turn.state["chosen"])
    owner = await tickets.assignee_name(turn.session, ticket)
    return turn.say(
        "phone.ticket-status",
        ref=ticket.ref,
        subject=ticket.subject,
        status=say(f"ticket.status-{ticket.status}"),
        name=owner or say("ticket.nobody"),
    )


async def _notes(turn: Turn) -> list[Spoken]:
    """What passed between the company and the caller, the oldest first; what the team says is for the team."""
    ticket = await tickets.read_ticket(turn.session, turn.actor, turn.state["chosen"])
    found = await tickets.comments(turn.session, ticket.id, limit=MOST_NOTES, only_public=True)
    if not found:
        return [turn.say("phone.notes-none")]
    return [
        turn.say(
            "phone.note-read",
            when=spoken.moment(turn, note.created_at),
            name=note.author,
            text=note.body[:LONGEST_NOTE],
        )
        for note in reversed(found)
    ]


async def _add_note(turn: Turn) -> Outcome:
    # What they told before they were cut off is on the ticket already.
    if turn.state["draft"]:
        await replies.customer_replied(turn.session, turn.actor, turn.state["chosen"], turn.state["draft"], turn.now)
    turn.remember(draft="", begun="", phase=STATUS)
    return SayAgain([turn.say("phone.note-done")])
