from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from crm_core.agents import SYSTEM
from crm_core.company import Company
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.support import tickets
from tests import people
from tests.people import NOW
from webhooks import keeping, privacy, retention
from webhooks.complaints import Complaint
from webhooks.runtime import utc_now
from webhooks.settings import Settings

COMPANY_FILE = Path(__file__).parent.parent.parent / "offhook.yml"
ADVERTISING = (Channel.PHONE, Purpose.ADVERTISING)


def _settings(database: Database, file: Path = COMPANY_FILE) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite:///{database.url.database}", offhook_config=file)


@pytest.fixture
async def settings(sqlite_database: Database, tmp_path: Path) -> Settings:
    """A resolved ticket of long ago, and no rule but one for tickets."""
    described = yaml.safe_load(COMPANY_FILE.read_text(encoding="utf-8"))
    described["retention"] = {"tickets": "2 years"}
    file = tmp_path / "offhook.yml"
    file.write_text(yaml.safe_dump(described), encoding="utf-8")
    async with sqlite_database.transaction() as session:
        mira = people.as_actor(await people.add_agent(session))
        greta = await people.add_contact(session)
        before = NOW - timedelta(days=2000)
        ticket = await tickets.open_ticket(session, mira, subject="Oven", contact_id=greta.id, now=before)
        await tickets.claim(session, mira, ticket.id, before)
        await tickets.resolve(session, mira, ticket.id, before)
    return _settings(sqlite_database, file)


async def test_what_would_go_is_shown_and_goes_when_it_is_said_twice(settings: Settings) -> None:
    shown = await retention.show(settings)
    assert "1  tickets, the oldest of 2021-06-02 (T-1 …)" in shown
    with pytest.raises(Complaint, match="removes 1 records for good"):
        await retention.carry_out(settings, confirmed=False)
    assert await retention.carry_out(settings, confirmed=True) == "Removed: tickets 1."
    assert await retention.show(settings) == "Nothing is due. Rules: tickets."
    assert await retention.carry_out(settings, confirmed=True) == "Removed: nothing."


async def test_a_company_without_rules_keeps_everything(settings: Settings, tmp_path: Path) -> None:
    described = yaml.safe_load(COMPANY_FILE.read_text(encoding="utf-8"))
    del described["retention"]
    (tmp_path / "silent.yml").write_text(yaml.safe_dump(described), encoding="utf-8")
    silent = settings.model_copy(update={"offhook_config": tmp_path / "silent.yml"})
    assert await retention.show(silent) == retention.NO_RULES
    assert await retention.carry_out(silent, confirmed=True) == retention.NO_RULES


async def test_a_legal_hold_keeps_a_person_until_it_is_released(settings: Settings) -> None:
    assert await keeping.list_holds(settings) == "Nobody is under legal hold."
    await keeping.hold(settings, "C-1001", "court 3 O 12/26")
    assert "C-1001" in await keeping.list_holds(settings)
    assert "1 more are under legal hold and stay" in await retention.show(settings)
    with pytest.raises(Refused) as refused:
        await privacy.erase(settings, "C-1001", confirmed=True)
    assert refused.value.message.params["reason"] == "court 3 O 12/26"
    with pytest.raises(Refused):
        await keeping.hold(settings, "C-1001", "again")
    assert "court 3 O 12/26" in await keeping.release(settings, "C-1001")
    with pytest.raises(Refused):
        await keeping.release(settings, "C-1001")
    assert "is erased" in await privacy.erase(settings, "C-1001", confirmed=True)


async def test_a_hold_names_a_person_and_a_reason(settings: Settings) -> None:
    with pytest.raises(NotFound):
        await keeping.hold(settings, "C-9", "why")
    with pytest.raises(NotFound):
        await keeping.hold(settings, "T-1", "why")
    with pytest.raises(Invalid):
        await keeping.hold(settings, "C-1001", " ")


async def test_evidence_of_who_is_erased_is_found_by_the_number(
    sqlite_database: Database, settings: Settings, company: Company
) -> None:
    async with sqlite_database.transaction() as session:
        wording = "Ich, Greta Sommer, möchte angerufen werden: 030 23125010"
        now = utc_now()
        await consents.state(session, SYSTEM, 1001, *ADVERTISING, now, is_given=True, wording=wording)
        await consents.use(session, SYSTEM, 1001, *ADVERTISING, now, number="+493023125010")
    assert await keeping.show_evidence(settings, "030 23125010") == "No evidence is kept for this number."
    assert "kept without a name" in await privacy.erase(settings, "C-1001", confirmed=True)
    [kept] = json.loads(await keeping.show_evidence(settings, "030 23125010"))
    assert kept["wording"].startswith("Ich, (…), möchte angerufen werden")
    assert len(kept["uses"]) == 1
    assert "Greta" not in str(kept)
    assert "23125010" not in str(kept)
    assert await keeping.show_evidence(settings, "030 23125011") == "No evidence is kept for this number."
