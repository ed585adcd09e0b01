import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from telegram.error import InvalidToken

from bot.fakes.telegram import FakeTelegram
from crm_core.errors import NotFound
from telephony.simulator import FakeTwilio, NumberConfig
from tests.contracts import telegram as telegram_contract
from tests.contracts import twilio as twilio_contract
from webhooks import connect
from webhooks.complaints import Complaint
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent
BASE_URL = "https://crm.example.com"
LINE = "+493023125100"
OTHER_LINE = "+493023125199"
BOT_TOKEN, SECRET = "1234567890:" + "A" * 35, "webhook-secret"


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio("AC" + "0" * 32, "twilio-auth-token") as network:
        network.numbers[LINE] = NumberConfig("https://old.example.com/voice")
        network.numbers[OTHER_LINE] = NumberConfig("https://elsewhere.example.com/voice")
        yield network


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(BOT_TOKEN, "an old secret") as service:
        yield service


def _settings(**more: Any) -> Settings:
    chosen = {"public_base_url": BASE_URL, "offhook_config": ROOT / "offhook.yml", **more}
    return Settings(_env_file=None, **chosen)


def _twilio_settings(twilio: FakeTwilio, **more: Any) -> Settings:
    account = {"twilio_account_sid": twilio.account_sid, "twilio_auth_token": SecretStr(twilio.auth_token)}
    return _settings(**account, twilio_api_url=twilio.api_url, **more)


def _telegram_settings(telegram: FakeTelegram, token: str = BOT_TOKEN) -> Settings:
    secrets = {"telegram_bot_token": SecretStr(token), "telegram_webhook_secret": SecretStr(SECRET)}
    return _settings(**secrets, telegram_api_url=telegram.api_url)


async def test_twilio_s_addresses_are_printed_without_an_account() -> None:
    said = await connect.twilio(_settings(), dry=True)
    for path in ("voice", "fallback", "status"):
        assert f"{BASE_URL}/twilio/{path}" in said


async def test_printing_twilio_s_addresses_asks_nothing_of_twilio(twilio: FakeTwilio) -> None:
    await connect.twilio(_twilio_settings(twilio), dry=True)
    assert twilio.requests == []


async def test_the_company_s_number_is_pointed_at_this_server(twilio: FakeTwilio) -> None:
    said = await connect.twilio(_twilio_settings(twilio), dry=False)
    assert said.startswith(f"{LINE} now calls this server")
    assert twilio.numbers[LINE] == NumberConfig(
        f"{BASE_URL}/twilio/voice", f"{BASE_URL}/twilio/fallback", f"{BASE_URL}/twilio/status"
    )
    assert twilio.numbers[OTHER_LINE].voice_url == "https://elsewhere.example.com/voice"


async def test_what_twilio_is_asked_fits_its_contract(twilio: FakeTwilio) -> None:
    await connect.twilio(_twilio_settings(twilio), dry=False)
    asked = [(request.method, request.path, request.form) for request in twilio.requests]
    assert [method for method, _path, _form in asked] == ["GET", "POST"]
    assert [twilio_contract.check(*request) for request in asked] == [[], []]


async def test_another_number_is_pointed_when_it_is_named(twilio: FakeTwilio) -> None:
    await connect.twilio(_twilio_settings(twilio, twilio_number=OTHER_LINE), dry=False)
    assert twilio.numbers[OTHER_LINE].voice_url == f"{BASE_URL}/twilio/voice"
    assert twilio.numbers[LINE].voice_url == "https://old.example.com/voice"


async def test_a_number_of_somebody_else_is_not_found(twilio: FakeTwilio) -> None:
    with pytest.raises(NotFound) as refused:
        await connect.twilio(_twilio_settings(twilio, twilio_number="+493023125177"), dry=False)
    assert refused.value.message.id == "phone.not-owned"


async def test_a_wrong_twilio_token_is_one_sentence(twilio: FakeTwilio) -> None:
    wrong = _twilio_settings(twilio).model_copy(update={"twilio_auth_token": SecretStr("wrong")})
    with pytest.raises(Complaint, match="Twilio"):
        await connect.twilio(wrong, dry=False)


async def test_telegram_s_address_is_printed_without_a_bot() -> None:
    said = await connect.telegram(_settings(), dry=True)
    assert f"{BASE_URL}/telegram" in said
    assert "TELEGRAM_WEBHOOK_SECRET" in said


async def test_printing_telegram_s_address_asks_nothing_and_shows_no_secret(telegram: FakeTelegram) -> None:
    said = await connect.telegram(_telegram_settings(telegram), dry=True)
    assert telegram.calls == []
    assert SECRET not in said


async def test_the_bot_s_webhook_and_secret_are_registered(telegram: FakeTelegram) -> None:
    said = await connect.telegram(_telegram_settings(telegram), dry=False)
    assert said == f"@offhook_bot now sends its messages to {BASE_URL}/telegram."
    assert (telegram.webhook.url, telegram.webhook.secret) == (f"{BASE_URL}/telegram", SECRET)
    assert telegram.webhook.allowed_updates == ["message", "callback_query"]


async def test_what_telegram_is_asked_fits_its_contract(telegram: FakeTelegram) -> None:
    await connect.telegram(_telegram_settings(telegram), dry=False)
    assert [telegram_contract.check(call.method, call.arguments) for call in telegram.calls] == [[]] * 2
    assert [call.method for call in telegram.calls] == ["getMe", "setWebhook"]


async def test_a_wrong_bot_token_is_one_sentence_without_the_token(telegram: FakeTelegram) -> None:
    wrong = "1234567890:" + "B" * 35
    with pytest.raises(Complaint, match="Telegram") as refused:
        await connect.telegram(_telegram_settings(telegram, wrong), dry=False)
    assert isinstance(refused.value.__cause__, InvalidToken)
    assert wrong not in str(refused.value)
    assert telegram.webhook.url == ""


def test_slack_s_manifest_is_json_to_paste() -> None:
    said = connect.slack(_settings())
    manifest, read = json.JSONDecoder().raw_decode(said)
    address = f"{BASE_URL}/slack/events"
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert manifest["settings"]["interactivity"]["request_url"] == address
    assert [command["url"] for command in manifest["features"]["slash_commands"]] == [address]
    for named in ("api.slack.com/apps", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        assert named in said[read:]


@pytest.mark.parametrize("dry", [True, False])
async def test_without_a_public_address_nothing_is_connected(dry: bool) -> None:
    homeless = _settings(public_base_url="")
    with pytest.raises(Complaint, match="PUBLIC_BASE_URL"):
        await connect.twilio(homeless, dry=dry)
    with pytest.raises(Complaint, match="PUBLIC_BASE_URL"):
        await connect.telegram(homeless, dry=dry)
    with pytest.raises(Complaint, match="PUBLIC_BASE_URL"):
        connect.slack(homeless)


@pytest.mark.parametrize("half", [{}, {"twilio_account_sid": "AC" + "0" * 32}])
async def test_twilio_is_not_connected_without_its_account(half: dict[str, str]) -> None:
    with pytest.raises(Complaint, match="TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"):
        await connect.twilio(_settings(**half), dry=False)


@pytest.mark.parametrize("half", [{}, {"telegram_bot_token": SecretStr(BOT_TOKEN)}])
async def test_telegram_is_not_connected_without_its_bot(half: dict[str, SecretStr]) -> None:
    with pytest.raises(Complaint, match="TELEGRAM_BOT_TOKEN and TELEGRAM_WEBHOOK_SECRET"):
        await connect.telegram(_settings(**half), dry=False)
