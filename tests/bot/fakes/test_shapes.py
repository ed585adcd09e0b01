"""What the stand-ins deliver and answer has the shape that the platforms publish."""

import json
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.fakes.slack import FakeSlack
from bot.fakes.telegram import FakeTelegram
from tests.contracts import slack as slack_contract
from tests.contracts import telegram as telegram_contract
from tests.contracts.location import load

# Sent by Enterprise Grid, or replaced by `authorizations` long ago.
NOT_EVERYWHERE = {"enterprise_id", "enterprise_name", "authed_users"}


def missing_keys(published: Any, ours: Any, where: str = "") -> list[str]:
    """Keys of a published payload that ours lacks, at any depth."""
    if isinstance(published, list) and isinstance(ours, list):
        return [line for one, other in zip(published, ours, strict=False) for line in missing_keys(one, other, where)]
    if not isinstance(published, dict) or not isinstance(ours, dict):
        return []
    found = [f"{where}.{key}" for key in published.keys() - ours.keys() - NOT_EVERYWHERE]
    for key in published.keys() & ours.keys():
        found += missing_keys(published[key], ours[key], f"{where}.{key}")
    return found


async def test_what_slack_delivers_has_all_that_published_payloads_have() -> None:
    async with FakeSlack("secret", "xoxb-token") as slack:
        ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
        client = AsyncWebClient(token="xoxb-token", base_url=slack.api_url)
        button = {"type": "button", "text": {"type": "plain_text", "text": "Claim", "emoji": True}, "value": "t"}
        blocks = [{"type": "actions", "elements": [button]}]
        ts = (await client.chat_postMessage(channel=channel, text="T", blocks=blocks))["ts"]
        slash = parse_qs((await slack.slash(ann, channel, "next")).sent_body.decode())
        press = parse_qs((await slack.press(ann, channel, ts, 0)).sent_body.decode())
        mention = json.loads((await slack.mention(ann, channel, "next", ts)).sent_body)
        message = json.loads((await slack.message(ann, slack.direct_channel(ann), "next")).sent_body)
    payloads = "slack/payloads/"
    action = json.loads(press["payload"][0])
    assert missing_keys(load(payloads + "slash_command__test_slash_command__slash_command_body.json"), slash) == []
    assert missing_keys(load(payloads + "block_actions__test_block_actions__body.json"), action) == []
    assert missing_keys(load(payloads + "event.app_mention__test_events__app_mention_body.json"), mention) == []
    assert missing_keys(load(payloads + "event.message__test_message__message_body.json"), message) == []
    assert slack_contract.check_event("AppMentionEvent", mention["event"]) == []
    assert slack_contract.check_event("GenericMessageEvent", message["event"]) == []


async def test_what_telegram_delivers_and_answers_fits_the_published_types() -> None:
    async with FakeTelegram("1:token", "secret") as telegram:
        ann, group = telegram.add_user("Ann", "ann"), telegram.add_group("Sales")
        base = f"{telegram.api_url}/bot"
        async with Bot("1:token", base_url=base, base_file_url=f"{telegram.api_url}/file/bot") as bot:
            keys = InlineKeyboardMarkup([[InlineKeyboardButton("Won", callback_data="t")]])
            sent = await bot.send_message(ann, "<b>D-7</b>", parse_mode="HTML", reply_markup=keys)
            await bot.edit_message_text("D-7 is won", ann, sent.message_id, reply_markup=keys)
            await bot.send_photo(ann, b"png", caption="Pipeline")
            await bot.send_document(ann, b"csv", filename="a.csv")
        deliveries = [
            await telegram.text(ann, "hello"),
            await telegram.command(ann, "pipeline", chat_id=group),
            await telegram.contact(ann, "+4930900001", forwarded=True),
            await telegram.press(ann, sent.message_id, 0),
        ]
    updates = [json.loads(delivery.sent_body) for delivery in deliveries]
    assert [telegram_contract.check_object("Update", update) for update in updates] == [[]] * 4
    for call in telegram.calls:
        assert telegram_contract.check(call.method, call.arguments) == []
        kind = "User" if call.method == "getMe" else "Message"
        assert telegram_contract.check_object(kind, call.answer["result"]) == []
    assert len(telegram.calls) == 5
