"""A reply as the messages of an action: text, and buttons whose payload Rasa takes for the intent that they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from intents.rasa.turn import Turn
from intents.registry import Command
from intents.reply import Choice, Choices, Reply
from intents.understand.grammar import understand


class Dispatcher(CollectingDispatcher):  # type: ignore[misc]
    """Carries the turn to the action that Rasa's executor calls. Without a turn nothing is done."""

    def __init__(self, turn: Turn | None) -> None:
        super().__init__()
        self.turn = turn

    def answer(self, turn: Turn, reply: Reply) -> None:
        self.utter_message(text=reply.text, buttons=list(_buttons(turn, reply)))


def _buttons(turn: Turn, reply: Reply) -> Iterator[dict[str, Any]]:
    for part in reply.parts:
        if isinstance(part, Choices):
            for choice in part.choices:
                yield _button(turn, choice)


def _button(turn: Turn, choice: Choice) -> dict[str, Any]:
    """`record` and `version` come back with it, so that a stale press is noticed."""
    understood = understand(choice.say, turn.context.language, turn.context.shown)
    said = choice.say if understood is None else payload(understood.command, understood.words)
    drawn = {"record": choice.record, "version": choice.version} if choice.record is not None else {}
    return {"title": choice.label, "payload": said, **drawn}


def payload(command: Command, words: Mapping[str, str]) -> str:
    """Rasa takes it for the intent itself: no classifier is asked."""
    return f"/{command.name}{json.dumps(dict(words), ensure_ascii=False) if words else ''}"
