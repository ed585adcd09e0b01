"""What is written is read back by a reader of our own, which follows the RFC and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webhooks.icalendar import Event, calendar

BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=200)


def read(document: bytes) -> list[tuple[str, str]]:
    """Content lines, unfolded; asserts what every reader may rely on."""
    assert document.endswith(b"\r\n")
    physical = document[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    assert all(line.decode("utf-8") is not None for line in physical)
    logical: list[bytes] = []
    for line in physical:
        if line.startswith(b" "):
            logical[-1] += line[1:]
        else:
            logical.append(line)
    pairs = [line.decode("utf-8").partition(":") for line in logical]
    return [
        (name, re.sub(r"\\(.)", lambda mark: "\n" if mark[1] in "nN" else mark[1], value)) for name, _, value in pairs
    ]


@given(TEXTS, TEXTS)
def test_whatever_is_written_is_read_back(summary: str, description: str) -> None:
    event = Event("task-1@example.com", BEGIN, BEGIN + timedelta(minutes=15), summary, BEGIN, description)
    lines = read(calendar("Mira", [event]))
    assert lines[0] == ("BEGIN", "VCALENDAR")
    assert lines[-1] == ("END", "VCALENDAR")
    assert ("SUMMARY", summary) in lines
    assert ("DESCRIPTION", description) in lines or not description
    assert [name for name, _ in lines].count("BEGIN") == 2


def test_a_customers_words_begin_no_property() -> None:
    event = Event("t@x", BEGIN, BEGIN, "Boiler\r\nATTENDEE:mailto:x@example.com\rEND:VEVENT\u2028URL:x\x00", BEGIN)
    names = [name for name, _ in read(calendar("Mira", [event]))]
    assert names.count("END") == 2
    assert not {"ATTENDEE", "URL"} & set(names)


def test_times_are_utc() -> None:
    lines = read(calendar("Mira", [Event("t@x", BEGIN, BEGIN + timedelta(hours=1), "A", BEGIN)]))
    assert ("DTSTART", "20261123T100000Z") in lines
    assert ("DTEND", "20261123T110000Z") in lines
