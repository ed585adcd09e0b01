from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from crm_core.company import Company
from crm_core.db import Database
from tests.intents.extensions import parking
from tests.journeys.stage import Stage, set_stage
from tests.webhooks.rasa.rasa_server import RasaServer
from webhooks import connect, doctor
from webhooks.serve import build_runtime
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent
COMPANY_FILE = ROOT / "offhook.yml"


def _settings(folder: Path, **given: object) -> Settings:
    chosen = {"database_url": f"sqlite:///{folder / 'new.db'}", "offhook_config": COMPANY_FILE, **given}
    return Settings(_env_file=None, **chosen)  # type: ignore[arg-type]


async def _said(settings: Settings, capsys: pytest.CaptureFixture[str], *, live: bool = False) -> tuple[bool, str]:
    healthy = await doctor.examine(settings, live=live)
    return healthy, capsys.readouterr().out


async def test_a_new_machine_is_told_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    healthy, said = await _said(_settings(tmp_path), capsys)
    assert not healthy
    assert "✗ database       SQLite is at revision none: run `offhook migrate`." in said
    assert "✗ address        PUBLIC_BASE_URL is not set" in said
    assert "○ transcriber    is off; OFFHOOK_TRANSCRIBER_URL has voicemails written out" in said
    assert "○ Slack          is off; SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET turn it on" in said


async def test_rasa_is_off_until_it_has_an_address_or_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _healthy, said = await _said(_settings(tmp_path), capsys)
    assert "○ Rasa           is off; RASA_URL has a Rasa server understand people" in said
    told = {"rasa_url": "http://127.0.0.1:5005", "rasa_action_token": SecretStr("t")}
    _healthy, said = await _said(_settings(tmp_path, **told), capsys)
    assert "✓ Rasa           is set: http://127.0.0.1:5005 understands people, actions at http://127.0.0.1:" in said
    _healthy, said = await _said(_settings(tmp_path, **told, rasa_mode="drive"), capsys)
    assert "http://127.0.0.1:5005 leads the conversations" in said


async def test_a_rasa_server_is_asked_whether_it_has_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with RasaServer() as rasa:
        settings = _settings(tmp_path, rasa_url=rasa.url, public_base_url=rasa.url)
        _healthy, said = await _said(settings, capsys, live=True)
        assert f"✓ Rasa           {rasa.url} answers with offhook.tar.gz" in said
        rasa.model = None
        healthy, said = await _said(settings, capsys, live=True)
    assert not healthy
    assert "has no model loaded" in said


async def test_a_broken_company_file_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "offhook.yml"
    broken.write_text("name: [", encoding="utf-8")
    healthy, said = await _said(_settings(tmp_path, offhook_config=broken), capsys)
    assert (healthy, "✗ company file" in said) == (False, True)


async def test_a_store_without_its_keys_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    described = COMPANY_FILE.read_text(encoding="utf-8").replace("storage: database", "storage: s3")
    (tmp_path / "offhook.yml").write_text(described, encoding="utf-8")
    file = tmp_path / "offhook.yml"
    _healthy, said = await _said(_settings(tmp_path, offhook_config=file, offhook_s3_bucket="b"), capsys)
    assert "✗ files          offhook.yml wants them in S3" in said
    keys = {"offhook_s3_endpoint": "https://s3.example.com", "offhook_s3_access_key": "a"}
    secret = SecretStr("s")
    whole = _settings(tmp_path, offhook_config=file, offhook_s3_bucket="b", offhook_s3_secret_key=secret, **keys)
    _healthy, said = await _said(whole, capsys)
    assert "✓ files          lie in https://s3.example.com/b" in said


async def test_half_a_channel_and_a_plain_address_are_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = _settings(tmp_path, slack_bot_token=SecretStr("xoxb-1"), public_base_url="http://crm.example.com")
    _healthy, said = await _said(half, capsys)
    assert "✗ Slack          is half set: SLACK_SIGNING_SECRET is missing" in said
    assert "is not https" in said


async def test_a_server_without_people_is_told_how_to_invite(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{sqlite_database.url.database}"
    _healthy, said = await _said(_settings(tmp_path, database_url=url), capsys)
    assert "offhook agents invite YOUR-NAME --role admin" in said


async def test_a_database_out_of_reach_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = _settings(tmp_path, database_url="postgresql://offhook:geheim@127.0.0.1:1/offhook")
    healthy, said = await _said(nowhere, capsys)
    assert "PostgreSQL does not answer" in said
    assert (healthy, "geheim" in said) == (False, False)


@pytest.fixture
async def stage(sqlite_database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(sqlite_database, company) as found:
        yield found


def _of(stage: Stage) -> Settings:
    url = f"sqlite:///{stage.runtime.database.url.database}"
    return stage.runtime.settings.model_copy(update={"database_url": url, "offhook_config": COMPANY_FILE})


async def test_live_proves_the_way_there_and_back(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    settings = _of(stage)
    await connect.telegram(settings, dry=False)
    _healthy, said = await _said(settings, capsys, live=True)
    assert "✓ round trip     " in said
    assert "takes a request signed for it" in said
    assert "✓ Slack          speaks as" in said
    assert "✓ Telegram       @" in said
    assert "✓ Twilio         +493023125100 calls this server" in said
    assert "✓ transcriber    whisper-1 at http://127.0.0.1:" in said
    assert "/v1 listens" in said
    assert stage.violations() == []


async def test_live_says_what_points_elsewhere(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.telegram.webhook_url = "https://elsewhere.example.com/telegram"
    stage.twilio.numbers["+493023125100"].voice_url = "https://elsewhere.example.com"
    healthy, said = await _said(_of(stage), capsys, live=True)
    assert not healthy
    assert "✗ Telegram" in said
    assert "run `offhook connect telegram`" in said
    assert "✗ Twilio         +493023125100 calls https://elsewhere.example.com: run `offhook connect twilio`" in said


async def test_live_says_which_token_is_wrong(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: dict[str, object] = {"offhook_transcriber_key": SecretStr("sk-wrong")}
    wrong |= {"slack_bot_token": SecretStr("xoxb-wrong"), "telegram_bot_token": SecretStr("7654321098:" + "z" * 35)}
    healthy, said = await _said(_of(stage).model_copy(update=wrong), capsys, live=True)
    assert not healthy
    assert "✗ Slack" in said
    assert "invalid_auth" in said
    assert "✗ Telegram" in said
    assert "✗ transcriber    the transcriber answered 401 (invalid_api_key)" in said
    assert "z" * 35 not in said
    assert "sk-wrong" not in said


@pytest.mark.usefixtures("own_commands")
async def test_commands_of_the_companys_own_are_named_and_faulty_ones_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = parking.write(tmp_path / "my_commands")
    broken = parking.module(folder, "import nothing_of_that_name\n")
    file = parking.company_file(tmp_path, commands="my_commands")
    healthy, said = await _said(_settings(tmp_path, offhook_config=file), capsys)
    assert not healthy
    assert f"✓ own commands   parking.free, parking.price: {folder}" in said
    assert f"✗ own commands   {broken}:1: ModuleNotFoundError" in said


async def test_a_language_of_the_company_without_a_folder_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = _settings(tmp_path)
    _healthy, said = await _said(plain, capsys)
    assert "languages" not in said
    runtime = build_runtime(plain)
    runtime.company = runtime.company.model_copy(update={"languages": ["de", "fr"]})
    try:
        [finding] = doctor._languages(runtime)
    finally:
        await runtime.database.close()
    assert finding.text == "fr has no folder: it is answered in English. See `offhook language check fr`."
