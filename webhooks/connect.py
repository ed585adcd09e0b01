"""Telling the services where this server is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from crm_core.errors import CrmError
from webhooks.complaints import Complaint, cause
from webhooks.serve import build_runtime
from webhooks.settings import Settings, revealed


async def twilio(settings: Settings, *, dry: bool) -> str:
    """Sets the number's addresses. The fallback is answered by this server too: put a copy where it survives one."""
    base = _public(settings)
    addresses = {
        "voice": f"{base}/twilio/voice",
        "fallback": f"{base}/twilio/fallback",
        "status": f"{base}/twilio/status",
    }
    listed = "\n".join(f"  {name:9} {address}" for name, address in addresses.items())
    if dry:
        return f"In Twilio's console, for your number (all POST):\n{listed}"
    if not settings.has_twilio:
        raise Complaint("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set; with --print nothing is changed.")
    from telephony.account import point_number
    from telephony.client import TwilioClient

    token = revealed(settings.twilio_auth_token)
    client = TwilioClient(settings.twilio_account_sid or "", token, settings.twilio_api_url)
    number = settings.twilio_number or build_runtime(settings).company.phone.number
    try:
        with _refusals("Twilio"):
            await point_number(client, number, addresses["voice"], addresses["fallback"], addresses["status"])
    finally:
        await client.close()
    return f"{number} now calls this server:\n{listed}"


async def telegram(settings: Settings, *, dry: bool) -> str:
    address = f"{_public(settings)}/telegram"
    if dry:
        return f"The bot's webhook is {address}, with TELEGRAM_WEBHOOK_SECRET as its secret token."
    if not settings.has_telegram:
        raise Complaint("TELEGRAM_BOT_TOKEN and TELEGRAM_WEBHOOK_SECRET are not set; with --print nothing is changed.")
    from bot.telegram.account import register_webhook

    secret = revealed(settings.telegram_webhook_secret)
    with _refusals("Telegram"):
        name = await register_webhook(revealed(settings.telegram_bot_token), settings.telegram_api_url, address, secret)
    return f"@{name} now sends its messages to {address}."


def slack(settings: Settings) -> str:
    from bot.slack.manifest import manifest

    company = build_runtime(settings).company
    pasted = json.dumps(manifest(company.name, _public(settings)), indent=2, ensure_ascii=False)
    return (
        f"{pasted}\n\n"
        "Create an app from this manifest at api.slack.com/apps, install it, and set\n"
        "SLACK_BOT_TOKEN (OAuth & Permissions) and SLACK_SIGNING_SECRET (Basic Information).\n"
        "Then invite @Offhook to the channel that offhook.yml names under `cards`."
    )


@contextmanager
def _refusals(service: str) -> Iterator[None]:
    """Whatever a service's client raises is for the person at the terminal to read."""
    try:
        yield
    except CrmError:
        raise
    except Exception as error:
        raise Complaint(f"{service} changed nothing: {cause(error)}") from error


def _public(settings: Settings) -> str:
    if not settings.public_base_url:
        raise Complaint("PUBLIC_BASE_URL is not set: the services need an address to reach this server by.")
    return settings.public_base_url
