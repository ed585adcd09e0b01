"""The company's number at Twilio: where its calls go."""

from __future__ import annotations

from typing import Any

from crm_core.errors import NotFound
from telephony.client import TwilioClient


async def point_number(client: TwilioClient, number: str, voice: str, fallback: str, status: str, text: str) -> None:
    """Raises NotFound when the account does not own the number."""
    found = await _find(client, number)
    await client.rest.incoming_phone_numbers(found.sid).update_async(
        voice_url=voice,
        voice_method="POST",
        voice_fallback_url=fallback,
        voice_fallback_method="POST",
        status_callback=status,
        status_callback_method="POST",
        sms_url=text,
        sms_method="POST",
    )


async def describe(client: TwilioClient, number: str, voice: str) -> tuple[bool, str]:
    """Whether its calls come here, and a sentence about it. Raises NotFound for a number of somebody else."""
    found = await _find(client, number)
    if found.voice_url != voice:
        return False, f"{number} calls {found.voice_url or 'nobody'}: run `offhook connect twilio`"
    return True, f"{number} calls this server"


async def _find(client: TwilioClient, number: str) -> Any:
    owned = await client.rest.incoming_phone_numbers.list_async(phone_number=number, limit=1)
    if not owned:
        raise NotFound("phone.not-owned", number=number)
    return owned[0]
