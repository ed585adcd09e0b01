from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.projects.recurrence import Frequency, Recurrence, next_after, read_rule

BERLIN = ZoneInfo("Europe/Berlin")
RULES = st.builds(Recurrence, st.sampled_from(Frequency), st.integers(1, 6), st.just(False)) | st.just(
    Recurrence(Frequency.DAILY, on_weekdays=True)
)
MOMENTS = st.integers(0, 5 * 366 * 86_400).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(0, seconds))


def _berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("rule", "first", "after", "expected"),
    [
        (Recurrence(Frequency.DAILY), "2026-03-28T09:00", "2026-03-28T09:00", "2026-03-29T09:00"),
        (Recurrence(Frequency.WEEKLY, 2), "2026-11-23T17:00", "2026-11-23T17:00", "2026-12-07T17:00"),
        (Recurrence(Frequency.WEEKLY), "2026-11-02T17:00", "2026-11-25T10:00", "2026-11-30T17:00"),
        (Recurrence(Frequency.MONTHLY), "2026-01-31T12:00", "2026-01-31T12:00", "2026-03-31T12:00"),
        (Recurrence(Frequency.YEARLY), "2024-02-29T12:00", "2024-02-29T12:00", "2028-02-29T12:00"),
        (Recurrence(Frequency.DAILY, on_weekdays=True), "2026-11-27T17:00", "2026-11-27T17:00", "2026-11-30T17:00"),
        (Recurrence(Frequency.DAILY), "2026-03-28T02:30", "2026-03-28T02:30", "2026-03-29T03:30"),
    ],
)
def test_it_comes_again_as_the_rfc_has_it(rule: Recurrence, first: str, after: str, expected: str) -> None:
    found = next_after(rule.as_rule(), _berlin(first), _berlin(after), BERLIN)
    assert found is not None
    assert found.astimezone(BERLIN) == _berlin(expected)


@given(RULES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=900)))
def test_the_next_time_is_later_and_the_clock_stays(rule: Recurrence, first: datetime, later: timedelta) -> None:
    after = first + later
    found = next_after(rule.as_rule(), first, after, BERLIN)
    assert found is not None
    assert found > after
    if not 2 <= found.astimezone(BERLIN).hour <= 3:
        assert found.astimezone(BERLIN).time() == first.astimezone(BERLIN).time().replace(fold=0)


@given(RULES)
def test_a_rule_is_read_as_it_was_written(rule: Recurrence) -> None:
    assert read_rule(rule.as_rule()) == rule
