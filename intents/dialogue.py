"""A half-asked command: which argument is missing, and what `it` refers to. Kept in the conversation's row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm_core.conversation import Conversation
from crm_core.errors import Refused
from crm_core.message import Message, say
from intents.registry import Argument, Command, commands, missing
from intents.slot import Heard

SHOWN_AT_MOST = 12
QUESTION_LIFETIME = timedelta(minutes=30)
_CANCEL = {"cancel", "never mind", "stop", "abbrechen", "abbruch", "vergiss es", "egal"}


class Open(Refused):
    """An argument is open: `candidates` (label, and what is said for it) are offered, and one press goes on."""

    def __init__(self, argument: str, question: Message, candidates: list[tuple[str, str]]) -> None:
        super().__init__(question.id, **question.params)
        self.argument = argument
        self.candidates = candidates
        self.command: Command | None = None
        self.words: dict[str, str] = {}


class Ambiguous(Open):
    """Several records fit what was said."""

    def __init__(self, argument: str, name: str, candidates: list[tuple[str, str]]) -> None:
        super().__init__(argument, say("contact.several", name=name, count=len(candidates)), candidates)


def forget_old_question(conversation: Conversation, now: datetime) -> None:
    """Who comes back after lunch and says T-42 does not answer this morning's question."""
    if conversation.updated_at < now - QUESTION_LIFETIME:
        conversation.pending = None


def cancels(text: str) -> bool:
    return text.strip().casefold().rstrip("!.") in _CANCEL


def read_arguments(command: Command, words: Mapping[str, str], heard: Heard) -> dict[str, object]:
    """The typed values of what was said. Raises Invalid for words that are none."""
    slots = {argument.name: argument.slot for argument in command.arguments}
    return {name: slots[name].read(text, heard) for name, text in words.items()}


def ask_for(
    conversation: Conversation, command: Command, words: Mapping[str, str], argument: str, language: str
) -> None:
    """The language of the question is also the one of the answer: `T-42` alone tells none."""
    conversation.pending = {"command": command.name, "words": dict(words), "argument": argument, "language": language}


def language_of_question(conversation: Conversation) -> str | None:
    return str(conversation.pending["language"]) if conversation.pending is not None else None


def half_asked(conversation: Conversation) -> Command | None:
    """The command that a question is open for."""
    pending: dict[str, Any] | None = conversation.pending
    return commands().get(pending["command"]) if pending is not None else None


def fill(conversation: Conversation, text: str, heard: Heard) -> tuple[Command, dict[str, str]] | None:
    """The half-asked command with `text` as its answer; None when nothing was asked.

    Raises Invalid when the text is no such value: the question stays open.
    """
    pending: dict[str, Any] | None = conversation.pending
    command = half_asked(conversation)
    if pending is None or command is None:
        return None
    words = {**pending["words"], pending["argument"]: text}
    read_arguments(command, words, heard)
    return command, words


def next_question(
    conversation: Conversation, command: Command, words: Mapping[str, str], language: str
) -> Argument | None:
    """Notes the next missing argument, or that nothing is missing any more."""
    argument = missing(command, words)
    if argument is None:
        conversation.pending = None
    else:
        ask_for(conversation, command, words, argument.name, language)
    return argument


def remember_shown(conversation: Conversation, references: list[str]) -> None:
    if references:
        kept = [reference for reference in conversation.shown if reference not in references]
        conversation.shown = [*references, *kept][:SHOWN_AT_MOST]
