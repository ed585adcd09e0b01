from datetime import UTC, datetime

import pytest

from crm_core.callcenter.callers import Caller
from crm_core.callcenter.calls import Call
from crm_core.db import Database
from telephony import spoken
from telephony.turn import Turn
from tests.people import NOW


@pytest.mark.parametrize(
    ("at", "german", "english"),
    [
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), "heute um 15 Uhr", "today at 3 pm"),
        (datetime(2026, 11, 24, 8, 30, tzinfo=UTC), "morgen um 9 Uhr 30", "tomorrow at 9:30 am"),
        (
            datetime(2026, 11, 30, 11, 0, tzinfo=UTC),
            "am Montag, 30. November um 12 Uhr",
            "on Monday, 30 November at 12 pm",
        ),
        (datetime(2026, 11, 23, 23, 5, tzinfo=UTC), "morgen um 0 Uhr 05", "tomorrow at 12:05 am"),
        (
            datetime(2027, 7, 1, 7, 0, tzinfo=UTC),
            "am Donnerstag, 1. Juli um 9 Uhr",
            "on Thursday, 1 July at 9 am",
        ),
    ],
)
async def test_times_are_said_as_people_say_them(
    sqlite_database: Database, at: datetime, german: str, english: str
) -> None:
    async with sqlite_database.transaction() as session:
        said = [
            spoken.moment(Turn(session, Call(ivr={}), Caller(), language, NOW), at).replace("\u202f", " ")
            for language in ("de", "en")
        ]
    assert said == [german, english]
