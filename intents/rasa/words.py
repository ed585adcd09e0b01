"""What Rasa holds for a slot or an entity, as the words that were said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intents.ask import storable
from intents.registry import Command
from intents.understand.grammar import LONGEST_ASK


def words_of(command: Command, slots: Mapping[str, Any]) -> dict[str, str]:
    found = {argument.name: word(slots.get(argument.name)) for argument in command.arguments}
    return {name: said for name, said in found.items() if said}


def word(value: object) -> str:
    """Of several that were heard the last one, as Rasa does; "" for nothing that could be words."""
    if isinstance(value, list):
        return word(value[-1]) if value else ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return storable(str(value)).strip()[:LONGEST_ASK]
    return ""
