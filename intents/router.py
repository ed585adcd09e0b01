"""From an ask to a reply: the one way in, for every channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, references
from crm_core.agents import Actor
from crm_core.conversation import ChoiceToken, Conversation, chosen, remembered
from crm_core.errors import CrmError, Invalid, NotFound, Refused
from crm_core.message import say
from crm_core.support import satisfaction
from intents import dialogue, misunderstood, offering
from intents.ask import Ask
from intents.registry import Command, Context, commands, run
from intents.reply import Choice, Choices, Reply, Tone
from intents.understand.grammar import LONGEST_ASK, Understood, understand
from intents.understand.meant import ASKED_BELOW, SURE


async def answer(session: AsyncSession, actor: Actor, ask: Ask, now: datetime) -> Reply:
    """Never raises CrmError: what cannot be done is said. A refused command leaves nothing behind."""
    conversation = await remembered(session, ask.conversation, now)
    dialogue.forget_old_question(conversation, now)
    language = conversation.language or actor.language
    wish = _wish(conversation, ask.text, language)
    if wish is None:
        language = dialogue.language_of_question(conversation) or language
    elif not ask.text.lstrip().startswith("/"):
        # A /command is the same word in every language, as a button is: it says nothing about the reader's.
        language = wish.language
    context = Context(session, actor, ask, language, list(conversation.shown), now)
    forgets_ask = _is_to_be_forgotten(conversation, wish)
    try:
        async with session.begin_nested():
            reply = await _answer(context, conversation, wish)
            await session.flush()
    except CrmError as error:
        await session.refresh(conversation)
        reply = _refused(context, conversation, error, is_answer=wish is None)
    dialogue.remember_shown(conversation, reply.shown)
    conversation.updated_at = now
    await session.flush()
    return replace(reply, forgets_ask=forgets_ask)


def _is_to_be_forgotten(conversation: Conversation, wish: Understood | None) -> bool:
    """Said at once, or as the answer to what was asked."""
    asked = dialogue.half_asked(conversation)
    command = wish.command if wish is not None else asked
    return command is not None and command.forgets_ask


def _wish(conversation: Conversation, text: str, language: str) -> Understood | None:
    """The command that was said; None when there is none, or when a bare `T-42` answers a question."""
    understood = understand(text, language, conversation.shown)
    if understood is not None and not understood.weight and conversation.pending is not None:
        return None
    return understood


async def _answer(context: Context, conversation: Conversation, wish: Understood | None) -> Reply:
    if context.ask.token is None:
        return await _say(context, conversation, context.ask.text, wish)
    said = await pressed(context.session, context.ask, context.now)
    return await _say(context, conversation, said, _wish(conversation, said, context.language))


async def pressed(session: AsyncSession, ask: Ask, now: datetime) -> str:
    """What the button says that was pressed. Raises Refused for one that is too old, another's, or stale."""
    choice = await chosen(session, ask.token or "", now)
    if choice is None or choice.audience not in {None, ask.conversation}:
        raise Refused("choice.expired")
    await _refuse_when_stale(session, choice)
    return choice.say


async def _refuse_when_stale(session: AsyncSession, choice: ChoiceToken) -> None:
    """The record moved on since the button was drawn: say by whom, and let the card be drawn again."""
    parsed = references.parse(choice.record) if choice.record is not None else None
    if parsed is None:
        return
    record = await references.lock(session, *parsed)
    if choice.version is None or record.version == choice.version:
        return
    latest = await activity.timeline(session, *parsed, limit=1)
    if not latest:
        raise Refused("choice.expired")
    did = say(f"did.{latest[0].verb}")
    raise Refused("choice.changed-since", ref=choice.record, name=latest[0].actor_name, what=did)


async def _say(context: Context, conversation: Conversation, text: str, wish: Understood | None) -> Reply:
    if not text.strip():
        return context.reply("ask.empty")
    if len(text) > LONGEST_ASK:
        raise Invalid("text.too-long", limit=LONGEST_ASK)
    if conversation.pending is not None and dialogue.cancels(text):
        conversation.pending = None
        return context.reply("dialogue.cancelled")
    if wish is not None:
        conversation.pending = None
        return await _do(context, conversation, wish.command, wish.words)
    filled = dialogue.fill(conversation, text, context.heard)
    if filled is not None:
        return await _do(context, conversation, *filled)
    return await _rating(context, text) or await _as_meant(context, conversation, text)


async def _rating(context: Context, text: str) -> Reply | None:
    """A customer's `4` after they were asked."""
    if context.actor.role is not None or context.actor.contact_id is None:
        return None
    rated = await satisfaction.answered(context.session, context.actor, text, context.now)
    if rated is None:
        return None
    kept = await context.session.get_one(satisfaction.Satisfaction, rated.id)
    return context.reply("satisfaction.rated", shown=[rated.ref], ref=rated.ref, rating=kept.rating)


async def _as_meant(context: Context, conversation: Conversation, text: str) -> Reply:
    """As whoever was asked before the transaction took it. What is not sure is asked, and no change is guessed."""
    meant = context.ask.meant
    command = commands().get(meant.intent or "") if meant is not None else None
    if meant is None or command is None or meant.confidence < ASKED_BELOW:
        await misunderstood.keep(context, text)
        return offering.not_understood(context, text, meant.alternatives if meant is not None else ())
    if command.changes and meant.confidence < SURE:
        return offering.proposed(context, command, meant.words)
    return await _do(context, conversation, command, dict(meant.words))


async def _do(context: Context, conversation: Conversation, command: Command, words: dict[str, str]) -> Reply:
    values = dialogue.read_arguments(command, words, context.heard)
    argument = dialogue.next_question(conversation, command, words, context.language)
    if argument is not None:
        return context.reply(f"dialogue.ask-{argument.slot.name}")
    try:
        return await run(context, command.name, values)
    except dialogue.Open as question:
        question.command = command
        question.words = {name: word for name, word in words.items() if name != question.argument}
        raise


def _refused(context: Context, conversation: Conversation, error: CrmError, *, is_answer: bool) -> Reply:
    """An answer that is no such value leaves the question open; anything else ends it."""
    text = context.say(error.message.id, **error.message.params)
    reply = Reply(text, tone=Tone.REFUSED, language=context.language)
    if isinstance(error, dialogue.Open):
        return _which(conversation, reply, error)
    if not (is_answer and isinstance(error, Invalid | NotFound)):
        conversation.pending = None
    return reply


def _which(conversation: Conversation, reply: Reply, error: dialogue.Open) -> Reply:
    """Offers the candidates; the half-done command waits for the one that is chosen."""
    if error.command is not None:
        dialogue.ask_for(conversation, error.command, error.words, error.argument, reply.language)
    tone = Tone.REFUSED if isinstance(error, dialogue.Ambiguous) else Tone.OK
    choices = [Choice(label, said) for label, said in error.candidates]
    return replace(reply, tone=tone, parts=[Choices(choices)] if choices else [])
