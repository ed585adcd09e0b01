"""What it costs to open a ticket: the row, its history, its promises, its card and its words, in one commit."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from crm_core.agents import SYSTEM
from crm_core.contacts import contacts
from crm_core.db import Database
from crm_core.support import tickets
from tests.benchmarks.row import Row
from tests.benchmarks.times import Times

WARM_UP = 100
OPENED = 1000
SUBJECTS = (
    "Heizung im Verkaufsraum bleibt kalt",
    "Boiler pressure keeps dropping over night",
    "Aufzug Haus 3: Lüftung brummt nachts",
    "Rechnung 2026-1183 fehlt eine Position",
)
STORY = "Seit gestern Abend. Der Hausmeister hat den Druck geprüft und nachgefüllt, es hilft nur für eine Stunde."


async def measure(kind: str, database: Database) -> list[Row]:
    now, times = datetime.now(UTC), Times()
    async with database.transaction() as session:
        contact = await contacts.add_contact(session, SYSTEM, name="Greta Sommer", phone="030 23125010", now=now)
    for number in range(WARM_UP + OPENED):
        subject = f"{SUBJECTS[number % len(SUBJECTS)]} {number}"
        started = time.perf_counter()
        async with database.transaction() as session:
            await tickets.open_ticket(
                session, SYSTEM, subject=subject, description=STORY, contact_id=contact.id, now=now
            )
        if number >= WARM_UP:
            times.each.append((time.perf_counter() - started) * 1000)
    return [Row(f"open-ticket {kind}", times.p50, "ms p50"), Row(f"open-ticket {kind}", times.p99, "ms p99")]
