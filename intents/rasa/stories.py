"""rules.yml and stories.yml: an intent is its command, and what the command cannot do without is asked for."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any

from intents.rasa import names
from intents.rasa.domain import VERSION
from intents.registry import Command, commands
from intents.understand.examples import OUT_OF_SCOPE


def rules() -> dict[str, Any]:
    aside = [
        _rule("nothing we do", OUT_OF_SCOPE, names.NOT_UNDERSTOOD),
        _rule("not sure enough", names.FALLBACK, names.NOT_UNDERSTOOD),
        _rule("nothing to cancel", names.CANCEL, names.CANCELLED),
    ]
    told = [rule for command in commands().values() for rule in _rules(command)]
    return {"version": VERSION, "rules": [*told, *aside]}


def stories() -> dict[str, Any]:
    """Of each subject, its commands one after the other, where they need nothing to be said with them."""
    bare = [command for command in commands().values() if not names.required(command)]
    ordered = sorted(bare, key=lambda command: (command.subject, command.name))
    told = [
        {"story": f"{one.name}, then {other.name}", "steps": [*_steps(one), *_steps(other)]}
        for _subject, group in groupby(ordered, key=lambda command: command.subject)
        for one, other in pairwise(group)
    ]
    return {"version": VERSION, "stories": told}


def _rules(command: Command) -> list[dict[str, Any]]:
    if not names.required(command):
        return [{"rule": command.name, "steps": _steps(command)}]
    form = names.form_of(command)
    asked = [{"intent": command.name}, {"action": form}, {"active_loop": form}]
    done = [
        {"action": form},
        {"active_loop": None},
        {"slot_was_set": [{"requested_slot": None}]},
        {"action": names.action_of(command)},
    ]
    return [
        {"rule": command.name, "steps": asked},
        {"rule": f"{command.name}, when all is said", "condition": [{"active_loop": form}], "steps": done},
    ]


def _steps(command: Command) -> list[dict[str, str]]:
    return [{"intent": command.name}, {"action": names.action_of(command)}]


def _rule(name: str, intent: str, action: str) -> dict[str, Any]:
    return {"rule": name, "steps": [{"intent": intent}, {"action": action}]}
