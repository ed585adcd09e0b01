"""From an ask to a reply: the one way in, for every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, references
from crm_core.agents import Actor
from crm_core.conversation import ChoiceToken, Conversation, chosen, remembered
from crm_core.errors import CrmError, Invalid, NotFound, Refused
from crm_core.message import say
from crm_core.support import satisfaction
from intents import asking, catalogue, dialogue, forms, misunderstood, steering
from intents.amending import Said, steered
from intents.ask import Ask
from intents.carrying_out import carry_out
from intents.dialogue import Confirmation, Pending, Question, State
from intents.registry import Context, commands
from intents.reply import Reply, Tone
from intents.tongues import written_in
from intents.understand.grammar import LONGEST_ASK, Understood, understand
from intents.understand.meant import ASKED_BELOW, CERTAIN, SURE, Meant
from intents.understand.suggest import suggest


async def answer(session: AsyncSession, actor: Actor, ask: Ask, now: datetime) -> Reply:
    """Never raises CrmError: what cannot be done is said. A refused command leaves nothing behind."""
    conversation = await remembered(session, ask.conversation, now)
    dialogue.forget_what_is_old(conversation, now)
    before = dialogue.state_of(conversation)
    wish = _wish(conversation, ask.text, conversation.language or actor.language)
    language = conversation.language or _language(actor, ask, before, wish)
    context = Context(session, actor, ask, language, list(conversation.shown), now, before.listed)
    forgets_ask = _is_to_be_forgotten(before.top, wish) or (wish is None and _may_be_a_secret(ask.meant))
    said = Said(ask.text, wish, is_answer=wish is None, about=before.top.id if before.top is not None else None)
    try:
        async with session.begin_nested():
            reply = await _answer(context, conversation, said)
            await session.flush()
    except CrmError as error:
        await session.refresh(conversation)
        reply = _refused(context, conversation, error, is_answer=said.is_answer)
    reply = _go_on(context, conversation, before, said, reply)
    dialogue.remember_shown(conversation, reply.shown)
    conversation.updated_at = now
    await session.flush()
    return replace(reply, forgets_ask=forgets_ask)


def _language(actor: Actor, ask: Ask, before: State, wish: Understood | None) -> str:
    """Of whoever speaks. A /command is the same word in every language, as a button is: it says nothing of that."""
    if wish is None:
        is_correction = before.done is not None and steering.correction(ask.text) is not None
        about = before.top or (before.done if is_correction else None)
        if about is None and ask.meant is not None:
            return written_in(ask.text, catalogue.languages()) or actor.language
        return about.language if about is not None else actor.language
    return actor.language if ask.text.lstrip().startswith("/") else wish.language


def _is_to_be_forgotten(top: Pending | None, wish: Understood | None) -> bool:
    """Said at once, or as the answer to what was asked."""
    asked = dialogue.command_of(top) if top is not None else None
    command = wish.command if wish is not None else asked
    return command is not None and command.forgets_ask


def _may_be_a_secret(meant: Meant | None) -> bool:
    """`my pin shall be 4711`, in words that no example has."""
    return meant is not None and any(
        one.intent in commands() and commands()[one.intent].forgets_ask for one in meant.alternatives
    )


def _wish(conversation: Conversation, text: str, language: str) -> Understood | None:
    state = dialogue.state_of(conversation)
    understood = understand(text, language, conversation.shown, state.listed)
    if understood is not None and not understood.weight and state.top is not None:
        return None
    return understood


async def _answer(context: Context, conversation: Conversation, said: Said) -> Reply:
    if context.ask.token is None:
        return await _say(context, conversation, said)
    # Until it is known what the button is about.
    said.is_answer = False
    choice = await pressed(context.session, context.ask, context.now)
    if choice.question is not None and not dialogue.bring_up(conversation, choice.question):
        raise Refused("choice.expired")
    said.about = choice.question if choice.question is not None else said.about
    if context.ask.fields and choice.question is not None and not choice.say:
        said.is_answer = True
        return await _submitted(context, conversation, context.ask.fields)
    said.text = choice.say
    said.wish = _wish(conversation, choice.say, context.language)
    said.is_answer = choice.question is not None and said.wish is None
    return await _say(context, conversation, said)


async def pressed(session: AsyncSession, ask: Ask, now: datetime) -> ChoiceToken:
    """The button that was pressed. Raises Refused for one that is too old, another's, or stale."""
    choice = await chosen(session, ask.token or "", now)
    if choice is None or choice.audience not in {None, ask.conversation}:
        raise Refused("choice.expired")
    await _refuse_when_stale(session, choice)
    return choice


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
            return await carry_out(context, conversation, command, {**question.words, **typed})
    except (Invalid, NotFound) as error:
        await context.session.refresh(conversation)
        text = context.say(error.message.id, **error.message.params)
        return asking.to_be_filled_in_again(context, question, typed, {}, text)


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


async def _say(context: Context, conversation: Conversation, said: Said) -> Reply:
    state = dialogue.state_of(conversation)
    if not said.text.strip():
        return asking.asked(context, state.top) if state.top is not None else context.reply("ask.empty")
    if len(said.text) > LONGEST_ASK:
        raise Invalid("text.too-long", limit=LONGEST_ASK)
    amended = await steered(context, conversation, state, said)
    if amended is not None:
        return amended
    if said.wish is not None:
        if _may_be_another(context, said.wish):
            return await _not_understood(context, said.text, said.wish)
        reply = await carry_out(context, conversation, said.wish.command, said.wish.words)
        if said.wish.command.name == "undo" and state.done is not None:
            await misunderstood.undone(context, state.done)
        return reply
    if state.top is not None:
        return await _to_what_is_open(context, conversation, state.top, said)
    return await _rating(context, said.text) or await _as_meant(context, conversation, said.text)


async def _to_what_is_open(context: Context, conversation: Conversation, top: Pending, said: Said) -> Reply:
    command, text = dialogue.command_of(top), said.text
    match top:
        case Question():
            try:
                answered = dialogue.fill(top, text, context.heard)
            except Invalid:
                if not _is_clear(context.ask.meant):
                    raise
                # No answer to what was asked, but a wish of its own.
                said.is_answer = False
                return await _as_meant(context, conversation, text)
            return await carry_out(context, conversation, command, answered)
        case Confirmation() if steering.is_yes(text):
            dialogue.close(conversation, top.command)
            return await carry_out(context, conversation, command, top.words)
        case Confirmation() if steering.is_no(text):
            dialogue.close(conversation, top.command)
            await misunderstood.refused(context, top)
            return context.reply("dialogue.what-then")
        case Confirmation():
            bare = steering.Correction(text, None, is_explicit=False)
            words = steering.corrected(command, top.words, bare) if _is_reference(text) else None
            if words is not None:
                return asking.propose(context, conversation, command, words)
            meant = context.ask.meant
            if meant is not None and meant.intent is not None and meant.confidence >= ASKED_BELOW:
                # Neither a yes nor a no, but another wish.
                said.is_answer = False
                return await _as_meant(context, conversation, text)
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


async def _as_meant(context: Context, conversation: Conversation, text: str) -> Reply:
    """As whoever was asked before the transaction took it. What is not sure is asked, and no change is guessed."""
    meant = context.ask.meant
    command = commands().get(meant.intent or "") if meant is not None else None
    if meant is None or command is None or meant.confidence < ASKED_BELOW:
        return await _not_understood(context, text)
    if command.forgets_ask and meant.confidence < SURE:
        # To offer it would be to keep it.
        return await _not_understood(context, text)
    if not command.changes:
        return await carry_out(context, conversation, command, meant.words)
    said = await misunderstood.masked(context, text, [(command.name, meant.confidence)]) or ""
    if meant.confidence < SURE:
        return asking.propose(context, conversation, command, meant.words, said, meant.confidence)
    reply = await carry_out(context, conversation, command, meant.words)
    dialogue.remember_said(conversation, command, said, meant.confidence)
    return reply


def _is_clear(meant: Meant | None) -> bool:
    return meant is not None and meant.intent is not None and meant.confidence >= SURE


def _may_be_another(context: Context, wish: Understood) -> bool:
    """`calls to Greta no longer allowed` says word by word that they are, to somebody of that name."""
    meant = context.ask.meant
    if meant is None or meant.intent is None or meant.intent == wish.command.name:
        return False
    return wish.takes_any_words and meant.confidence >= CERTAIN


async def _not_understood(context: Context, text: str, wish: Understood | None = None) -> Reply:
    near = context.ask.meant.alternatives if context.ask.meant is not None else ()
    await misunderstood.keep(context, text, guesses=[(one.intent, one.confidence) for one in near])
    known = [(commands()[one.intent], one.words) for one in near if one.intent in commands()]
    meanings = [(command, words) for command, words in known if not command.forgets_ask]
    if wish is not None:
        meanings.append((wish.command, wish.words))
    return asking.did_you_mean(context, meanings or suggest(text, context.language))


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


def _go_on(context: Context, conversation: Conversation, before: State, said: Said, reply: Reply) -> Reply:
    """After something else was said or done, what was open before is asked again."""
    after = dialogue.state_of(conversation)
    if after.top is None or (said.is_answer and after.top.id == said.about):
        return reply
    open_before = {one.id for one in before.open}
    if after.top.id in open_before:
        return asking.resumed(context, reply, after.top)
    commands_open = {one.command for one in after.open}
    if len(after.open) == dialogue.OPEN_AT_MOST == len(before.open):
        gone = [one for one in before.open if one.command not in commands_open]
        return asking.let_go(context, reply, gone[0]) if gone else reply
    return reply
