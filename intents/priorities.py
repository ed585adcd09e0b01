"""How urgent something is, as people say it: with a problem they report, and of a ticket that is there."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from crm_core.support.tickets import Priority
from intents.slot import Heard, Slot
from intents.words import meaning, pattern

_BEHIND = r"\s+(?:priority|priorität|prioritaet)"


def _priority(text: str, _heard: Heard) -> Priority:
    return Priority(meaning("priority", text) or Priority.NORMAL)


def _level(text: str, _heard: Heard) -> Priority:
    found = meaning("level", re.sub(f"{_BEHIND}$", "", text.strip(), flags=re.IGNORECASE))
    if found is None:
        raise Invalid("ticket.level-unknown", text=text.strip()[:40])
    return Priority(found)


PRIORITY = Slot("priority", pattern("priority"), _priority)
LEVEL = Slot("level", f"(?:{pattern('level')})(?:{_BEHIND})?", _level)
