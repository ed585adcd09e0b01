"""Asking first when an agent would get a caller whose language they do not speak."""

from __future__ import annotations

from typing import cast

from crm_core import conversation, references
from crm_core.callcenter import speaking
from crm_core.callcenter.calls import Call
from crm_core.callcenter.speaking import Foreign
from intents import asking, dialogue
from intents.registry import Context, commands
from intents.reply import Reply
from intents.tongues import name_of


async def misfit(context: Context, call_id: int, agent_id: int | None) -> Foreign | None:
    """Raises NotFound."""
    call = cast("Call", await references.read(context.session, "call", call_id))
    return await speaking.foreign(context.session, call, agent_id) if agent_id is not None else None


async def ask(context: Context, found: Foreign, command: str, words: dict[str, str], said: str) -> Reply:
    """Somebody who speaks it is there: is it meant all the same?"""
    remembered = await conversation.remembered(context.session, context.ask.conversation, context.now)
    question = dialogue.ask_for(remembered, commands()[command], words, asking.SURE, context.language)
    choices = asking.yes_or_no(context, question.id, f"yes {said}")
    name, language = found.agent.name, name_of(found.language, context.language)
    return context.reply("call.language-ask", choices, ref=words["call"], name=name, language=language)


def told(context: Context, reply: Reply, found: Foreign | None) -> Reply:
    """Nobody else who speaks it is there, so it is taken; whoever has it should know."""
    if found is None or found.others_do:
        return reply
    language = name_of(found.language, context.language)
    return reply.also(context.say("call.language-alone", name=found.agent.name, language=language))
