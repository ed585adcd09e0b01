"""What a Rasa server answers, as ours: a server is not trusted to answer sense."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from intents.ask import storable
from intents.rasa import names
from intents.rasa.words import word
from intents.registry import commands
from intents.reply import Choice, Choices, Reply
from intents.understand.examples import OUT_OF_SCOPE
from intents.understand.meant import Meant, Near

_NOTHING_WE_DO = {OUT_OF_SCOPE, names.FALLBACK, names.CANCEL}
_PAYLOAD = re.compile(r"/(?P<intent>[\w.\-]+)(?P<words>\{.*\})?", re.DOTALL)
MOST_MESSAGES = 20
MOST_BUTTONS = 25
LONGEST_TEXT = 8000


class _Intent(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str | None
    confidence: float = Field(ge=0, le=1.0001)


class _Entity(BaseModel):
    model_config = ConfigDict(extra="ignore")

    entity: str
    value: Any


class _Parsed(BaseModel):
    """Of `POST /model/parse`."""

    model_config = ConfigDict(extra="ignore")

    intent: _Intent
    entities: list[_Entity] = []
    intent_ranking: list[_Intent] = []


class _Button(BaseModel):
    model_config = ConfigDict(extra="ignore")

    title: str
    payload: str
    record: str | None = None
    version: int | None = None


class _Message(BaseModel):
    """Of the channel `rest`."""

    model_config = ConfigDict(extra="ignore")

    text: str = ""
    buttons: list[_Button] = []
    image: str | None = None
    attachment: str | None = None


_MESSAGES = TypeAdapter(list[_Message])


def meaning(body: bytes) -> Meant | None:
    """None for an answer that makes no sense, such as an intent that is no command of ours."""
    try:
        parsed = _Parsed.model_validate_json(body)
    except ValidationError:
        return None
    ranked = tuple(
        Near(intent.name, confidence=intent.confidence)
        for intent in parsed.intent_ranking
        if intent.name and intent.name in commands()
    )
    if parsed.intent.name is None or parsed.intent.name in _NOTHING_WE_DO:
        return Meant(None, parsed.intent.confidence, alternatives=ranked)
    command = commands().get(parsed.intent.name)
    if command is None:
        return None
    arguments = {argument.name for argument in command.arguments}
    found = {entity.entity: word(entity.value) for entity in parsed.entities if entity.entity in arguments}
    return Meant(command.name, parsed.intent.confidence, {name: said for name, said in found.items() if said}, ranked)


def messages(body: bytes) -> Reply | None:
    """All that was said, in one reply. None for what are no messages; the text is empty where nothing was said."""
    try:
        said = _MESSAGES.validate_json(body)[:MOST_MESSAGES]
    except ValidationError:
        return None
    text = "\n\n".join(line for message in said for line in _lines(message))[:LONGEST_TEXT]
    choices = [_choice(button) for message in said for button in message.buttons if button.title and button.payload]
    return Reply(text, [Choices(choices[:MOST_BUTTONS])] if choices else [])


def intended(payload: str) -> Meant | None:
    """What one of our own buttons says in Rasa's notation: `/ticket.claim{"ticket": "T-7"}`."""
    found = _PAYLOAD.fullmatch(payload)
    if found is None or found["intent"] not in commands():
        return None
    try:
        words = json.loads(found["words"] or "{}")
    except (ValueError, RecursionError):
        return None
    return Meant(found["intent"], 1.0, {name: said for name, value in words.items() if (said := word(value))})


def _lines(message: _Message) -> Iterator[str]:
    for line in (message.text, message.image, message.attachment):
        if line and line.strip():
            yield storable(line)


def _choice(button: _Button) -> Choice:
    return Choice(storable(button.title), storable(button.payload), record=button.record, version=button.version)
