"""The caller's side of a call: the first document, each step after it, waiting, leaving a message, the end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import arrivals, blocking, callers, calls, ending, presence, queues
from crm_core.callcenter.callers import Caller
from crm_core.callcenter.calls import Call, CallState
from crm_core.callcenter.queues import EntryState
from crm_core.company import Company, Menu, company_of
from crm_core.message import Message
from intents import catalogue
from telephony import draft, menu, messages, nodes
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen, meet, press, speak

WAIT_SECONDS = 20
# Out of the queue because somebody took the caller, or because they are gone: nothing is left to say.
NOT_WAITING = {"bridged", "bridging-in-process", "redirected", "redirected-from-bridged", "hangup"}


async def begin(session: AsyncSession, sid: str, raw_from: str, to: str, now: datetime) -> VoiceResponse:
    """The first document: English is offered first and in English, a known caller is greeted by name."""
    company = company_of(session)
    phone = company.phone
    reason = await blocking.why_blocked(session, raw_from, now)
    if reason is not None:
        return _turned_away(company, await arrivals.turn_away(session, sid, raw_from, to, reason, now))
    start = phone.start if company.is_open(now) else phone.closed
    node = phone.nodes[start]
    # Whatever needs a look at the caller first is a document of its own.
    asked = node if isinstance(node, Menu) and node.proof is None else None
    state: dict[str, object] = {"node": start, "step": 1} | ({"strikes": 0} if asked is not None else {})
    inbound = await arrivals.answer(session, sid, raw_from, to, state, now)
    caller = inbound.caller
    language = caller.language if caller.language in company.languages else company.language
    prompts = [*_offer(company, language), Spoken(phone.greeting[language], language)]
    if caller.name is not None:
        prompts.append(_text(company, language, Message("phone.greeting-known", {"name": caller.name})))
    response = VoiceResponse()
    if asked is not None:
        prompts.append(Spoken(asked.prompt[language], language))
        listen(response, prompts, "/twilio/ivr?step=1", language, hints=menu.hints(asked, language))
    else:
        for prompt in prompts:
            speak(response, prompt)
        response.redirect("/twilio/ivr?step=1", method="POST")
    return response


async def step(session: AsyncSession, call: Call, heard: Heard, now: datetime) -> VoiceResponse:
    turn = await _turn(session, call, now)
    if turn.state.get("strikes") is None:
        return await nodes.enter(turn, turn.state.get("node", turn.home))
    return await nodes.hear(turn, heard)


async def heard_so_far(session: AsyncSession, call: Call, text: str, step: int, now: datetime) -> None:
    """A partial result of speech, which may arrive after the caller hung up in the middle of it."""
    draft.hear_partly(await _turn(session, call, now), text, step)
    if call.is_over:
        await ending.keep_what_was_told(session, call, now)


async def wait(session: AsyncSession, call: Call, step: int, round_: int, now: datetime) -> VoiceResponse:
    """What a waiting caller hears, again and again: the position, and the ways out. Nobody waits for nobody."""
    turn = await _turn(session, call, now)
    entry = await queues.lock_entry(session, call.id)
    if entry is None or entry.state == EntryState.LEFT:
        return _leave()
    if entry.state == EntryState.WAITING and not await presence.anyone_available(session):
        turn.remember(wish="nobody")
        return _leave()
    response = VoiceResponse()
    prompts = [turn.say("phone.queue-position", count=await queues.position(session, entry))]
    prompts.append(turn.say("phone.queue-options"))
    here = f"call={call.id}&step={step}&round="
    press(response, prompts, f"/twilio/wait-key?{here}{round_}", WAIT_SECONDS)
    response.redirect(f"/twilio/wait?{here}{round_ + 1}", method="POST")
    return response


async def wait_key(
    session: AsyncSession, call: Call, digits: str, step: int, round_: int, now: datetime
) -> VoiceResponse:
    """1: be called back, 2 or 0: leave a message. The caller leaves the queue and hears it there."""
    wishes = {"1": "callback", "2": "voicemail", "0": "voicemail"}
    wish = wishes.get(digits)
    if wish is None:
        return await wait(session, call, step, round_ + 1, now)
    turn = await _turn(session, call, now)
    turn.remember(wish=wish)
    if wish == "callback":
        await messages.wish_for_callback(turn)
    return _leave()


def _leave() -> VoiceResponse:
    response = VoiceResponse()
    response.leave()
    return response


async def left_queue(session: AsyncSession, call: Call, result: str, now: datetime) -> VoiceResponse:
    """Why the caller is out of the queue: their wish, an agent, a hang-up or an error of the carrier."""
    turn = await _turn(session, call, now)
    if result in NOT_WAITING:
        return VoiceResponse()
    await queues.leave(session, call.id, now)
    await calls.move_to(session, call, CallState.IVR, now)
    wish = turn.state.get("wish")
    turn.remember(wish="")
    if wish == "callback":
        return await messages.callback(turn, [])
    ask = "phone.voicemail-ask" if wish == "voicemail" else "phone.nobody-there"
    return await messages.voicemail(turn, [turn.say(ask)])


async def left_message(
    session: AsyncSession, call: Call, sid: str, url: str, duration: int | None, now: datetime
) -> VoiceResponse:
    turn = await _turn(session, call, now)
    ticket = await messages.keep_recording(turn, sid, url, duration)
    response = VoiceResponse()
    thanks = turn.say("phone.voicemail-done", ref=ticket.ref) if ticket else turn.say("phone.goodbye")
    speak(response, thanks)
    response.hangup()
    return response


async def recording_arrived(
    session: AsyncSession, call: Call, sid: str, url: str, duration: int | None, now: datetime
) -> None:
    turn = await _turn(session, call, now)
    await messages.keep_recording(turn, sid, url, duration)


def conference(call: Call) -> VoiceResponse:
    response = VoiceResponse()
    meet(response, call.id, as_agent=False)
    return response


async def farewell(session: AsyncSession, call: Call, now: datetime) -> VoiceResponse:
    """The agent has left. Who was cut off gets back to the front; everybody else hangs up."""
    turn = await _turn(session, call, now)
    response = VoiceResponse()
    again = f"/twilio/again?call={call.id}&step={turn.next_step()}"
    press(response, [turn.say("phone.farewell")], again)
    # Also without a key there may be something left to ask.
    response.redirect(again, method="POST")
    return response


async def again(session: AsyncSession, call: Call, digits: str, now: datetime) -> VoiceResponse:
    turn = await _turn(session, call, now)
    if digits == "1":
        return await nodes.enter(turn, turn.company.phone.person)
    after = turn.company.phone.after
    return await nodes.enter(turn, after) if after is not None else nodes.goodbye(turn)


async def transferred(session: AsyncSession, call: Call, status: str, now: datetime) -> VoiceResponse:
    """How it went with another number."""
    return await nodes.transferred(await _turn(session, call, now), status)


def fallback(company: Company) -> VoiceResponse:
    """For when nothing else works: needs no database."""
    response = VoiceResponse()
    for language in company.languages:
        speak(response, _text(company, language, Message("phone.fallback")))
    response.hangup()
    return response


def apology(company: Company, language: str, message: Message) -> VoiceResponse:
    """What cannot be done is said, and the call ends."""
    response = VoiceResponse()
    speak(response, _text(company, language, message))
    response.hangup()
    return response


async def _turn(session: AsyncSession, call: Call, now: datetime) -> Turn:
    company = company_of(session)
    caller = await callers.caller_of(session, call)
    language = caller.language if caller.language in company.languages else company.language
    return Turn(session, call, caller, language or company.language, now)


def _turned_away(company: Company, caller: Caller) -> VoiceResponse:
    """A sentence where the house has one for it; else the line is as dead as it can be."""
    response = VoiceResponse()
    if company.phone.blocked is None:
        response.reject(reason="rejected")
        return response
    language = caller.language if caller.language in company.languages else company.language
    speak(response, Spoken(company.phone.blocked[language], language))
    response.hangup()
    return response


def _offer(company: Company, language: str) -> list[Spoken]:
    """Each other language offers itself in its own voice."""
    if len(company.languages) < 2:
        return []
    other = menu.other_language(company.languages, language)
    return [_text(company, other, Message("phone.language-offer"))]


def _text(company: Company, language: str, message: Message) -> Spoken:
    return Spoken(catalogue.render(message, language, company.zone), language)
