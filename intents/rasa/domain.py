"""domain.yml: what Rasa knows of the commands. It has no responses: what is said stands in our catalogues, in the
language of each conversation, and the actions say it."""

from __future__ import annotations

from typing import Any

from intents.rasa import names
from intents.registry import commands
from intents.understand.examples import OUT_OF_SCOPE

VERSION = "3.1"
_SESSION_MINUTES = 60


def domain() -> dict[str, Any]:
    return {
        "version": VERSION,
        "intents": [*sorted(commands()), names.CANCEL, OUT_OF_SCOPE],
        "entities": names.slots(),
        "slots": {slot: _slot(slot) for slot in names.slots()},
        "forms": {
            form: {"required_slots": [argument.name for argument in names.required(command)]}
            for form, command in names.forms().items()
        },
        "actions": actions(),
        "session_config": {"session_expiration_time": _SESSION_MINUTES, "carry_over_slots_to_new_session": False},
    }


def actions() -> list[str]:
    """All that our action server carries out."""
    asked = {argument.name for command in names.forms().values() for argument in names.required(command)}
    return [
        *(names.action_of(command) for command in commands().values()),
        *(names.validation_of(command) for command in names.forms().values()),
        *(names.question_of(argument) for argument in sorted(asked)),
        names.NOT_UNDERSTOOD,
        names.CANCELLED,
    ]


def _slot(name: str) -> dict[str, Any]:
    """Filled by its entity, and by any words while it is asked for."""
    mappings: list[dict[str, Any]] = [{"type": "from_entity", "entity": name}]
    asked = [{"active_loop": form, "requested_slot": name} for form in names.asked_in(name)]
    if asked:
        mappings.append({"type": "from_text", "conditions": asked})
    return {"type": "text", "influence_conversation": False, "mappings": mappings}
