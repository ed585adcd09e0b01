from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from bot import terminal
from crm_core.db import Database
from tests import people
from tests.people import NOW
from webhooks import timesheets
from webhooks.complaints import Complaint
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"


@pytest.fixture
async def settings(sqlite_database: Database) -> Settings:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
    for text in ("add task Wiring", "log 1:30 on TASK-1 =HYPERLINK(1)", "log 45 min on TASK-1 2026-11-20: plans"):
        await terminal.ask(sqlite_database, "Mira", text, NOW)
    url = f"sqlite:///{sqlite_database.url.database}"
    return Settings(_env_file=None, database_url=url, offhook_config=COMPANY_FILE)


async def test_hours_are_in_the_file_by_day_and_start_no_formula(settings: Settings, tmp_path: Path) -> None:
    said = await timesheets.export(settings, tmp_path / "hours.csv", date(2026, 11, 20), NOW.date())
    with (tmp_path / "hours.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == timesheets.COLUMNS
    assert said == f"{tmp_path / 'hours.csv'} holds 2 entries."
    assert rows == [
        ["2026-11-20", "Mira Okafor", "45", "0.75", "TASK-1", "plans", "yes", "logged"],
        ["2026-11-23", "Mira Okafor", "90", "1.50", "TASK-1", "'=HYPERLINK(1)", "yes", "logged"],
    ]


async def test_a_period_that_is_none_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Complaint):
        await timesheets.export(settings, tmp_path / "hours.csv", date(2026, 11, 24), date(2026, 11, 23))
