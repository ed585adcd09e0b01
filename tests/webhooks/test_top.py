"""`offhook top`: the floor in a terminal."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_core.agents import Presence
from crm_core.callcenter import presence
from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import NotFound
from tests import people
from tests.crm_core.callcenter.stage import Floor
from webhooks import top
from webhooks.cli import app
from webhooks.complaints import Complaint
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent


def _settings(database: Database) -> Settings:
    url = database.url.render_as_string(hide_password=False)
    return Settings(_env_file=None, database_url=url, offhook_config=ROOT / "offhook.yml")


async def _busy(database: Database, company: Company) -> Floor:
    # Missed calls are those of the last week, and what is printed is printed now.
    floor = Floor(database, company, now=datetime.now(UTC) - timedelta(minutes=5))
    floor.rule(routing="longest-idle")
    async with database.transaction() as session:
        await people.add_contact(session, phone="+493023125011")
    gone = await floor.caller("+493023125011")
    floor.later(30)
    await floor.hang_up(gone)
    await floor.hire("Mira Okafor")
    await floor.caller()
    await floor.press_one("Mira Okafor")
    jonas = await floor.hire("Jonas Weber")
    async with database.transaction() as session:
        await presence.set_presence(session, jonas, Presence.AWAY, floor.now, reason="\x1b[31mdentist\x07")
    await floor.caller("+493023125012")
    return floor


async def _shown(database: Database, *arguments: str) -> str:
    """As a script reads it."""
    settings = _settings(database)
    environment = {
        "DATABASE_URL": settings.database_url,
        "OFFHOOK_CONFIG": str(settings.offhook_config),
        "COLUMNS": "100",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }
    ran = await asyncio.to_thread(CliRunner().invoke, app, ["top", "--once", *arguments], env=environment)
    assert ran.exit_code == 0, ran.output
    return ran.output


async def test_the_floor_is_printed_once(database: Database, company: Company) -> None:
    await _busy(database, company)
    shown = await _shown(database, "--language", "en")
    for line in ("Nordlicht Haustechnik", "Waiting", "Service level", "Support", "Missed call"):
        assert line in shown
    rows = [row.split() for row in shown.splitlines()]
    assert ["Mira", "Okafor", "●", "on", "a", "call", "CALL-2"] in [[*row[:6], row[-1]] for row in rows if row]
    assert any(row[:2] == ["CALL-1", "Greta"] for row in rows)
    assert "Nordlicht Haustechnik" in await _shown(database)
    assert "Warteschlange" in await _shown(database)


async def test_what_somebody_wrote_does_not_steer_the_terminal(sqlite_database: Database, company: Company) -> None:
    await _busy(sqlite_database, company)
    shown = await _shown(sqlite_database)
    assert "dentist" in shown
    assert "\x1b[31m" not in shown
    assert "\x07" not in shown


async def test_figures_about_oneself_are_shown_to_oneself(sqlite_database: Database, company: Company) -> None:
    await _busy(sqlite_database, company)
    assert "Calls today" not in await _shown(sqlite_database, "--language", "en")
    shown = await _shown(sqlite_database, "--language", "en", "--as", "Mira")
    assert "Calls today" in shown


async def test_an_empty_house_is_shown_as_well(database: Database) -> None:
    assert "–" in await _shown(database)


async def test_a_language_that_nobody_speaks_and_a_colleague_whom_nobody_knows(sqlite_database: Database) -> None:
    with pytest.raises(Complaint, match="fr is not among the languages"):
        await top.top(_settings(sqlite_database), None, "fr", once=True)
    with pytest.raises(NotFound):
        await top.top(_settings(sqlite_database), "Nobody", None, once=True)
