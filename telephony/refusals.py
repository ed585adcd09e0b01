"""What Twilio says no with, and what follows from it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, NoReturn

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from crm_core.outbox import TryLater, Undeliverable
from telephony.client import NoAnswer

TOO_MANY = 429
OWN_FAULT = 500
NOT_FOUND = 404
REFUSALS = (TwilioRestException, TwilioServiceException)
UNREADABLE = (NoAnswer, TwilioException, ValueError)
ALREADY_OVER = {20404, 21220}  # no such thing, or it is not in progress any more


async def asked(request: Awaitable[Any]) -> bool:
    """For what may be asked for again: False when what it is about is over. Raises TryLater, Undeliverable."""
    try:
        await request
    except REFUSALS as error:
        if error.code in ALREADY_OVER:
            return False
        refused(error)
    except UNREADABLE as error:
        raise TryLater(type(error).__name__) from error
    return True


def refused(error: TwilioRestException | TwilioServiceException) -> NoReturn:
    if error.status == TOO_MANY or error.status >= OWN_FAULT:
        raise TryLater(f"Twilio answered {error.status}") from error
    raise Undeliverable(f"Twilio refused: {error.status} {error.code}") from error
