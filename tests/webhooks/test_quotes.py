from __future__ import annotations

from pathlib import Path

import pytest

from bot import terminal
from crm_core.db import Database
from crm_core.errors import NotFound
from tests import people
from tests.people import NOW
from webhooks import quotes
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"


@pytest.fixture
async def settings(sqlite_database: Database) -> Settings:
    async with sqlite_database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
        await people.add_contact(session, "Greta <b>Sommer</b>", organisation="Bäckerei & Sohn")
    for text in (
        "add deal Wärmepumpe <3 for Greta 12000",
        "quote for D-1",
        "add 1 heat-pump to Q-1",
        "add 2 <script>alert(1)</script> at 10 to Q-1",
        "add 1 handbook to Q-1",
    ):
        await terminal.ask(sqlite_database, "Mira", text, NOW)
    url = f"sqlite:///{sqlite_database.url.database}"
    return Settings(_env_file=None, database_url=url, offhook_config=COMPANY_FILE)


async def test_a_quote_is_a_page_in_the_customers_language(settings: Settings, tmp_path: Path) -> None:
    said = await quotes.write(settings, "Q-1", tmp_path / "quote.html")
    page = (tmp_path / "quote.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert said.endswith("quote.html is Q-1. Open it in a browser and print it to PDF.")
    assert 'lang="de"' in page
    assert "<h1>Angebot Q-1</h1>" in page
    assert "size: A4" in page
    assert "MwSt. 19 % auf 11.500,00 €" in page
    assert "MwSt. 7 % auf 29,90 €" in page
    assert "13.716,99 €" in page
    assert "Bäckerei &amp; Sohn" in page
    assert "Wir freuen uns auf Ihren Auftrag." in page
    assert "Entwurf" in page


async def test_what_was_sent_is_no_draft(settings: Settings, sqlite_database: Database, tmp_path: Path) -> None:
    await terminal.ask(sqlite_database, "Mira", "send Q-1", NOW)
    await quotes.write(settings, "Q-1", tmp_path / "quote.html")
    assert "Entwurf" not in (tmp_path / "quote.html").read_text(encoding="utf-8")


async def test_what_people_wrote_is_text(settings: Settings, tmp_path: Path) -> None:
    await quotes.write(settings, "1", tmp_path / "quote.html")
    page = (tmp_path / "quote.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("ref", ["Q-9", "D-1", "nonsense"])
async def test_a_quote_that_is_not_there_is_said(settings: Settings, tmp_path: Path, ref: str) -> None:
    with pytest.raises(NotFound):
        await quotes.write(settings, ref, tmp_path / "quote.html")
