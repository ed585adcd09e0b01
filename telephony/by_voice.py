"""A colleague talks to Offhook by phone: what they say is understood as in any chat, what is offered are keys.

`call.ivr` holds: the tokens behind the keys (offered), and whether keys are an answer of their own (keyed). What was
said is kept nowhere.
"""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core import conversation, inbox
from crm_core.agents import Agent, actor_of
from crm_core.conversation import Offered
from crm_core.message import Message, Param
from intents import catalogue
from intents.ask import Ask
from intents.reply import Choice, Choices, Form, Reply, Tone
from intents.router import answer
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

MOST_KEYS = 8
MOST_DIGITS = 20
MENU, CANCEL = "0", "*"


def is_asked(turn: Turn) -> bool:
    """Keys mean what was offered last, and not what they mean in the menu."""
    return bool(turn.state.get("offered") or turn.state.get("keyed"))


def leave(turn: Turn) -> None:
    turn.remember(offered=[], keyed=False)


async def hear(turn: Turn, agent: Agent, heard: Heard) -> VoiceResponse:
    tokens = turn.state.get("offered") or []
    if turn.state.get("keyed") and heard.digits:
        return await _answered(turn, agent, text="cancel" if heard.digits == CANCEL else heard.digits)
    if tokens:
        for language in turn.company.languages:
            heard = heard.as_key(catalogue.render(Message("phone.key-words", {}), language, turn.company.zone))
        if heard.digits.isdecimal() and 1 <= int(heard.digits) <= len(tokens):
            return await _answered(turn, agent, token=tokens[int(heard.digits) - 1])
    # Silence, or a key that nothing is behind: what is open is asked once more.
    return await _answered(turn, agent, text=heard.speech)


async def _answered(turn: Turn, agent: Agent, *, text: str = "", token: str | None = None) -> VoiceResponse:
    key = f"phone:{turn.call.id}"
    ask = Ask("phone", key, str(agent.id), text, token)
    reply = await answer(turn.session, actor_of(agent, "phone"), ask, turn.now)
    choices = _readable(reply)
    offered = [Offered(one.say, one.record, one.version, one.question) for one in choices]
    tokens = await conversation.offer(turn.session, offered, key, turn.now)
    told = " ".join([reply.text, *(_key(turn, reply, number, one) for number, one in enumerate(choices, start=1))])
    if reply.forgets_ask:
        await inbox.forget_all(turn.session, f"twilio:{turn.call.sid}")
    turn.remember(offered=tokens, keyed=_takes_digits(reply))
    return _told(turn, told, reply.language)


def _readable(reply: Reply) -> list[Choice]:
    """Those that answer something; the buttons of a card are for who sees it. A lone cancel is said, not offered."""
    found = [choice for part in reply.parts if isinstance(part, Choices) for choice in part.choices]
    asked = [one for one in found if one.question is not None or reply.tone is Tone.REFUSED][:MOST_KEYS]
    return asked if len(asked) > 1 else []


def _key(turn: Turn, reply: Reply, number: int, choice: Choice) -> str:
    words = Message("phone.colleague-key", {"number": number, "label": choice.label})
    return catalogue.render(words, reply.language, turn.company.zone)


def _takes_digits(reply: Reply) -> bool:
    return any(isinstance(part, Form) and bool(part.fields) and part.fields[0].takes_digits for part in reply.parts)


def _told(turn: Turn, told: str, language: str) -> VoiceResponse:
    """Where nothing is open, with the way back to the menu."""
    prompts = [Spoken(told, language)]
    if not is_asked(turn):
        prompts.append(_say(turn, language, "phone.colleague-more"))
    elif turn.state.get("keyed"):
        prompts.append(_say(turn, language, "phone.colleague-keyed"))
    response = VoiceResponse()
    action = f"/twilio/colleague?step={turn.next_step()}"
    listen(response, prompts, action, language, most_digits=MOST_DIGITS if turn.state.get("keyed") else 1)
    return response


def _say(turn: Turn, language: str, id: str, **params: Param) -> Spoken:
    return Spoken(catalogue.render(Message(id, params), language, turn.company.zone), language)
