"""The agent's side of a call: their phone rings, they press 1, they meet the customer."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core import agents, phones
from crm_core.agents import Agent
from crm_core.callcenter import callers, calls, queues, rooms, talks, transfers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.transfers import Kind
from crm_core.company import company_of
from crm_core.message import Message, Param, say
from intents import catalogue
from telephony.voice import Spoken, meet, press, speak

DECIDE_SECONDS = 12


async def offer(session: AsyncSession, leg: CallLeg, now: datetime) -> VoiceResponse:
    """A mailbox that answers never presses 1, so it never gets a customer."""
    call = await calls.lock_call(session, leg.call_id)
    response = VoiceResponse()
    offered = await _offered(session, leg, call, await customer_name(session, call))
    press(response, [offered], f"/twilio/agent/accept?leg={leg.id}", DECIDE_SECONDS)
    speak(response, await say_to(session, leg, "phone.agent-declined"))
    response.hangup()
    return response


async def decide(session: AsyncSession, leg: CallLeg, digits: str, now: datetime) -> VoiceResponse:
    response = VoiceResponse()
    if digits != "1":
        is_declined = await talks.turn_down(session, leg, now)
        speak(response, await (say_to(session, leg, "phone.agent-declined") if is_declined else _why_not(session, leg)))
        response.hangup()
        return response
    call = await talks.pick_up(session, leg, now)
    if call is None:
        speak(response, await _why_not(session, leg))
        response.hangup()
        return response
    speak(response, await say_to(session, leg, "phone.agent-connecting"))
    meet(response, await rooms.room_of(session, call.id), as_agent=True)
    return response


async def unreached(session: AsyncSession, leg: CallLeg) -> VoiceResponse:
    """The customer did not answer: the agent need not wait."""
    response = VoiceResponse()
    speak(response, await say_to(session, leg, "phone.agent-unreached"))
    response.hangup()
    return response


async def customer_name(session: AsyncSession, call: Call) -> Param:
    caller = await callers.caller_of(session, call)
    return caller.name or (phones.shown(caller.number) if caller.number else say("phone.somebody"))


async def _offered(session: AsyncSession, leg: CallLeg, call: Call, name: Param) -> Spoken:
    """Who it is, and how they come: from the queue, from a colleague, or by one's own wish."""
    transfer = await transfers.of_leg(session, leg.id)
    if transfer is None:
        id = "phone.agent-offer" if call.talk_began_at or call.direction == "inbound" else "phone.agent-dial"
        return await say_to(session, leg, id, name=name)
    colleague = await agents.name_of(session, transfer.from_agent_id)
    match Kind(transfer.kind):
        case Kind.BLIND:
            return await say_to(session, leg, "phone.agent-passed", name=name, agent=colleague)
        case Kind.WARM:
            return await say_to(session, leg, "phone.agent-asked", name=name, agent=colleague)
        case Kind.RETURN:
            return await say_to(session, leg, "phone.agent-returned", name=name)
        case _ as unknown:
            assert_never(unknown)


async def _why_not(session: AsyncSession, leg: CallLeg) -> Spoken:
    call = await calls.lock_call(session, leg.call_id)
    if call.agent_id is not None and call.agent_id != leg.agent_id and not call.is_over:
        name = await queues.agent_name(session, call)
        return await say_to(session, leg, "phone.agent-taken", name=name)
    return await say_to(session, leg, "phone.agent-gone")


async def say_to(session: AsyncSession, leg: CallLeg, id: str, **params: Param) -> Spoken:
    """In the language of the agent whose leg it is."""
    company = company_of(session)
    agent = await session.get(Agent, leg.agent_id) if leg.agent_id is not None else None
    language = agent.language if agent is not None and agent.language in company.languages else company.language
    return Spoken(catalogue.render(Message(id, params), language, company.zone), language)
