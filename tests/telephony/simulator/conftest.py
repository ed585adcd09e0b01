from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.telephony.simulator.desk import Desk, at_work


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """At the end of a test nothing was refused, unless the test has taken the errors away."""
    async with at_work() as found:
        yield found
        assert found.network.errors == []
