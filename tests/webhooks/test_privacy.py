from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import terminal
from crm_core.db import Database
from crm_core.errors import NotFound
from crm_core.message import say
from crm_core.privacy.holdings import holdings
from crm_core.privacy.person import Person
from intents.catalogue import languages, render
from tests import people
from tests.people import NOW
from webhooks import privacy
from webhooks.complaints import Complaint
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"


@pytest.fixture
async def settings(sqlite_database: Database) -> Settings:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
        await people.add_contact(session, "Greta <b>Sommer</b>")
    await terminal.ask(sqlite_database, "Mira", "open ticket Oven is cold for Greta", NOW)
    url = f"sqlite:///{sqlite_database.url.database}"
    return Settings(_env_file=None, database_url=url, offhook_config=COMPANY_FILE)


async def test_everything_is_handed_over_as_json_or_as_a_page(settings: Settings, tmp_path: Path) -> None:
    await privacy.export(settings, "C-1001", tmp_path / "greta.json")
    known = json.loads((tmp_path / "greta.json").read_text(encoding="utf-8"))
    assert known["contact"][0]["name"] == "Greta <b>Sommer</b>"
    await privacy.export(settings, "1001", tmp_path / "greta.html")
    page = (tmp_path / "greta.html").read_text(encoding="utf-8")
    assert "Greta &lt;b&gt;Sommer&lt;/b&gt;" in page
    assert "<b>" not in page
    assert 'lang="de"' in page
    assert "Telefonnummern (1)" in page


async def test_who_is_to_be_forgotten_is_named_twice(settings: Settings) -> None:
    with pytest.raises(Complaint, match="erases C-1001 for good"):
        await privacy.erase(settings, "C-1001", confirmed=False)
    assert "C-1001 is erased" in await privacy.erase(settings, "C-1001", confirmed=True)


@pytest.mark.parametrize("ref", ["C-9", "T-1", "Greta", ""])
async def test_who_is_not_there_is_said(settings: Settings, tmp_path: Path, ref: str) -> None:
    with pytest.raises(NotFound):
        await privacy.export(settings, ref, tmp_path / "nobody.json")
    assert not (tmp_path / "nobody.json").exists()


def test_every_table_of_a_person_has_a_heading() -> None:
    for name in holdings(Person(1, "Greta")):
        for language in languages():
            assert render(say(f"privacy.{name}"), language, ZoneInfo("UTC"))
