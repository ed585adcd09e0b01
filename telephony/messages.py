"""Voicemail and the wish to be called back: the ways out when nobody can talk."""

from __future__ import annotations

from datetime import datetime

from twilio.twiml.voice_response import VoiceResponse

from crm_core import references
from crm_core.callcenter import callback_requests, callbacks, calls, ending, recordings, transcripts
from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.callcenter.states import CallState
from crm_core.company import CallbackWish, JoinQueue, TextLink
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from telephony import asked_number, spoken
from telephony.outcome import Ended, GoTo, Outcome, SayAgain
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, record, speak

CALLBACK = "callback"


async def ask_for_message(turn: Turn, before: list[Spoken], ask: Spoken) -> VoiceResponse:
    """Who withholds the number may give one first, or go on without; who was asked before is not asked again."""
    if turn.number is None and not turn.state.get("asked"):
        return asked_number.begin(turn, before)
    return await voicemail(turn, [*before, ask])


async def voicemail(turn: Turn, prompts: list[Spoken]) -> VoiceResponse:
    """Two tries, then goodbye: an empty recording falls through to the next verb."""
    action = f"/twilio/voicemail?call={turn.call.id}&step={turn.next_step()}"
    callback = f"/twilio/recording?call={turn.call.id}"
    response = VoiceResponse()
    for prompt in prompts:
        speak(response, prompt)
    record(response, action, callback)
    speak(response, turn.say("phone.voicemail-empty"))
    record(response, f"{action}&again=1", callback)
    speak(response, turn.say("phone.goodbye"))
    response.hangup()
    return response


async def keep_recording(turn: Turn, sid: str, url: str, duration: int | None) -> Ticket | None:
    """The action and the callback report the same recording, in either order: one ticket. None for an empty one."""
    recording = await recordings.add_recording(turn.session, turn.call, sid, url, duration, turn.now)
    if recording.ticket_id is not None:
        return await turn.session.get(Ticket, recording.ticket_id)
    if duration == 0:
        return None
    ticket = await tickets.open_ticket(
        turn.session,
        turn.actor,
        subject=turn.for_team("phone.voicemail-subject", name=await turn.called_by()),
        contact_id=turn.contact_id,
        call_id=turn.call.id,
        now=turn.now,
    )
    recording.ticket_id = ticket.id
    await turn.session.flush()
    await transcripts.wish(turn.session, recording, turn.now)
    await calls.move_to(turn.session, turn.call, CallState.VOICEMAIL, turn.now)
    return ticket


async def callback(turn: Turn, before: list[Spoken], due_at: datetime | None = None) -> VoiceResponse:
    """Without a number there is nothing to call back: it is asked for, and then it goes on here."""
    wish = await wish_for_callback(turn, due_at)
    if wish is None:
        turn.remember(then=CALLBACK)
        return asked_number.begin(turn, before)
    await ending.leave_queue(turn.session, turn.call, turn.now)
    await calls.move_to(turn.session, turn.call, CallState.CALLBACK, turn.now)
    ref = references.ref("ticket", wish.ticket_id)
    if wish.due_at is None:
        done = turn.say("phone.callback-done", ref=ref)
    else:
        done = turn.say("phone.callback-booked", ref=ref, when=spoken.moment(turn, wish.due_at))
    response = VoiceResponse()
    for one in [*before, done]:
        speak(response, one)
    response.hangup()
    return response


async def wish_for_callback(turn: Turn, due_at: datetime | None = None) -> CallbackRequest | None:
    """One a call, with a ticket; None when no number is known."""
    if turn.number is None:
        return None
    known = await callback_requests.requested(turn.session, turn.call.id)
    if known is None:
        ticket = await tickets.open_ticket(
            turn.session,
            turn.actor,
            subject=await _subject(turn, due_at),
            contact_id=turn.contact_id,
            call_id=turn.call.id,
            now=turn.now,
        )
        known = await callbacks.request_callback(
            turn.session,
            turn.actor,
            turn.call,
            turn.number,
            ticket.id,
            turn.now,
            due_at,
            queue=usual_queue(turn),
            contact_id=turn.contact_id,
        )
    return known


def usual_queue(turn: Turn) -> str | None:
    """Where a wish is worked off that was uttered in no queue: where `0` leads. None: the ticket alone reminds."""
    phone = turn.company.phone
    person = phone.nodes[phone.person]
    return person.queue if isinstance(person, JoinQueue) else None


async def hear_number(turn: Turn, heard: Heard) -> VoiceResponse | Outcome:
    """Once it is there, it goes on where it was wanted."""
    outcome = await asked_number.hear(turn, heard)
    if outcome is not None:
        return outcome
    return await callback(turn, []) if turn.state.get("then") == CALLBACK else SayAgain()


async def without_number(turn: Turn, apology: Spoken) -> VoiceResponse | Outcome:
    """Who was asked for one three times in vain leaves a message, unless the node names something else."""
    turn.remember(asking="", then="")
    node = turn.node
    if isinstance(node, CallbackWish | TextLink) and node.otherwise is not None:
        return GoTo(node.otherwise, [apology])
    if isinstance(node, TextLink):
        return GoTo(node.goto, [apology]) if node.goto is not None else Ended([apology])
    return await voicemail(turn, [turn.say("phone.callback-withheld")])


async def _subject(turn: Turn, due_at: datetime | None) -> str:
    if due_at is None:
        return turn.for_team("phone.callback-subject", name=await turn.called_by())
    return turn.for_team("phone.callback-subject-at", name=await turn.called_by(), when=due_at)
