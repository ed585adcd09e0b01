"""The numbers of the account, and where their calls and texts go."""

from __future__ import annotations

from telephony.simulator.network import Network
from telephony.simulator.rest.endpoint import (
    PAGING,
    Answer,
    Asked,
    Endpoint,
    Json,
    Refusal,
    date,
    listed,
    names,
    not_found,
    uri,
)

FIELDS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
    "FriendlyName": "friendly_name",
}
METHODS = names("VoiceMethod VoiceFallbackMethod StatusCallbackMethod SmsMethod SmsFallbackMethod")


def list_(asked: Asked) -> Answer:
    network, wanted = asked.network, asked.get("PhoneNumber")
    rows = [shown(network, number) for number in network.numbers if wanted in {"", number}]
    return listed(asked, "IncomingPhoneNumbers", "incoming_phone_numbers", rows)


def fetch(asked: Asked) -> Answer:
    return Answer(200, shown(asked.network, _find(asked)))


def update(asked: Asked) -> Answer:
    number = _find(asked)
    config = asked.network.numbers[number]
    others = sorted(name for name in METHODS if asked.get(name, "POST") != "POST")
    if others:
        raise Refusal(400, 20001, f"{', '.join(others)}: only POST is known here", is_mistake=True)
    for name, field in FIELDS.items():
        if asked.has(name):
            setattr(config, field, asked.get(name))
    return Answer(200, shown(asked.network, number))


def shown(network: Network, number: str) -> Json:
    config, sid = network.numbers[number], _sid_of(number)
    return {
        "sid": sid,
        "account_sid": network.account_sid,
        "phone_number": number,
        "friendly_name": config.friendly_name or number,
        "voice_url": config.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": config.fallback_url,
        "voice_fallback_method": "POST",
        "sms_url": config.sms_url,
        "sms_method": "POST",
        "sms_fallback_url": config.sms_fallback_url,
        "sms_fallback_method": "POST",
        "status_callback": config.status_callback,
        "status_callback_method": "POST",
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "api_version": "2010-04-01",
        "beta": False,
        "origin": "twilio",
        "date_created": date(network.clock.now()),
        "date_updated": date(network.clock.now()),
        "status": "in-use",
        "uri": uri(network, "IncomingPhoneNumbers", sid),
    }


def _find(asked: Asked) -> str:
    found = next((number for number in asked.network.numbers if _sid_of(number) == asked.where["number"]), None)
    if found is None:
        raise not_found(asked.where["number"])
    return found


def _sid_of(number: str) -> str:
    return "PN" + number.removeprefix("+").zfill(32)


ENDPOINTS = [
    Endpoint("GET", "IncomingPhoneNumbers", list_, names("PhoneNumber FriendlyName") | PAGING),
    Endpoint("GET", "IncomingPhoneNumbers/{number}", fetch),
    Endpoint("POST", "IncomingPhoneNumbers/{number}", update, frozenset(FIELDS) | METHODS),
]
