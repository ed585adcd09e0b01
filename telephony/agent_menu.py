"""Colleagues dial in: known by their PIN, they go on duty and off without any chat.

`call.ivr` holds: who is to be proved (agent), how often it went wrong (guesses), and that it was (proved).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.voice_response import VoiceResponse

from crm_core import rights
from crm_core.agents import Agent, Presence, actor_of
from crm_core.callcenter import pins, presence, queues
from crm_core.callcenter.calls import Call
from crm_core.message import Message, Param, say
from intents import catalogue
from telephony import by_voice
from telephony.turn import Heard, Turn, turn_of
from telephony.voice import Spoken, key_in, listen, speak

MOST_GUESSES = 3
MOST_SILENCES = 3
MOST_DIGITS = pins.LONGEST


async def enter(turn: Turn) -> VoiceResponse:
    """From a colleague's own phone the PIN alone is asked for; it is from any phone."""
    owner = await _owner_of(turn)
    turn.remember(own=owner is not None, agent=owner, guesses=0, proved=False)
    return _ask(turn, [])


async def number(session: AsyncSession, call: Call, digits: str, now: datetime) -> VoiceResponse:
    """Whether there is such a colleague is not said."""
    turn = await turn_of(session, call, now)
    if not digits:
        return _goodbye(turn.say("phone.goodbye"))
    turn.remember(agent=int(digits[:9]) if digits.isascii() and digits.isdigit() else 0)
    return _ask_for_pin(turn, [])


async def pin(session: AsyncSession, call: Call, digits: str, now: datetime) -> VoiceResponse:
    turn = await turn_of(session, call, now)
    if not digits:
        return _goodbye(turn.say("phone.goodbye"))
    agent = await _meant(turn)
    if await pins.is_right(session, agent.id if agent is not None else None, digits[:20], now) and agent is not None:
        turn.remember(proved=True, silences=0)
        state = say(f"agent.presence-{agent.presence}")
        return _menu(turn, agent, [_say(turn, agent, "phone.colleague-hello", name=agent.name, state=state)])
    guesses = int(turn.state.get("guesses", 0)) + 1
    turn.remember(guesses=guesses)
    if guesses >= MOST_GUESSES:
        return _goodbye(turn.say("phone.colleague-wrong"))
    return _ask(turn, [turn.say("phone.colleague-wrong")])


async def choose(session: AsyncSession, call: Call, heard: Heard, now: datetime) -> VoiceResponse:
    """1: available, 2: away, 3: how many wait; anything else is said. Who is silent for long has said all there is."""
    turn = await turn_of(session, call, now)
    agent = await _meant(turn)
    if agent is None or not turn.state.get("proved"):
        return _goodbye(turn.say("phone.goodbye"))
    silences = 0 if not heard.is_silence else int(turn.state.get("silences", 0)) + 1
    turn.remember(silences=silences)
    if silences >= MOST_SILENCES:
        return _goodbye(_say(turn, agent, "phone.goodbye"))
    if heard.speech.strip() or (by_voice.is_asked(turn) and heard.digits != by_voice.MENU):
        return await by_voice.hear(turn, agent, heard)
    by_voice.leave(turn)
    match heard.digits:
        case "1":
            return _menu(turn, agent, [await _available(turn, agent)])
        case "2":
            turn.remember(on_duty=None)
            await presence.set_presence(session, actor_of(agent, "phone"), Presence.AWAY, now)
            return _menu(turn, agent, [_say(turn, agent, "phone.colleague-away")])
        case "3":
            return _menu(turn, agent, [await _how_many_wait(turn, agent)])
        case _:
            return _menu(turn, agent, [])


async def _available(turn: Turn, agent: Agent) -> Spoken:
    """Whoever holds the phone on which they are rung is so when they hang up."""
    actor = actor_of(agent, "phone")
    if agent.phone == turn.caller.number:
        rights.require(actor, "agent.set-presence")
        turn.remember(on_duty=agent.id)
        return _say(turn, agent, "phone.colleague-available-then")
    await presence.set_presence(turn.session, actor, Presence.AVAILABLE, turn.now)
    return _say(turn, agent, "phone.colleague-available")


async def _how_many_wait(turn: Turn, agent: Agent) -> Spoken:
    waiting = await queues.waiting(turn.session, limit=100)
    if not waiting:
        return _say(turn, agent, "phone.colleague-nobody-waits")
    since = await queues.longest(turn.session) or turn.now
    longest = max(1, round((turn.now - since).total_seconds() / 60))
    return _say(turn, agent, "phone.colleague-waiting", count=len(waiting), time=say("card.minutes", count=longest))


async def _owner_of(turn: Turn) -> int | None:
    """Of the phone that calls; None when it is nobody's, or several share it."""
    if turn.caller.number is None:
        return None
    theirs = select(Agent.id).where(Agent.phone == turn.caller.number, Agent.left_at.is_(None))
    owners = (await turn.session.scalars(theirs.limit(2))).all()
    return owners[0] if len(owners) == 1 else None


async def _meant(turn: Turn) -> Agent | None:
    agent = await turn.session.get(Agent, turn.state.get("agent") or 0)
    return agent if agent is not None and agent.left_at is None else None


def _ask(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    if turn.state.get("own"):
        return _ask_for_pin(turn, before)
    return _ask_for(turn, "number", [*before, turn.say("phone.colleague-number")])


def _ask_for_pin(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    return _ask_for(turn, "pin", [*before, turn.say("phone.colleague-pin")])


def _ask_for(turn: Turn, what: str, prompts: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    key_in(response, prompts, f"/twilio/colleague/{what}?step={turn.next_step()}", MOST_DIGITS)
    return response


def _menu(turn: Turn, agent: Agent, before: list[Spoken]) -> VoiceResponse:
    menu = _say(turn, agent, "phone.colleague-menu")
    response = VoiceResponse()
    listen(response, [*before, menu], f"/twilio/colleague?step={turn.next_step()}", menu.language)
    return response


def _goodbye(*prompts: Spoken) -> VoiceResponse:
    response = VoiceResponse()
    for prompt in prompts:
        speak(response, prompt)
    response.hangup()
    return response


def _say(turn: Turn, agent: Agent, id: str, **params: Param) -> Spoken:
    """To a colleague in their own language, once it is known who they are."""
    language = agent.language if agent.language in turn.company.languages else turn.language
    return Spoken(catalogue.render(Message(id, params), language, turn.company.zone), language)
