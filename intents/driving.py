"""Conversations that a dialogue server outside leads: it is handed what is said, and what it says is the reply."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import conversation, outbox
from crm_core.agents import Actor
from crm_core.conversation import Speaker
from crm_core.errors import CrmError
from crm_core.outbox import EffectKind
from intents import dialogue
from intents.ask import Ask
from intents.reply import Reply
from intents.router import answer, pressed
from intents.understand.grammar import LONGEST_ASK, understand

# A code that links an account opens more than one conversation, and is used once.
_OURS = {"agent.link"}


async def answer_or_hand_on(
    session: AsyncSession, actor: Actor, ask: Ask, name: str, place: dict[str, Any], now: datetime
) -> Reply | None:
    """The reply to what concerns nobody but us: a secret, a button that is too old, nothing said. None for what the
    server was handed; its reply goes to `place`."""
    try:
        text = ask.text if ask.token is None else (await pressed(session, ask, now)).say
    except CrmError:
        return await answer(session, actor, ask, now)
    remembered = await conversation.remembered(session, ask.conversation, now)
    dialogue.forget_what_is_old(remembered, now)
    # What we asked ourselves is answered to us: it may be a PIN.
    is_asked = dialogue.top(remembered) is not None
    if is_asked or not text.strip() or len(text) > LONGEST_ASK or _is_ours(text, actor):
        return await answer(session, actor, ask, now)
    sender = conversation.known_as(remembered, Speaker(ask.channel, ask.account, name, ask.is_public))
    # A leading slash is Rasa's mark of an intent: only our own buttons may set it.
    said = text if ask.token is not None else text.lstrip().lstrip("/")
    payload = {"sender": sender, "text": said, "key": ask.conversation, "place": place}
    address = f"rasa:{ask.conversation}"
    await outbox.enqueue(session, EffectKind.FORWARD, address, payload, now, is_secret=True)
    return None


def _is_ours(text: str, actor: Actor) -> bool:
    understood = understand(text, actor.language)
    return understood is not None and (understood.command.forgets_ask or understood.command.name in _OURS)
