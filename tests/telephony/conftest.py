from collections.abc import AsyncIterator

import pytest

from crm_core.db import Database
from telephony.client import TwilioClient
from telephony.courier import TwilioCourier
from tests.telephony.carrier import ACCOUNT_SID, Carrier, listening
from tests.telephony.phone import LINE


@pytest.fixture
async def twilio() -> AsyncIterator[Carrier]:
    async with listening() as found:
        yield found


@pytest.fixture
async def courier(twilio: Carrier, database: Database) -> AsyncIterator[TwilioCourier]:
    rest = TwilioClient(ACCOUNT_SID, "token", twilio.api_url)
    yield TwilioCourier(database, rest, "https://crm.example.com", LINE)
    await rest.close()
