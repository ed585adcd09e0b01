from collections.abc import AsyncIterator

import pytest

from crm_core.company import Company
from crm_core.db import Database
from tests.webhooks.console.playing import Playing, playing


@pytest.fixture
async def page(sqlite_database: Database, company: Company) -> AsyncIterator[Playing]:
    async with playing(sqlite_database, company) as found:
        yield found
