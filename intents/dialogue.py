"""What is open in a conversation, and what was done last. Kept in its row, so that any process can go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from crm_core import references
from crm_core.conversation import Conversation
from crm_core.errors import Refused
from crm_core.message import Message, say
from intents import pointing
from intents.registry import Argument, Command, commands, missing
from intents.slot import Heard
from intents.understand.grammar import clean

SHOWN_AT_MOST = 12
LISTED_AT_MOST = 50
OPEN_AT_MOST = 3
QUESTION_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Question:
    """An argument of a command is asked for. `words` are those that were said, the newest last.

    `text` is the question where it is no usual one, `candidates` (label, and what is said for it) what it offers.
    """

    id: int
    command: str
    words: dict[str, str]
    language: str
    argument: str
    text: str = ""
    candidates: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The whole command is understood, and waits for a yes."""

    id: int
    command: str
    words: dict[str, str]
    language: str


Pending: TypeAlias = Question | Confirmation


@dataclass(frozen=True, slots=True)
class Done:
    """What was carried out last, and when: a change that is reversible bears that moment in the timeline."""

    command: str
    words: dict[str, str]
    language: str
    at: datetime


@dataclass(slots=True)
class State:
    """`open`: the newest last. `asked` counts the questions of this conversation: no two have the same number."""

    open: list[Pending] = field(default_factory=list)
    done: Done | None = None
    listed: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def top(self) -> Pending | None:
        return self.open[-1] if self.open else None


class Open(Refused):
    """An argument is open: `candidates` (label, and what is said for it) are offered, and one press goes on."""

    def __init__(self, argument: str, question: Message, candidates: list[tuple[str, str]]) -> None:
        super().__init__(question.id, **question.params)
        self.argument = argument
        self.candidates = candidates
        self.command: Command | None = None
        self.words: dict[str, str] = {}

    def open_for(self, command: Command, words: Mapping[str, str]) -> None:
        """Asked by a command for an argument of its own. Of two people the one who was looked for is asked for."""
        slots = {argument.name: argument.slot.name for argument in command.arguments}
        if self.argument not in slots:
            alike = [name for name, slot in slots.items() if slot == self.argument]
            sought = [name for name in alike if words.get(name, "")[:60] == self.message.params.get("name")]
            self.argument = next(iter([*sought, *alike]), self.argument)
        self.command = command
        self.words = {name: word for name, word in words.items() if name != self.argument}


class Ambiguous(Open):
    """Several records fit what was said."""

    def __init__(self, argument: str, name: str, candidates: list[tuple[str, str]]) -> None:
        super().__init__(argument, say("contact.several", name=name, count=len(candidates)), candidates)


def state_of(conversation: Conversation) -> State:
    kept = conversation.dialogue
    found = (_pending(one) for one in kept.get("open", []))
    done = kept.get("done")
    return State(
        # A command may be gone since the process that asked was replaced.
        open=[one for one in found if one.command in commands()],
        done=_done(done) if done is not None and done["command"] in commands() else None,
        listed=list(kept.get("listed", [])),
        asked=int(kept.get("asked", 0)),
    )


def keep(conversation: Conversation, state: State) -> None:
    conversation.dialogue = {
        "open": [_kept(one) for one in state.open],
        "done": _kept(state.done) | {"at": state.done.at.isoformat()} if state.done is not None else None,
        "listed": state.listed,
        "asked": state.asked,
    }


def _kept(one: Pending | Done) -> dict[str, Any]:
    """Words as pairs: a database may give the keys of an object in any order."""
    kept = {"command": one.command, "words": [list(pair) for pair in one.words.items()], "language": one.language}
    match one:
        case Question():
            offered = [list(candidate) for candidate in one.candidates]
            return kept | {"id": one.id, "argument": one.argument, "text": one.text, "candidates": offered}
        case Confirmation():
            return kept | {"id": one.id}
        case Done():
            return kept


def _pending(kept: Mapping[str, Any]) -> Pending:
    id, command, language = int(kept["id"]), str(kept["command"]), str(kept["language"])
    words = _pairs(kept["words"])
    if "argument" not in kept:
        return Confirmation(id, command, words, language)
    candidates = [(str(label), str(said)) for label, said in kept["candidates"]]
    return Question(id, command, words, language, str(kept["argument"]), str(kept["text"]), candidates)


def _done(kept: Mapping[str, Any]) -> Done:
    return Done(str(kept["command"]), _pairs(kept["words"]), str(kept["language"]), datetime.fromisoformat(kept["at"]))


def _pairs(kept: Any) -> dict[str, str]:
    return {str(name): str(word) for name, word in kept}


def forget_what_is_old(conversation: Conversation, now: datetime) -> None:
    """Who comes back after lunch and says T-42 does not answer this morning's question."""
    if conversation.updated_at < now - QUESTION_LIFETIME:
        state = state_of(conversation)
        keep(conversation, replace(state, open=[], done=None))


def top(conversation: Conversation) -> Pending | None:
    return state_of(conversation).top


def command_of(pending: Pending | Done) -> Command:
    return commands()[pending.command]


def pinned(command: Command, words: Mapping[str, str], heard: Heard) -> dict[str, str]:
    """What was pointed at by its reference, since other things may be shown before it is done. Raises Open for words
    that may mean several; what cannot be told here stays as it was said.
    """
    found = dict(words)
    slots = {argument.name: argument.slot for argument in command.arguments}
    for name, word in words.items():
        slot = slots[name]
        if slot.name not in {*references.KINDS, pointing.ANY} or not pointing.points(word, slot.name):
            continue
        refs = pointing.meant(word, slot.name, heard.shown, heard.listed)
        if len(refs) == 1 and (not slot.is_free or refs[0] == heard.shown[0]):
            found[name] = refs[0]
        elif len(refs) > 1 and not slot.is_free:
            raise Open(name, say("dialogue.which-of", names=", ".join(refs)), [(ref, ref) for ref in refs])
    return found


def read_arguments(command: Command, words: Mapping[str, str], heard: Heard) -> dict[str, object]:
    """The typed values of what was said. Raises Invalid for words that are none."""
    slots = {argument.name: argument.slot for argument in command.arguments}
    return {name: slots[name].read(text, heard) for name, text in words.items()}


def ask_for(
    conversation: Conversation,
    command: Command,
    words: Mapping[str, str],
    argument: str,
    language: str,
    text: str = "",
    candidates: Sequence[tuple[str, str]] = (),
) -> Question:
    """The language of the question is also the one of the answer: `T-42` alone tells none."""
    state = state_of(conversation)
    id, said = state.asked + 1, dict(words)
    question = Question(id, command.name, said, language, argument, text, list(candidates))
    _put_on_top(conversation, state, question)
    return question


def confirm(conversation: Conversation, command: Command, words: Mapping[str, str], language: str) -> Confirmation:
    state = state_of(conversation)
    confirmation = Confirmation(state.asked + 1, command.name, dict(words), language)
    _put_on_top(conversation, state, confirmation)
    return confirmation


def _put_on_top(conversation: Conversation, state: State, pending: Pending) -> None:
    """In the place of whatever is open of the same command; of too many the oldest is let go."""
    others = [one for one in state.open if one.command != pending.command]
    keep(conversation, replace(state, open=[*others, pending][-OPEN_AT_MOST:], asked=pending.id))


def close(conversation: Conversation, command: str) -> None:
    """Whatever is open of that command."""
    state = state_of(conversation)
    if any(one.command == command for one in state.open):
        keep(conversation, replace(state, open=[one for one in state.open if one.command != command]))


def bring_up(conversation: Conversation, id: int) -> bool:
    """To the top, as the one that is answered now. False when it is not open any more."""
    state = state_of(conversation)
    found = next((one for one in state.open if one.id == id), None)
    if found is None:
        return False
    if found is not state.top:
        keep(conversation, replace(state, open=[*(one for one in state.open if one.id != id), found]))
    return True


def fill(question: Question, text: str, heard: Heard) -> dict[str, str]:
    """The words with `text` as the answer. Raises Invalid when it is no such value: the question stays open."""
    command = command_of(question)
    slot = next(argument.slot for argument in command.arguments if argument.name == question.argument)
    words = {**question.words, question.argument: text if slot.is_free else clean(text)}
    read_arguments(command, words, heard)
    return words


def next_question(
    conversation: Conversation, command: Command, words: Mapping[str, str], language: str
) -> Argument | None:
    """Notes the next missing argument, or that nothing is missing any more."""
    argument = missing(command, words)
    if argument is None:
        close(conversation, command.name)
    else:
        ask_for(conversation, command, words, argument.name, language)
    return argument


def remember_done(
    conversation: Conversation, command: Command, words: Mapping[str, str], language: str, now: datetime
) -> None:
    """Nothing of what is to be forgotten."""
    done = None if command.forgets_ask else Done(command.name, dict(words), language, now)
    keep(conversation, replace(state_of(conversation), done=done))


def remember_shown(conversation: Conversation, references: list[str]) -> None:
    if references:
        kept = [reference for reference in conversation.shown if reference not in references]
        conversation.shown = [*references, *kept][:SHOWN_AT_MOST]
    if len(references) > 1:
        keep(conversation, replace(state_of(conversation), listed=references[:LISTED_AT_MOST]))
