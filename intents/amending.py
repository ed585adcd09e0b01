"""What is said about the conversation itself: a no, a cancel, one step back, `no, I meant T-43`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crm_core import activity
from crm_core.conversation import Conversation
from intents import asking, dialogue, steering
from intents.carrying_out import carry_out
from intents.dialogue import Confirmation, Done, Pending, Question, State
from intents.registry import Context, run
from intents.reply import Reply
from intents.understand.grammar import Understood, understand


@dataclass(slots=True)
class Said:
    """`wish` is the command that was said; None when there is none, or when a bare `T-42` answers a question.

    `is_answer`: to what is open, and nothing else; `about` is the question that it may answer.
    """

    text: str
    wish: Understood | None
    is_answer: bool
    about: int | None


async def steered(context: Context, conversation: Conversation, state: State, said: Said) -> Reply | None:
    """What is said about the conversation itself; None for anything else."""
    top = state.top
    is_answered = said.is_answer and context.ask.token is not None
    is_no = steering.is_no(said.text) or steering.cancels(said.text)
    if top is None and said.wish is None and is_no and context.actor.role is not None:
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


def _may_be_corrected(said: Said, top: Pending | None) -> bool:
    """`no claim T-4` is a no to several only while that is asked."""
    if said.wish is None:
        return not (isinstance(top, Question) and top.argument == asking.SURE)
    return asking.SURE in said.wish.words and not (isinstance(top, Question) and top.argument == asking.SURE)


async def _corrected(
    context: Context, conversation: Conversation, state: State, correction: steering.Correction, said: Said
) -> Reply | None:
    """`no, I meant T-43`, of what is open or was done last. A whole command behind the no is done instead."""
    instead = understand(correction.new, context.language, context.shown, context.listed)
    if instead is not None and instead.weight:
        if state.top is not None:
            dialogue.close(conversation, state.top.command)
        said.wish, said.is_answer = instead, False
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
            return asking.propose(context, conversation, command, words)
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
        return await carry_out(context, conversation, command, words)
    last = await activity.last_reversible(context.session, context.actor, context.now)
    if last is None or last.at != done.at:
        proposed = asking.propose(context, conversation, command, words)
        return replace(proposed, text=f"{context.say('dialogue.not-taken-back')} {proposed.text}")
    undone = await run(context, "undo", {})
    reply = await carry_out(context, conversation, command, words)
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
