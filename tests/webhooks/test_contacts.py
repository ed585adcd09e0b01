from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm_core.contacts.contacts import Contact
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.imports import ImportRun
from crm_core.contacts.tokens import ContactToken
from crm_core.db import Database
from webhooks import contacts
from webhooks.complaints import Complaint
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"
SHEET = """Vorname;Nachname;Firma;Telefon;Lieblingsfarbe
Greta;Sommer;Bäckerei Süß;030 23125010;rot
Paul;Winter;;none;blau
"""
PEOPLE = 6000


def _settings(database: Database) -> Settings:
    url = database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)
    return Settings(_env_file=None, database_url=url, offhook_config=COMPANY_FILE)


async def test_a_look_first_then_the_import_and_its_errors(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(SHEET, encoding="cp1252")
    looked = await contacts.take_in(_settings(database), file, [], confirmed=False, update=False, again=False)
    assert "Telefon → phone, Lieblingsfarbe → left out" in looked
    assert "1 would be added: Greta Sommer" in looked
    assert "Nothing was written." in looked
    done = await contacts.take_in(_settings(database), file, [], confirmed=True, update=False, again=False)
    assert "1 added, 0 updated, 0 skipped." in done
    errors = (tmp_path / "people.csv.errors.csv").read_text(encoding="utf-8-sig")
    assert errors.splitlines() == [
        "line,what is wrong,Vorname,Nachname,Firma,Telefon,Lieblingsfarbe",
        "3,“none” is no phone number.,Paul,Winter,,none,blau",
    ]


async def test_what_was_refused_is_corrected_and_imported(sqlite_database: Database, tmp_path: Path) -> None:
    settings = _settings(sqlite_database)
    sheet, cards = tmp_path / "a.csv", tmp_path / "a.vcf"
    sheet.write_text(SHEET.replace("blau", "=blau"), encoding="utf-8")
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Otto Stein\nN:Stein;Otto;;;\nTEL:none\nNOTE:Ruft nie an\nEND:VCARD\n"
    cards.write_text(card, encoding="utf-8")
    for file, refused in ((sheet, "a.csv.errors.csv"), (cards, "a.vcf.errors.vcf")):
        await contacts.take_in(settings, file, [], confirmed=True, update=False, again=False)
        left = tmp_path / refused
        looked = await contacts.take_in(settings, left, [], confirmed=False, update=False, again=False)
        assert "1 row is refused" in looked
        assert "what is wrong" not in looked
        left.write_text(left.read_text("utf-8-sig").replace("none", "030 23125011", 2), encoding="utf-8")
        again = tmp_path / f"{refused}.errors{left.suffix}"
        assert again.read_text("utf-8-sig").upper().count("NO PHONE NUMBER") == 1, "the old complaint is gone"
        assert "1 added" in await contacts.take_in(settings, left, [], confirmed=True, update=False, again=False)
    async with sqlite_database.transaction() as session:
        found = {one.name: one for one in await session.scalars(select(Contact))}
    assert set(found) == {"Greta Sommer", "Bäckerei Süß", "Paul Winter", "Otto Stein"}
    assert found["Otto Stein"].note == "Ruft nie an"


async def test_one_bad_line_or_card_spoils_no_other(sqlite_database: Database, tmp_path: Path) -> None:
    sheet, cards = tmp_path / "a.csv", tmp_path / "a.vcf"
    sheet.write_text("Name;Anrede\nGreta Sommer;Frau Dr.\nPaul Winter;Hochwürden\n", encoding="utf-8")
    whole = "BEGIN:VCARD\nVERSION:3.0\nFN:{}\nN:{};;;;\nEND:VCARD\n"
    cards.write_text(whole.format("Ida", "Ida") + "BEGIN:VCARD\nthis is none\n" + whole.format("Otto", "Otto"), "utf-8")
    settings = _settings(sqlite_database)
    said = await contacts.take_in(settings, sheet, [], confirmed=True, update=False, again=False)
    assert "1 row is refused" in said
    assert "1 added" in said
    said = await contacts.take_in(settings, cards, [], confirmed=True, update=False, again=False)
    assert "1 row is refused" in said
    assert "2 added" in said
    async with sqlite_database.transaction() as session:
        greta = await session.get_one(Contact, 1001)
    assert (greta.salutation, greta.title) == ("ms", "Dr.")


async def test_what_was_exported_can_be_imported(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(SHEET, encoding="utf-8")
    await contacts.take_in(_settings(sqlite_database), file, [], confirmed=True, update=False, again=False)
    for name in ("out.csv", "out.vcf"):
        out = tmp_path / name
        assert "holds 2 contacts" in await contacts.hand_out(_settings(sqlite_database), out, None)
        looked = await contacts.take_in(_settings(sqlite_database), out, [], confirmed=False, update=False, again=False)
        assert "0 would be added" in looked
        assert "2 are there already" in looked


@pytest.mark.parametrize(
    ("name", "content", "chosen", "said"),
    [
        ("a.csv", "Farbe\nrot\n", [], "No column is a name"),
        ("a.csv", "Name\nGreta\n", ["Name"], "maps nothing"),
        ("b.csv", None, [], "cannot be read"),
    ],
)
async def test_what_is_no_list_of_contacts_is_one_sentence(
    sqlite_database: Database, tmp_path: Path, name: str, content: str | None, chosen: list[str], said: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(Complaint, match=said):
        await contacts.take_in(_settings(sqlite_database), file, chosen, confirmed=False, update=False, again=False)


async def test_an_import_that_is_killed_goes_on_and_nothing_is_there_twice(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    lines = (f"Person {n};p{n}@example.de" for n in range(PEOPLE))
    file.write_text("\n".join(["Name;E-Mail", *lines]), encoding="utf-8")
    settings = _settings(database)
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "OFFHOOK_CONFIG": str(COMPANY_FILE)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "webhooks.cli", "contacts", "import", str(file), "--yes",
        env=environment, cwd=COMPANY_FILE.parent, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    while await _done(database) == 0:
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    cut_off_at = await _done(database)
    said = await contacts.take_in(settings, file, [], confirmed=True, update=False, again=False)
    assert f"Going on after {cut_off_at:,} rows." in said
    async with database.transaction() as session:
        for model in (Contact, EmailAddress):
            assert await session.scalar(select(func.count()).select_from(model)) == PEOPLE
        holders = select(func.count(ContactToken.contact_id.distinct()))
        assert await session.scalar(holders) == PEOPLE


async def _done(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.max(ImportRun.done))) or 0
