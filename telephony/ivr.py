"""The caller's side of a call: the first document, each step after it, a message left. Waiting is in waiting.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import arrivals, blocking, cut_off, emergencies, ending, going_on
from crm_core.callcenter.arrivals import Inbound
from crm_core.callcenter.callers import Caller
from crm_core.callcenter.calls import Call
from crm_core.callcenter.emergencies import Emergency
from crm_core.company import Company, Menu, company_of
from crm_core.message import Message
from intents import catalogue
from telephony import announcing, draft, menu, messages, nodes, resuming
from telephony.turn import Heard, turn_of
from telephony.voice import Spoken, listen, speak


async def begin(session: AsyncSession, sid: str, raw_from: str, to: str, now: datetime) -> VoiceResponse:
    """The first document: English is offered first and in English, a known caller is greeted by name, and who was cut
    off a moment ago is asked whether they want to go on.
    """
    company = company_of(session)
    phone = company.phone
    reason = await blocking.why_blocked(session, raw_from, now)
    if reason is not None:
        return _turned_away(company, await arrivals.turn_away(session, sid, raw_from, to, reason, now))
    emergency = await emergencies.current(session, now)
    is_closed = emergency is not None and emergency.closes
    is_open = company.is_open(now) and not is_closed
    start = phone.start if is_open else phone.closed
    node = phone.nodes[start]
    # Whatever needs a look at the caller first is a document of its own.
    asked = node if isinstance(node, Menu) and node.proof is None else None
    state: dict[str, object] = {"node": start, "step": 1} | ({"strikes": 0} if asked is not None else {})
    if emergency is not None:
        state |= {"told": emergency.id, "closed": is_closed}
    inbound = await arrivals.answer(session, sid, raw_from, to, state, now)
    caller = inbound.caller
    language = caller.language if caller.language in company.languages else company.language
    prompts = _greeting(company, caller, emergency, language)
    response = VoiceResponse()
    if await _was_cut_off(session, inbound, now, is_open=is_open):
        prompts.append(_text(company, language, Message(resuming.QUESTION)))
        listen(response, prompts, "/twilio/ivr?step=1", language, hints=resuming.hints(company, language))
    elif asked is not None:
        prompts.append(Spoken(asked.prompt[language], language))
        listen(response, prompts, "/twilio/ivr?step=1", language, hints=menu.hints(asked, language))
    else:
        for prompt in prompts:
            speak(response, prompt)
        response.redirect("/twilio/ivr?step=1", method="POST")
    return response


async def _was_cut_off(session: AsyncSession, inbound: Inbound, now: datetime, *, is_open: bool) -> bool:
    """A moment ago, and is asked about it from now on."""
    if not cut_off.may_be(session, inbound.caller.last_ended_at, now):
        return False
    cut = await cut_off.find(session, inbound.id, inbound.caller.number, now, is_open=is_open)
    if cut is not None:
        await going_on.offer(session, inbound.id, cut)
    return cut is not None


def _greeting(company: Company, caller: Caller, emergency: Emergency | None, language: str) -> list[Spoken]:
    prompts = [*_offer(company, language), *announcing.to_everybody(company, emergency, caller.language)]
    prompts.append(Spoken(company.phone.greeting[language], language))
    if company.callcenter.supervision != "off":
        prompts.append(_text(company, language, Message("phone.supervision-notice")))
    if caller.name is not None:
        prompts.append(_text(company, language, Message("phone.greeting-known", {"name": caller.name})))
    return prompts


async def step(session: AsyncSession, call: Call, heard: Heard, now: datetime) -> VoiceResponse:
    turn = await turn_of(session, call, now)
    if turn.state.get("strikes") is None:
        return await nodes.enter(turn, turn.state.get("node", turn.home))
    return await nodes.hear(turn, heard)


async def heard_so_far(session: AsyncSession, call: Call, text: str, step: int, now: datetime) -> None:
    """A partial result of speech, which may arrive after the caller hung up in the middle of it."""
    draft.hear_partly(await turn_of(session, call, now), text, step)
    if call.is_over:
        await ending.keep_what_was_told(session, call, now)


async def left_message(
    session: AsyncSession, call: Call, sid: str, url: str, duration: int | None, now: datetime
) -> VoiceResponse:
    turn = await turn_of(session, call, now)
    ticket = await messages.keep_recording(turn, sid, url, duration)
    response = VoiceResponse()
    thanks = turn.say("phone.voicemail-done", ref=ticket.ref) if ticket else turn.say("phone.goodbye")
    speak(response, thanks)
    response.hangup()
    return response


async def recording_arrived(
    session: AsyncSession, call: Call, sid: str, url: str, duration: int | None, now: datetime
) -> None:
    turn = await turn_of(session, call, now)
    await messages.keep_recording(turn, sid, url, duration)


async def transferred(session: AsyncSession, call: Call, status: str, now: datetime) -> VoiceResponse:
    """How it went with another number."""
    return await nodes.transferred(await turn_of(session, call, now), status)


def fallback(company: Company) -> VoiceResponse:
    """For when nothing else works: needs no database."""
    response = VoiceResponse()
    for language in company.languages:
        speak(response, _text(company, language, Message("phone.fallback", {"company": company.name})))
    response.hangup()
    return response


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


def apology(company: Company, language: str, message: Message) -> VoiceResponse:
    """What cannot be done is said, and the call ends."""
    response = VoiceResponse()
    speak(response, _text(company, language, message))
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
