from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from bot import terminal
from crm_core.db import Database
from tests import people
from tests.people import NOW
from webhooks import history
from webhooks.complaints import Complaint
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"


@pytest.fixture
async def settings(sqlite_database: Database) -> Settings:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
    for text in ("open ticket =1+1", "claim T-1", "undo"):
        await terminal.ask(sqlite_database, "Mira", text, NOW)
    url = f"sqlite:///{sqlite_database.url.database}"
    return Settings(_env_file=None, database_url=url, offhook_config=COMPANY_FILE)


async def test_every_step_is_in_the_file(settings: Settings, tmp_path: Path) -> None:
    said = await history.export(settings, tmp_path / "audit.csv", NOW.date(), NOW.date())
    with (tmp_path / "audit.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == history.COLUMNS
    assert said == f"{tmp_path / 'audit.csv'} holds {len(rows)} steps."
    claimed = next(row for row in rows if row[3] == "ticket.claimed")
    assert claimed[:5] == ["2026-11-23 10:00:00", "Mira Okafor", "terminal", "ticket.claimed", "T-1"]
    assert ('"status": "new"' in claimed[5], '"status": "open"' in claimed[6]) == (True, True)
    assert claimed[7] == "2026-11-23 10:00:00"


async def test_only_the_days_that_were_asked_for(settings: Settings, tmp_path: Path) -> None:
    said = await history.export(settings, tmp_path / "audit.csv", date(2026, 11, 24), date(2026, 11, 30))
    assert said.endswith("holds 0 steps.")
    with pytest.raises(Complaint):
        await history.export(settings, tmp_path / "audit.csv", date(2026, 11, 24), date(2026, 11, 23))
