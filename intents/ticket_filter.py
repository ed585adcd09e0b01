"""Which tickets are wanted, as people say it: `waiting tagged outage in queue support`."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from intents.slot import Heard, Slot
from intents.words import meaning, pattern

_MINE = ("mine", "my", "meine")
_FREE = ("unassigned", "unclaimed", "free", "freie", "freien")
_BARE = "|".join([pattern("status"), *sorted((*_MINE, *_FREE), key=len, reverse=True)])
_TAGGED = r"(?:tagged|with\s+tag|mit\s+markierung|mit\s+der\s+markierung)\s+#?([\w\-]{1,40})"
_QUEUED = r"(?:in\s+)?(?:der\s+)?(?:queue|warteschlange)\s+([\w\-]{1,40})"
_OF = r"(?:of|von)\s+([\w.\-]+)"
_WISHES = rf"{_BARE}|{_TAGGED}|{_QUEUED}|{_OF}".replace("([", "(?:[")
_FILTER = rf"(?:{_WISHES})(?:\s+(?:and\s+|und\s+)?(?:{_WISHES}))*"


def _filter(text: str, _heard: Heard) -> dict[str, str]:
    """`waiting tagged outage in queue support`, in any order."""
    left, wanted = text.strip().casefold(), {}
    for name, sought in (("tag", _TAGGED), ("queue", _QUEUED), ("of", _OF)):
        found = re.search(sought, left)
        if found is not None:
            wanted[name] = found[1]
            left = left[: found.start()] + left[found.end() :]
    for word in re.findall(rf"\b(?:{_BARE})\b", left):
        status = meaning("status", word)
        if status is not None:
            wanted["status"] = status
        else:
            wanted["whose"] = "mine" if word in _MINE else "nobody"
    if not wanted:
        raise Invalid("ticket.filter-unknown", text=text.strip()[:40])
    return wanted


FILTER = Slot("filter", _FILTER, _filter)
