"""iCalendar (RFC 5545): as much of it as a feed of events needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_LINE = 75
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """`uid` is the same whenever the event is written; `changed_at` tells a reader whether it has to look again."""

    uid: str
    begins: datetime
    ends: datetime
    summary: str
    changed_at: datetime
    description: str = ""


def calendar(name: str, events: Iterable[Event]) -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Offhook//Offhook//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(event: Event) -> list[str]:
    described = [f"DESCRIPTION:{escaped(event.description)}"] if event.description else []
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{_utc(event.changed_at)}",
        f"LAST-MODIFIED:{_utc(event.changed_at)}",
        f"DTSTART:{_utc(event.begins)}",
        f"DTEND:{_utc(event.ends)}",
        f"SUMMARY:{escaped(event.summary)}",
        *described,
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """A TEXT value. What customers wrote cannot end the line and begin a property of its own."""
    plain = re.sub(r"\r\n?|[\u0085\u2028\u2029]", "\n", text)
    marked = re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", r"\n")
    return _CONTROL.sub("", marked)


def folded(line: str) -> bytes:
    """At most 75 octets a line, without the break; a character of several octets is never torn apart."""
    pieces: list[bytes] = [b""]
    for character in line:
        octets = character.encode("utf-8", "replace")
        # A line that goes on begins with a space, which counts.
        room = LONGEST_LINE if len(pieces) == 1 else LONGEST_LINE - 1
        if len(pieces[-1]) + len(octets) > room:
            pieces.append(b"")
        pieces[-1] += octets
    return b"\r\n ".join(pieces) + b"\r\n"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
