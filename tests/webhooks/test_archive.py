from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound
from crm_core.privacy.privacy import ERASED
from tests.people import NOW
from webhooks import administration, archive, files, keeping, privacy
from webhooks.complaints import Complaint
from webhooks.demo import company as sample
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"


def _settings(folder: Path, name: str) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite:///{folder / name}", offhook_config=COMPANY_FILE)


@pytest.fixture
async def settings(tmp_path: Path, company: Company) -> Settings:
    settings = _settings(tmp_path, "first.db")
    await administration.migrate(settings)
    database = Database(settings.database_url, company)
    async with database.transaction() as session:
        await sample.fill(session, NOW)
    await database.close()
    return settings


async def test_a_backup_is_restored_and_its_outbox_released_by_a_person(settings: Settings, tmp_path: Path) -> None:
    file, other = tmp_path / "monday.offhook", _settings(tmp_path, "second.db")
    assert "tickets 6" in await archive.backup(settings, file)
    await administration.migrate(other)
    assert "offhook outbox release" in await archive.restore(other, file)
    assert "Held since" in await archive.show_outbox(other)
    assert (await archive.release_outbox(other)).startswith("Released")
    assert (await archive.show_outbox(other)).endswith("Not held.")
    assert await archive.release_outbox(other) == "The outbox was not held."


async def test_a_backup_never_overwrites_a_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    with pytest.raises(Complaint, match="never overwrites"):
        await archive.backup(settings, tmp_path / "there")


async def test_a_company_moves_to_another_database(settings: Settings, tmp_path: Path) -> None:
    other = _settings(tmp_path, "second.db")
    with pytest.raises(Invalid):
        await archive.copy(settings, other.database_url)
    await administration.migrate(other)
    assert "tickets 6" in await archive.copy(settings, other.database_url)
    assert await administration.list_agents(other) == await administration.list_agents(settings)


async def test_a_database_is_not_copied_onto_itself(settings: Settings) -> None:
    with pytest.raises(Complaint, match="itself"):
        await archive.copy(settings, settings.database_url)


async def test_who_was_erased_since_the_backup_stays_erased(settings: Settings, tmp_path: Path) -> None:
    file, listed = tmp_path / "monday.offhook", tmp_path / "erasures.json"
    await archive.backup(settings, file)
    await privacy.erase(settings, "C-1001", confirmed=True)
    assert "names 1 erasures" in await keeping.export_erasures(settings, listed)
    assert "Greta" not in listed.read_text(encoding="utf-8")
    with pytest.raises(Invalid):
        await archive.restore(settings, file)
    with pytest.raises(Complaint, match="empties the database"):
        await archive.restore(settings, file, replaces=True)
    assert "Erased again, as they were since the backup: 1." in await archive.restore(
        settings, file, replaces=True, confirmed=True
    )
    await _is_erased(settings, tmp_path / "greta.json")


async def test_a_list_of_erasures_is_carried_out_on_another_machine(settings: Settings, tmp_path: Path) -> None:
    file, listed, other = tmp_path / "monday.offhook", tmp_path / "erasures.json", _settings(tmp_path, "second.db")
    await archive.backup(settings, file)
    await privacy.erase(settings, "C-1001", confirmed=True)
    await keeping.export_erasures(settings, listed)
    await administration.migrate(other)
    assert "Erased again" in await archive.restore(other, file, listed)
    await _is_erased(other, tmp_path / "greta.json")
    second = tmp_path / "tuesday.offhook"
    await archive.backup(other, second)
    assert "Erased again" not in await archive.restore(other, second, listed, replaces=True, confirmed=True)


async def test_what_is_no_list_of_erasures_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('[{"contact": 1}]', encoding="utf-8")
    for name in ("bad.json", "missing.json"):
        with pytest.raises(Complaint, match="no list"):
            await archive.restore(settings, tmp_path / "monday.offhook", tmp_path / name)


async def test_files_come_back_with_a_backup_and_are_handed_to_their_person(settings: Settings, tmp_path: Path) -> None:
    photo, out = tmp_path / "oven.png", tmp_path / "again.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(700_000))
    assert "oven.png is F-1 on T-1 (image/png" in await files.attach(settings, "T-1", photo)
    await archive.backup(settings, tmp_path / "monday.offhook")
    other = _settings(tmp_path, "second.db")
    await administration.migrate(other)
    await archive.restore(other, tmp_path / "monday.offhook")
    assert "oven.png" in await files.list_files(other, "T-1")
    await files.get(other, "F-1", out)
    assert out.read_bytes() == photo.read_bytes()
    with pytest.raises(Complaint, match="nothing is overwritten"):
        await files.get(other, "F-1", out)
    with pytest.raises(NotFound):
        await files.get(other, "T-1", tmp_path / "none")
    with pytest.raises(Complaint, match="cannot be read"):
        await files.attach(other, "T-1", tmp_path / "none")
    assert "1 files lie in" in await privacy.export(other, "C-1001", tmp_path / "greta.html")
    assert (tmp_path / "greta.html.files" / "F-1 oven.png").read_bytes() == photo.read_bytes()


async def _is_erased(settings: Settings, file: Path) -> None:
    await privacy.export(settings, "C-1001", file)
    known = _read(file)
    assert known["contact"][0]["name"] == ERASED
    assert known["phone_number"] == []


def _read(file: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(file.read_text(encoding="utf-8"))
    return found
