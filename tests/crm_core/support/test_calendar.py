from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_core.company import Company, Hours
from crm_core.support.calendar import Calendar, calendar_of

MINUTE = timedelta(minutes=1)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = [BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Cairo")]
# The days on which the clocks of these zones change in 2026, and the end of a year with its holidays.
TURNS = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 12, 24, 12, tzinfo=UTC),
]
WEEKS = [
    {"mon-fri": "08:00-18:00", "sat": "09:00-13:00"},
    {"mon-sun": "00:00-24:00"},
    {"mon-sun": "01:30-02:30, 02:45-03:15"},
    {"mon-sat": "00:00-02:30, 12:00-12:01", "sun": "02:10-24:00"},
    {"wed": "22:00-24:00", "thu": "00:00-01:00"},
]
HOURS = [Hours(open=week, region=region, closed_days=["12-24"]) for week in WEEKS for region in (None, "DE-BE")]

moments = st.tuples(st.sampled_from(TURNS), st.integers(-3000, 3000)).map(lambda at: at[0] + at[1] * MINUTE)


def _counted(hours: Hours, zone: ZoneInfo, start: datetime, end: datetime) -> int:
    """The oracle: looks at the clock on the wall, minute after minute."""
    minutes = int((end - start) / MINUTE)
    return sum(hours.are_open(start + number * MINUTE, zone) for number in range(minutes))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(HOURS), st.sampled_from(ZONES), moments, st.integers(0, 4000))
@example(HOURS[4], BERLIN, datetime(2026, 3, 29, tzinfo=UTC), 300)
@example(HOURS[4], BERLIN, datetime(2026, 10, 25, tzinfo=UTC), 300)
@example(HOURS[2], NEW_YORK, datetime(2026, 11, 1, 4, tzinfo=UTC), 1500)
def test_the_time_between_two_moments_is_what_the_clock_on_the_wall_says(
    hours: Hours, zone: ZoneInfo, start: datetime, minutes: int
) -> None:
    end = start + minutes * MINUTE
    assert Calendar(hours, zone).between(start, end) == _counted(hours, zone, start, end) * MINUTE


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(HOURS), st.sampled_from(ZONES), moments, st.integers(1, 300))
def test_the_moment_after_a_span_is_the_first_that_leaves_it_behind(
    hours: Hours, zone: ZoneInfo, start: datetime, minutes: int
) -> None:
    end = Calendar(hours, zone).after(start, minutes * MINUTE)
    assert (end - start) % MINUTE == timedelta()
    assert hours.are_open(end - MINUTE, zone)
    assert Calendar(hours, zone).between(start, end) == minutes * MINUTE
    if end - start < timedelta(days=3):
        assert _counted(hours, zone, start, end) == minutes


@given(st.sampled_from(HOURS), moments, st.integers(0, 100_000), st.integers(0, 100_000))
def test_two_spans_one_after_the_other_are_their_sum(hours: Hours, start: datetime, one: int, two: int) -> None:
    calendar = Calendar(hours, BERLIN)
    first, second = timedelta(seconds=one), timedelta(seconds=two)
    assert calendar.after(calendar.after(start, first), second) == calendar.after(start, first + second)


def test_a_ticket_of_friday_evening_is_due_on_monday_morning(company: Company) -> None:
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # 17:30 in Berlin; Saturday has four hours
    assert calendar_of(company).after(friday, timedelta(hours=5)) == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def test_nothing_goes_by_backwards(company: Company) -> None:
    start = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert calendar_of(company).between(start, start - timedelta(days=3)) == timedelta()
    assert calendar_of(company).after(start, timedelta()) == start


def test_a_house_that_never_opens_has_no_such_moment() -> None:
    with pytest.raises(ValueError, match="no 0:01:00"):
        Calendar(Hours(open={}), BERLIN).after(datetime(2026, 11, 23, tzinfo=UTC), MINUTE)


def test_a_branch_keeps_its_own_hours_in_its_own_zone(company: Company) -> None:
    branch = {"name": "Boston", "time_zone": "America/New_York", "hours": {"open": {"mon": "09:00-10:00"}}}
    both = Company.model_validate({**company.model_dump(), "branches": {"boston": branch, "bonn": {"name": "Bonn"}}})
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert calendar_of(both, "boston").after(monday, MINUTE) == datetime(2026, 11, 23, 14, 1, tzinfo=UTC)
    assert calendar_of(both, "bonn") == calendar_of(both)


def test_years_are_counted_in_no_time(company: Company) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    began = perf_counter()
    assert calendar_of(company).between(start, start + timedelta(days=730)) > timedelta(hours=5000)
    assert perf_counter() - began < 0.5
