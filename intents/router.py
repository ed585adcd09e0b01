"""From an ask to a reply: the one way in, for every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, references
from crm_core.agents import Actor
from crm_core.conversation import ChoiceToken, Conversation, chosen, remembered
from crm_core.errors import CrmError, Invalid, NotFound, Refused
from crm_core.message import say
from crm_core.support import satisfaction
from intents import asking, dialogue, forms, steering
from intents.ask import Ask
from intents.dialogue import Confirmation, Done, Pending, Question, State
from intents.registry import Command, Context, run
from intents.reply import Reply, Tone
from intents.understand.grammar import LONGEST_ASK, Understood, understand
from intents.understand.suggest import suggest


@dataclass(slots=True)
class _Said:
    """`wish` is the command that was said; None when there is none, or when a bare `T-42` answers a question.

    `is_answer`: to what is open, and nothing else.
    """

    text: str
    wish: Understood | None
    is_answer: bool


async def answer(session: AsyncSession, actor: Actor, ask: Ask, now: datetime) -> Reply:
    """Never raises CrmError: what cannot be done is said. A refused command leaves nothing behind."""
    conversation = await remembered(session, ask.conversation, now)
    dialogue.forget_what_is_old(conversation, now)
    before = dialogue.state_of(conversation)
    wish = _wish(conversation, ask.text, conversation.language or actor.language)
    language = conversation.language or _language(actor, ask, before.top, wish)
    context = Context(session, actor, ask, language, list(conversation.shown), now, before.listed)
    forgets_ask = _is_to_be_forgotten(before.top, wish)
    said = _Said(ask.text, wish, is_answer=wish is None)
    try:
        async with session.begin_nested():
            reply = await _answer(context, conversation, said)
            await session.flush()
    except CrmError as error:
        await session.refresh(conversation)
        reply = _refused(context, conversation, error, is_answer=said.is_answer)
        is_over = not said.is_answer
    else:
        is_over = True
    if is_over:
        reply = _go_on(context, conversation, before, reply)
    dialogue.remember_shown(conversation, reply.shown)
    conversation.updated_at = now
    await session.flush()
    return replace(reply, forgets_ask=forgets_ask)


async def propose(context: Context, conversation: Conversation, command: Command, words: Mapping[str, str]) -> Reply:
    """For a change that was understood, but not for sure: it is done after a yes. Raises CrmError."""
    return asking.confirmed_first(context, conversation, command, words)


def _language(actor: Actor, ask: Ask, top: Pending | None, wish: Understood | None) -> str:
    """Of whoever speaks. A /command is the same word in every language, as a button is: it says nothing of that."""
    if wish is None:
        return top.language if top is not None else actor.language
    return actor.language if ask.text.lstrip().startswith("/") else wish.language


def _is_to_be_forgotten(top: Pending | None, wish: Understood | None) -> bool:
    """Said at once, or as the answer to what was asked."""
    asked = dialogue.command_of(top) if top is not None else None
    command = wish.command if wish is not None else asked
    return command is not None and command.forgets_ask


def _wish(conversation: Conversation, text: str, language: str) -> Understood | None:
    state = dialogue.state_of(conversation)
    understood = understand(text, language, conversation.shown, state.listed)
    if understood is not None and not understood.weight and state.top is not None:
        return None
    return understood


async def _answer(context: Context, conversation: Conversation, said: _Said) -> Reply:
    if context.ask.token is None:
        return await _say(context, conversation, said)
    # Until it is known what the button is about.
    said.is_answer = False
    choice = await chosen(context.session, context.ask.token, context.now)
    if choice is None or choice.audience not in {None, context.ask.conversation}:
        raise Refused("choice.expired")
    await _refuse_when_stale(context, choice)
    if choice.question is not None and not dialogue.bring_up(conversation, choice.question):
        raise Refused("choice.expired")
    if context.ask.fields and choice.question is not None and not choice.say:
        said.is_answer = True
        return await _submitted(context, conversation, context.ask.fields)
    said.text = choice.say
    said.wish = _wish(conversation, choice.say, context.language)
    said.is_answer = choice.question is not None and said.wish is None
    return await _say(context, conversation, said)


async def _submitted(context: Context, conversation: Conversation, fields: Mapping[str, str]) -> Reply:
    """What is wrong is said where it was typed, and nothing typed is lost."""
    question = dialogue.top(conversation)
    if not isinstance(question, Question):
        raise Refused("choice.expired")
    command = dialogue.command_of(question)
    typed = {
        argument.name: fields[argument.name].strip()
        for argument in command.arguments
        if fields.get(argument.name, "").strip() and argument.name not in question.words
    }
    if any(len(text) > LONGEST_ASK for text in typed.values()):
        raise Invalid("text.too-long", limit=LONGEST_ASK)
    errors = forms.wrong(context, question, typed)
    if errors:
        text = context.say("form.look-again")
        return asking.to_be_filled_in_again(context, question, typed, errors, text)
    try:
        async with context.session.begin_nested():
            return await _do(context, conversation, command, {**question.words, **typed})
    except (Invalid, NotFound) as error:
        await context.session.refresh(conversation)
        text = context.say(error.message.id, **error.message.params)
        return asking.to_be_filled_in_again(context, question, typed, {}, text)


async def _refuse_when_stale(context: Context, choice: ChoiceToken) -> None:
    """The record moved on since the button was drawn: say by whom, and let the card be drawn again."""
    parsed = references.parse(choice.record) if choice.record is not None else None
    if parsed is None:
        return
    record = await references.lock(context.session, *parsed)
    if choice.version is None or record.version == choice.version:
        return
    latest = await activity.timeline(context.session, *parsed, limit=1)
    if not latest:
        raise Refused("choice.expired")
    did = say(f"did.{latest[0].verb}")
    raise Refused("choice.changed-since", ref=choice.record, name=latest[0].actor_name, what=did)


async def _say(context: Context, conversation: Conversation, said: _Said) -> Reply:
    if not said.text.strip():
        return context.reply("ask.empty")
    if len(said.text) > LONGEST_ASK:
        raise Invalid("text.too-long", limit=LONGEST_ASK)
    state = dialogue.state_of(conversation)
    steered = await _steered(context, conversation, state, said)
    if steered is not None:
        return steered
    if said.wish is not None:
        return await _do(context, conversation, said.wish.command, said.wish.words)
    if state.top is not None:
        return await _to_what_is_open(context, conversation, state.top, said.text)
    return await _rating(context, said.text) or _not_understood(context, said.text)


async def _steered(context: Context, conversation: Conversation, state: State, said: _Said) -> Reply | None:
    """What is said about the conversation itself; None for anything else."""
    top = state.top
    is_answered = said.is_answer and context.ask.token is not None
    if top is None and said.wish is None and (steering.is_no(said.text) or steering.cancels(said.text)):
        return context.reply("dialogue.nothing-open")
    if top is not None and steering.cancels(said.text):
        dialogue.close(conversation, top.command)
        said.is_answer = True
        return context.reply("dialogue.cancelled")
    if top is not None and not is_answered and steering.goes_back(said.text):
        said.is_answer = True
        return _one_back(context, conversation, top)
    correction = steering.correction(said.text) if not is_answered and _may_be_corrected(said, top) else None
    return await _corrected(context, conversation, state, correction, said) if correction is not None else None


def _may_be_corrected(said: _Said, top: Pending | None) -> bool:
    """`no claim T-4` is a no to several only while that is asked."""
    if said.wish is None:
        return not (isinstance(top, Question) and top.argument == asking.SURE)
    return asking.SURE in said.wish.words and not (isinstance(top, Question) and top.argument == asking.SURE)


async def _corrected(
    context: Context, conversation: Conversation, state: State, correction: steering.Correction, said: _Said
) -> Reply | None:
    """`no, I meant T-43`, of what is open or was done last. A whole command behind the no is done instead."""
    instead = understand(correction.new, context.language, context.shown, context.listed)
    if instead is not None and instead.weight:
        if state.top is not None:
            dialogue.close(conversation, state.top.command)
        said.wish = instead
        return None
    about = state.top or state.done
    if about is None:
        return None
    command = dialogue.command_of(about)
    words = steering.corrected(command, about.words, correction)
    if words is None:
        return None
    said.is_answer = True
    match about:
        case Question():
            return await _asked_again(context, conversation, about, words)
        case Confirmation():
            return asking.confirmed_first(context, conversation, command, words)
        case Done():
            return await _done_otherwise(context, conversation, about, words)


async def _asked_again(context: Context, conversation: Conversation, about: Question, words: dict[str, str]) -> Reply:
    """The same question, with another answer to one before."""
    command = dialogue.command_of(about)
    pinned = dialogue.pinned(command, words, context.heard)
    dialogue.read_arguments(command, pinned, context.heard)
    question = dialogue.ask_for(
        conversation, command, pinned, about.argument, about.language, about.text, about.candidates
    )
    return asking.resumed_alone(context, question)


async def _done_otherwise(context: Context, conversation: Conversation, done: Done, words: dict[str, str]) -> Reply:
    """A change is taken back first, where that is possible; else it is done as well, after a yes."""
    command = dialogue.command_of(done)
    if not command.changes:
        return await _do(context, conversation, command, words)
    last = await activity.last_reversible(context.session, context.actor, context.now)
    if last is None or last.at != done.at:
        proposed = asking.confirmed_first(context, conversation, command, words)
        return replace(proposed, text=f"{context.say('dialogue.not-taken-back')} {proposed.text}")
    undone = await run(context, "undo", {})
    reply = await _do(context, conversation, command, words)
    lead = f"{undone.text} {reply.lead}" if reply.lead else reply.lead
    return replace(reply, text=f"{undone.text} {reply.text}", lead=lead)


def _one_back(context: Context, conversation: Conversation, top: Pending) -> Reply:
    """The answer before is given anew."""
    command = dialogue.command_of(top)
    required = {argument.name for argument in command.arguments if argument.is_required}
    last = next((name for name in reversed(top.words) if name in required), None)
    if last is None:
        return asking.resumed(context, context.reply("dialogue.first-question"), top)
    words = {name: word for name, word in top.words.items() if name != last}
    return asking.asked(context, dialogue.ask_for(conversation, command, words, last, top.language))


async def _to_what_is_open(context: Context, conversation: Conversation, top: Pending, text: str) -> Reply:
    command = dialogue.command_of(top)
    match top:
        case Question():
            return await _do(context, conversation, command, dialogue.fill(top, text, context.heard))
        case Confirmation() if steering.is_yes(text):
            dialogue.close(conversation, top.command)
            return await _do(context, conversation, command, top.words)
        case Confirmation() if steering.is_no(text):
            dialogue.close(conversation, top.command)
            return context.reply("dialogue.what-then")
        case Confirmation():
            bare = steering.Correction(text, None, is_explicit=False)
            words = steering.corrected(command, top.words, bare) if _is_reference(text) else None
            if words is not None:
                return asking.confirmed_first(context, conversation, command, words)
            raise Invalid("dialogue.yes-or-no")


def _is_reference(text: str) -> bool:
    return references.parse(text) is not None


async def _rating(context: Context, text: str) -> Reply | None:
    """A customer's `4` after they were asked."""
    if context.actor.role is not None or context.actor.contact_id is None:
        return None
    rated = await satisfaction.answered(context.session, context.actor, text, context.now)
    if rated is None:
        return None
    kept = await context.session.get_one(satisfaction.Satisfaction, rated.id)
    return context.reply("satisfaction.rated", shown=[rated.ref], ref=rated.ref, rating=kept.rating)


async def _do(context: Context, conversation: Conversation, command: Command, words: Mapping[str, str]) -> Reply:
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


def _not_understood(context: Context, text: str) -> Reply:
    return asking.did_you_mean(context, suggest(text, context.language))


def _refused(context: Context, conversation: Conversation, error: CrmError, *, is_answer: bool) -> Reply:
    """An answer that is no such value leaves the question open; anything else ends it."""
    text = context.say(error.message.id, **error.message.params)
    if isinstance(error, dialogue.Open) and error.command is not None:
        question = dialogue.ask_for(
            conversation, error.command, error.words, error.argument, context.language, text, error.candidates
        )
        tone = Tone.REFUSED if isinstance(error, dialogue.Ambiguous) else Tone.OK
        return replace(asking.asked(context, question), tone=tone)
    top = dialogue.top(conversation)
    if is_answer and top is not None and not isinstance(error, Invalid | NotFound):
        dialogue.close(conversation, top.command)
    return Reply(text, tone=Tone.REFUSED, language=context.language)


def _go_on(context: Context, conversation: Conversation, before: State, reply: Reply) -> Reply:
    """After something else was said or done, what was open before is asked again."""
    after = dialogue.state_of(conversation)
    if after.top is None:
        return reply
    open_before = {one.id for one in before.open}
    if after.top.id in open_before:
        return asking.resumed(context, reply, after.top)
    commands_open = {one.command for one in after.open}
    if len(after.open) == dialogue.OPEN_AT_MOST == len(before.open):
        gone = [one for one in before.open if one.command not in commands_open]
        return asking.let_go(context, reply, gone[0]) if gone else reply
    return reply
