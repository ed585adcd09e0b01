from __future__ import annotations

from pathlib import Path

import pytest

from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import Invalid
from tests.people import NOW
from webhooks import administration, archive
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
