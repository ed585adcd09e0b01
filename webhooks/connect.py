"""Telling the services where this server is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_core.company import read_company
from crm_core.errors import CrmError
from webhooks.complaints import Complaint, cause
from webhooks.serve import build_runtime
from webhooks.settings import Settings, revealed


async def twilio(settings: Settings, *, fallback: str | None = None, dry: bool) -> str:
    """Sets the number's addresses. `fallback` is for a copy of the last resort outside of this server."""
    base = _public(settings)
    addresses = {
        "voice": f"{base}/twilio/voice",
        "fallback": _https(fallback) if fallback else f"{base}/twilio/fallback",
        "status": f"{base}/twilio/status",
        "text": f"{base}/twilio/text",
    }
    listed = "\n".join(f"  {name:9} {address}" for name, address in addresses.items())
    if dry:
        return f"In Twilio's console, for your number (all POST):\n{listed}\n\n{_last_resort(settings)}"
    if not settings.has_twilio:
        raise Complaint("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set; with --print nothing is changed.")
    number = await _point_number(settings, addresses)
    hint = "" if fallback else f"\n\n{_last_resort(settings)}"
    return f"{number} now calls this server:\n{listed}{hint}"


async def _point_number(settings: Settings, addresses: dict[str, str]) -> str:
    from telephony.account import point_number
    from telephony.client import TwilioClient

    token = revealed(settings.twilio_auth_token)
    client = TwilioClient(settings.twilio_account_sid or "", token, settings.twilio_api_url)
    number = settings.twilio_number or build_runtime(settings).company.phone.number
    try:
        with _refusals("Twilio"):
            await point_number(client, number, **addresses)
    finally:
        await client.close()
    return number


def twilio_document(settings: Settings, file: Path) -> str:
    """Writes the last resort, and does nothing else. Raises Complaint when the file cannot be written."""
    try:
        file.write_bytes(_document(settings))
    except OSError as error:
        raise Complaint(f"{file} cannot be written: {error.strerror}.") from error
    return (
        f"{file} is what callers hear when this server is down. Put it into a TwiML Bin of Twilio's, or on any web\n"
        "server that is not this one, and name its address: offhook connect twilio --fallback URL"
    )


def _last_resort(settings: Settings) -> str:
    """To be kept where it does not go down with this server."""
    return (
        "When this server is down, its own fallback is too. Put this document into a TwiML Bin of Twilio's\n"
        f"and name its address with --fallback URL:\n\n{_document(settings).decode()}"
    )


def _document(settings: Settings) -> bytes:
    """In every language of the company; it asks for nothing, so that it works anywhere."""
    from telephony import ivr
    from telephony.voice import to_bytes

    return to_bytes(ivr.fallback(read_company(settings.offhook_config)))


def _https(address: str) -> str:
    if not address.startswith("https://"):
        raise Complaint(f"{address} is no https address: Twilio would not ask it.")
    return address


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
