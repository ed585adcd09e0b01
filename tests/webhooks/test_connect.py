from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree

from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import NotFound
from tests.contracts import location, twiml
from tests.journeys.stage import LINE, Stage, set_stage
from webhooks import connect
from webhooks.complaints import Complaint
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PUBLIC = "https://crm.example.com"


@pytest.fixture
async def settings(sqlite_database: Database, company: Company) -> AsyncIterator[tuple[Stage, Settings]]:
    async with set_stage(sqlite_database, company) as stage:
        changed = {"offhook_config": ROOT / "offhook.yml", "public_base_url": PUBLIC}
        yield stage, stage.runtime.settings.model_copy(update=changed)


def _plain(**given: object) -> Settings:
    chosen = {"offhook_config": ROOT / "offhook.yml", **given}
    return Settings(_env_file=None, **chosen)  # type: ignore[arg-type]


async def test_the_number_is_pointed_at_this_server(settings: tuple[Stage, Settings]) -> None:
    stage, chosen = settings
    said = await connect.twilio(chosen, fallback="https://bins.example.com/1", dry=False)
    assert said.startswith(f"{LINE} now calls this server")
    config = stage.twilio.numbers[LINE]
    assert config.voice_url == f"{PUBLIC}/twilio/voice"
    assert config.fallback_url == "https://bins.example.com/1"
    assert config.status_callback == f"{PUBLIC}/twilio/status"
    assert stage.violations() == []


async def test_a_number_of_somebody_else_is_refused(settings: tuple[Stage, Settings]) -> None:
    _stage, chosen = settings
    with pytest.raises(NotFound):
        await connect.twilio(chosen.model_copy(update={"twilio_number": "+493023125999"}), dry=False)


async def test_printing_changes_nothing_and_shows_the_last_resort(settings: tuple[Stage, Settings]) -> None:
    stage, chosen = settings
    before = stage.twilio.numbers[LINE].voice_url
    said = await connect.twilio(chosen, dry=True)
    assert f"{PUBLIC}/twilio/voice" in said
    assert "<Hangup />" in said
    assert stage.twilio.numbers[LINE].voice_url == before


async def test_a_fallback_has_to_be_https() -> None:
    with pytest.raises(Complaint, match="no https address"):
        await connect.twilio(_plain(public_base_url=PUBLIC), fallback="http://x", dry=True)


async def test_the_bot_gets_its_webhook_and_secret(settings: tuple[Stage, Settings]) -> None:
    stage, chosen = settings
    said = await connect.telegram(chosen, dry=False)
    assert said.endswith(f"now sends its messages to {PUBLIC}/telegram.")
    assert (stage.telegram.webhook.url, stage.telegram.webhook.secret) == (f"{PUBLIC}/telegram", "webhook-secret")
    assert stage.violations() == []


def test_the_manifest_can_be_pasted() -> None:
    said = connect.slack(_plain(public_base_url=PUBLIC))
    document, end = json.JSONDecoder().raw_decode(said)
    jsonschema.validate(document, location.load("slack/manifest.schema.json"))
    assert f"{PUBLIC}/slack/events" in json.dumps(document)
    assert "SLACK_SIGNING_SECRET" in said[end:]


async def test_without_an_address_nothing_can_be_connected() -> None:
    for work in (connect.twilio(_plain(), dry=True), connect.telegram(_plain(), dry=True)):
        with pytest.raises(Complaint, match="PUBLIC_BASE_URL"):
            await work
    with pytest.raises(Complaint, match="PUBLIC_BASE_URL"):
        connect.slack(_plain())


async def test_without_tokens_only_printing_works() -> None:
    bare = _plain(public_base_url=PUBLIC)
    with pytest.raises(Complaint, match="TWILIO_ACCOUNT_SID"):
        await connect.twilio(bare, dry=False)
    with pytest.raises(Complaint, match="TELEGRAM_BOT_TOKEN"):
        await connect.telegram(bare, dry=False)
    assert f"{PUBLIC}/telegram" in await connect.telegram(bare, dry=True)


async def test_the_last_resort_is_written_to_a_file_and_needs_nothing(tmp_path: Path) -> None:
    nowhere = _plain(database_url="postgresql://offhook@127.0.0.1:1/offhook")
    said = connect.twilio_document(nowhere, tmp_path / "fallback.xml")
    assert "offhook connect twilio --fallback URL" in said
    written = (tmp_path / "fallback.xml").read_text(encoding="utf-8")
    assert twiml.check(written) == []
    document: Any = etree.fromstring(written.encode())
    assert [say.get("language") for say in document.iter("Say")] == ["de-DE", "en-US"]
    assert all("Nordlicht Haustechnik" in say.text for say in document.iter("Say"))
    assert document[-1].tag == "Hangup"
    asked = {name for verb in document.iter() for name in verb.attrib if name.lower().endswith(("action", "url"))}
    assert asked == set(), "it asks this server for nothing"


async def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Complaint, match="cannot be written: No such file or directory"):
        connect.twilio_document(_plain(), tmp_path / "nowhere" / "fallback.xml")
