"""How urgent something is, as people say it: with a problem they report, and of a ticket that is there."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from crm_core.support.tickets import Priority
from intents.slot import Heard, Slot

_PRIORITIES = {
    Priority.URGENT: ("urgent", "emergency", "dringend", "dringendes", "dringende", "notfall"),
    Priority.HIGH: ("high priority", "important", "wichtig", "wichtiges"),
    Priority.LOW: ("low priority", "unwichtig", "unwichtiges"),
}


def _priority(text: str, _heard: Heard) -> Priority:
    wanted = text.strip().casefold()
    return next((priority for priority, words in _PRIORITIES.items() if wanted in words), Priority.NORMAL)


_LEVELS = {
    Priority.URGENT: ("urgent", "dringend", "very urgent", "sehr dringend"),
    Priority.HIGH: ("high", "important", "hoch", "hohe", "wichtig"),
    Priority.NORMAL: (
        "normal", "normale", "medium", "mittel", "mittlere", "not urgent", "no longer urgent", "nicht dringend",
        "nicht mehr dringend",
    ),
    Priority.LOW: ("low", "unimportant", "not important", "niedrig", "niedrige", "unwichtig"),
}  # fmt: skip
_LEVEL_OF = {word: level for level, words in _LEVELS.items() for word in words}


def _level(text: str, _heard: Heard) -> Priority:
    wanted = re.sub(r"\s+(?:priority|priorität)$", "", " ".join(text.casefold().split()))
    if wanted not in _LEVEL_OF:
        raise Invalid("ticket.level-unknown", text=text.strip()[:40])
    return _LEVEL_OF[wanted]


PRIORITY = Slot("priority", "|".join(word for words in _PRIORITIES.values() for word in words), _priority)
LEVEL = Slot("level", rf"(?:{'|'.join(_LEVEL_OF)})(?:\s(?:priority|priorität))?", _level)
