"""Carrying out a command that was said, or asking for what it lacks."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core.conversation import Conversation
from intents import asking, dialogue
from intents.registry import Command, Context, run
from intents.reply import Reply


async def carry_out(context: Context, conversation: Conversation, command: Command, words: Mapping[str, str]) -> Reply:
    try:
        words = dialogue.pinned(command, words, context.heard)
        values = dialogue.read_arguments(command, words, context.heard)
        if dialogue.next_question(conversation, command, words, context.language) is not None:
            top = dialogue.top(conversation)
            assert top is not None
            return asking.asked(context, top)
        reply = await run(context, command.name, values)
    except dialogue.Open as question:
        question.open_for(command, words)
        raise
    dialogue.remember_done(conversation, command, words, context.language, context.now)
    return reply
