"""Which tickets are wanted, as people say it: `waiting tagged outage in queue support`."""

from __future__ import annotations

import re

from crm_core.errors import Invalid
from crm_core.support.tickets import Status
from intents.slot import Heard, Slot

_STATUSES = {
    Status.NEW: ("new", "neu", "neue", "neuen"),
    Status.OPEN: ("open", "offen", "in arbeit"),
    Status.WAITING: ("waiting", "wartend", "wartende", "wartenden"),
    Status.ON_HOLD: ("on hold", "on-hold", "held", "zurückgestellt", "zurückgestellte", "zurückgestellten"),
    Status.RESOLVED: ("resolved", "gelöst", "gelöste", "gelösten"),
    Status.CLOSED: ("closed", "geschlossen", "geschlossene", "geschlossenen"),
}
_STATUS_OF = {word: status for status, words in _STATUSES.items() for word in words}
_MINE = ("mine", "my", "meine")
_FREE = ("unassigned", "unclaimed", "free", "freie", "freien")
_BARE = "|".join(sorted((re.escape(word) for word in (*_STATUS_OF, *_MINE, *_FREE)), key=len, reverse=True))
_TAGGED = r"(?:tagged|with\s+tag|mit\s+markierung|mit\s+der\s+markierung)\s+#?([\w\-]{1,40})"
_QUEUED = r"(?:in\s+)?(?:der\s+)?(?:queue|warteschlange)\s+([\w\-]{1,40})"
_OF = r"(?:of|von)\s+([\w.\-]+)"
_WISHES = rf"{_BARE}|{_TAGGED}|{_QUEUED}|{_OF}".replace("([", "(?:[")
_FILTER = rf"(?:{_WISHES})(?:\s+(?:and\s+|und\s+)?(?:{_WISHES}))*"


def _filter(text: str, _heard: Heard) -> dict[str, str]:
    """`waiting tagged outage in queue support`, in any order."""
    left, wanted = text.strip().casefold(), {}
    for name, pattern in (("tag", _TAGGED), ("queue", _QUEUED), ("of", _OF)):
        found = re.search(pattern, left)
        if found is not None:
            wanted[name] = found[1]
            left = left[: found.start()] + left[found.end() :]
    for word in re.findall(rf"\b(?:{_BARE})\b", left):
        if word in _STATUS_OF:
            wanted["status"] = str(_STATUS_OF[word])
        else:
            wanted["whose"] = "mine" if word in _MINE else "nobody"
    if not wanted:
        raise Invalid("ticket.filter-unknown", text=text.strip()[:40])
    return wanted


FILTER = Slot("filter", _FILTER, _filter)
