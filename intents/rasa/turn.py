"""One step of a conversation that a Rasa server drives: who speaks, and what a command answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import conversation
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.contacts import customers
from crm_core.conversation import Conversation
from crm_core.errors import CrmError, Refused
from intents import dialogue
from intents.ask import Ask
from intents.registry import Argument, Command, Context, run
from intents.reply import Choice, Choices, Reply, Tone
from intents.tongues import written_in
from intents.understand.grammar import LONGEST_ASK
from intents.understand.sentence import sentence


@dataclass(frozen=True, slots=True)
class Turn:
    """`conversation` and `actor` are what we stored under the name that Rasa sent, and nothing that Rasa says."""

    conversation: Conversation
    context: Context

    async def carry_out(self, command: Command, words: Mapping[str, str]) -> Reply:
        """Never raises CrmError. A refused command leaves nothing behind."""
        context = self.context
        try:
            async with context.session.begin_nested():
                reply = await run(context, command.name, dialogue.read_arguments(command, words, context.heard))
                if reply.is_secret:
                    # What is said through Rasa stays in its tracker store.
                    raise Refused("rasa.secret")
                await context.session.flush()
        except CrmError as error:
            await context.session.refresh(self.conversation)
            reply = self._refused(command, words, error)
        dialogue.remember_shown(self.conversation, reply.shown)
        self.conversation.updated_at = context.now
        return reply

    def misread(self, argument: Argument, words: str) -> str | None:
        """What is wrong with what was said for an argument."""
        try:
            argument.slot.read(words, self.context.heard)
        except CrmError as error:
            return self.context.say(error.message.id, **error.message.params)
        return None

    def _refused(self, command: Command, words: Mapping[str, str], error: CrmError) -> Reply:
        context = self.context
        reply = Reply(context.say(error.message.id, **error.message.params), tone=Tone.REFUSED)
        if not isinstance(error, dialogue.Open):
            return reply
        other = {name: word for name, word in words.items() if name != error.argument}
        choices = [
            Choice(label, sentence(command, {**other, error.argument: said}, context.language) or said)
            for label, said in error.candidates
        ]
        return replace(reply, parts=[Choices(choices)] if choices else [])


async def open_turn(session: AsyncSession, sender: str, text: str, now: datetime) -> Turn | None:
    """None for a sender that we did not name: nothing is done for it."""
    found = await conversation.of_sender(session, sender)
    if found is None:
        return None
    remembered, speaker = found
    actor = await customers.speaker(session, speaker.channel, speaker.account, speaker.name, now)
    ask = Ask(speaker.channel, remembered.key, speaker.account, text[:LONGEST_ASK], is_public=speaker.is_public)
    language = _language(session, remembered, actor, ask.text)
    return Turn(remembered, Context(session, actor, ask, language, list(remembered.shown), now))


def _language(session: AsyncSession, remembered: Conversation, actor: Actor, text: str) -> str:
    return written_in(text, company_of(session).languages) or remembered.language or actor.language
