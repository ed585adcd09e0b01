import pytest

from crm_core.company import Company
from crm_core.db import Database
from tests.crm_core.callcenter.lists import Listed
from tests.crm_core.callcenter.stage import Floor


@pytest.fixture
def floor(database: Database, company: Company) -> Floor:
    return Floor(database, company)


@pytest.fixture
def listed(floor: Floor) -> Listed:
    return Listed(floor)
