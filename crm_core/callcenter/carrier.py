"""What the carrier reports about a call or leg: in any order, any number of times, with one result."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

# Not a time order alone: of two final reports the higher wins whichever came first, so that any order ends the same.
RANK: dict[str, int] = {
    "queued": 0,
    "initiated": 1,
    "ringing": 2,
    "in-progress": 3,
    "busy": 4,
    "no-answer": 5,
    "failed": 6,
    "canceled": 7,
    "completed": 8,
}
FIRST_FINAL = RANK["busy"]


class Reported(Protocol):
    carrier_status: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_seconds: int | None


def apply(record: Reported, status: str, at: datetime, duration: int | None) -> bool:
    """True when this report made the record final; a late or repeated one changes nothing it should not.

    `status` must be a key of RANK. `at` is the carrier's own time of the event.
    """
    was_final = is_final(record)
    if record.carrier_status is None or RANK[status] > RANK[record.carrier_status]:
        record.carrier_status = status
    if status == "in-progress":
        record.answered_at = min(at, record.answered_at or at)
    if RANK[status] >= FIRST_FINAL:
        record.ended_at = min(at, record.ended_at or at)
    if status == "completed" and duration and record.answered_at is None and record.ended_at is not None:
        # The report of the answer was lost.
        record.answered_at = record.ended_at - timedelta(seconds=duration)
    if duration is not None:
        record.duration_seconds = max(duration, record.duration_seconds or 0)
    return is_final(record) and not was_final


def is_final(record: Reported) -> bool:
    return record.carrier_status is not None and RANK[record.carrier_status] >= FIRST_FINAL
