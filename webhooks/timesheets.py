"""`offhook hours FILE`: hours worked as CSV, for whoever writes the bills or pays the wages."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from crm_core import agents
from crm_core.projects import hours
from crm_core.projects.hours import Hours
from webhooks.complaints import Complaint
from webhooks.history import harmless
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

COLUMNS = ("day", "who", "minutes", "hours", "on", "note", "billable", "state")


async def export(settings: Settings, file: Path, since: date | None, until: date | None) -> str:
    """Both days are part of it, drafts are not. Raises Complaint for a period that is none."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        today = runtime.clock().astimezone(runtime.company.zone).date()
        first, last = since or date(2000, 1, 1), until or today
        if first > last:
            raise Complaint(f"{first} is after {last}.")
        entries = 0
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            async with runtime.database.reading() as session:
                async for batch in hours.exported(session, agents.SYSTEM, first, last):
                    writer.writerows([[harmless(cell) for cell in _row(entry, name)] for entry, name in batch])
                    entries += len(batch)
    return f"{file} holds {entries:,} entries."


def _row(entry: Hours, name: str) -> list[str]:
    return [
        entry.day.isoformat(),
        name,
        str(entry.minutes),
        f"{entry.minutes / 60:.2f}",
        entry.on,
        entry.note,
        "yes" if entry.billable else "no",
        entry.state,
    ]
