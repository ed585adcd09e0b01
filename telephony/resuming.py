"""A caller who was cut off may go on where they were: asked once, before the menu."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import cut_off, going_on, queues, told
from crm_core.callcenter.calls import Call
from crm_core.callcenter.cut_off import Cut, Where
from crm_core.company import Company, MyTickets
from crm_core.message import Message
from intents import catalogue
from telephony import draft, menu, messages, queueing
from telephony.menu import FEW_WORDS
from telephony.outcome import GoTo, SayAgain
from telephony.queueing import Arrival
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

QUESTION = "phone.resume-ask"
YES, NO = "phone.resume-words", "phone.resume-not-words"
# A PIN is proved anew.
_KEPT = ("collected", "number", queues.BEEN_IN)


def is_asked(turn: Turn) -> bool:
    return turn.state.get("asking") == cut_off.RESUMING


def ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    prompts = [*before, turn.say(QUESTION)]
    listen(response, prompts, turn.next_action(), turn.language, hints=hints(turn.company, turn.language))
    return response


def hints(company: Company, language: str) -> str:
    return ",".join(catalogue.render(Message(id, {}), language, company.zone) for id in (YES, NO))


async def hear(turn: Turn, heard: Heard) -> Arrival | None:
    """None for what is meant for the menu."""
    if menu.wants_another_language(turn, heard) and isinstance(await menu.switch_language(turn), GoTo):
        return SayAgain()
    turn.remember(asking="", strikes=0)
    if heard.digits == "1" or heard.means(turn.words(YES), FEW_WORDS):
        cut = await going_on.offered(turn.session, turn.call)
        return await _go_on(turn, cut) if cut is not None else GoTo(turn.home)
    is_no = heard.digits == "2" or heard.means(turn.words(NO), FEW_WORDS)
    return GoTo(turn.home) if is_no else None


async def _go_on(turn: Turn, cut: Cut) -> Arrival:
    turn.remember(**{key: cut.call.ivr[key] for key in _KEPT if key in cut.call.ivr})
    await going_on.accept(turn.session, turn.actor, turn.call, cut, turn.now)
    queue = cut.call.queue or messages.usual_queue(turn)
    match cut.where:
        case Where.TELLING:
            return _tell_on(turn, cut.call)
        case Where.WAITING | Where.TALKING if queue is None:
            return GoTo(turn.company.phone.person)
        case Where.WAITING:
            return await queueing.into(turn, queue, [], place=await going_on.place_of(turn.session, cut))
        case Where.TALKING:
            return await queueing.into(turn, queue, [], at_front=True)


def _tell_on(turn: Turn, before: Call) -> Arrival:
    """To the node they were at, with what they had told."""
    known = before.ivr
    turn.remember(node=known.get("node", turn.home), phase="")
    begun = told.whole(known)
    if not begun:
        return GoTo(turn.state["node"])
    is_note = isinstance(turn.node, MyTickets)
    if is_note and turn.caller.contact_id != before.contact_id:
        return GoTo(turn.home)
    phase = draft.BACK if known.get("phase") == draft.BACK else draft.TELLING
    turn.remember(phase=phase, begun=begun, draft="", note_to=known.get("note_to"), chosen=known.get("chosen"))
    turn.remember(continues=known.get("continues"))
    return SayAgain()
