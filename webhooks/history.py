"""`offhook history FILE`: the audit trail as CSV, for whoever has to look into it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from crm_core import activity, agents, references
from webhooks.complaints import Complaint
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

COLUMNS = ("at (UTC)", "who", "channel", "did", "record", "before", "after", "undone at (UTC)")
# A spreadsheet would run what begins like this.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export(settings: Settings, file: Path, since: date | None, until: date | None) -> str:
    """Days are those of the company's time zone, both included. Raises Complaint for a period that is none."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        zone, today = runtime.company.zone, runtime.clock().astimezone(runtime.company.zone).date()
        first, last = since or date(2000, 1, 1), until or today
        if first > last:
            raise Complaint(f"{first} is after {last}.")
        begin = datetime.combine(first, time.min, zone).astimezone(UTC)
        end = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC)
        steps = 0
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            async with runtime.database.reading() as session:
                async for batch in activity.exported(session, agents.SYSTEM, begin, end):
                    writer.writerows([[harmless(cell) for cell in _row(step)] for step in batch])
                    steps += len(batch)
    return f"{file} holds {steps:,} steps."


def _row(step: activity.Activity) -> list[str]:
    sides = [step.data.get(side) for side in ("before", "after")]
    return [
        f"{step.at:%Y-%m-%d %H:%M:%S}",
        step.actor_name,
        step.channel,
        step.verb,
        references.ref(step.kind, step.record_id),
        *(json.dumps(side, ensure_ascii=False) if side is not None else "" for side in sides),
        f"{step.undone_at:%Y-%m-%d %H:%M:%S}" if step.undone_at else "",
    ]


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
