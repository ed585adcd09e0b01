from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.callcenter import calling_days
from crm_core.callcenter.calling_days import is_working_day, region_of, slots
from crm_core.company import Company
from crm_core.contacts.contacts import Contact
from tests.people import NOW

BERLIN = "+493023125010"


def _local(company: Company, times: list[datetime]) -> list[str]:
    return [f"{at.astimezone(company.zone):%a %H:%M}" for at in times]


def test_three_times_are_offered_that_are_a_choice(company: Company) -> None:
    assert _local(company, slots(company, "DE-BE", NOW)) == ["Mon 12:00", "Mon 15:00", "Tue 08:00"]


def test_they_lie_in_opening_hours_and_skip_the_sunday(company: Company) -> None:
    saturday = datetime(2026, 11, 28, 10, 30, tzinfo=UTC)
    assert _local(company, slots(company, "DE-BE", saturday)) == ["Mon 08:00", "Mon 11:00", "Mon 14:00"]


def test_what_is_full_is_not_offered(company: Company) -> None:
    first = slots(company, "DE-BE", NOW)
    assert _local(company, slots(company, "DE-BE", NOW, {first[0]})) == ["Mon 13:00", "Mon 16:00", "Tue 08:00"]


def test_holidays_of_the_customer_count_too(company: Company) -> None:
    """6 January is a holiday in Bavaria and a working day in Berlin."""
    eve = datetime(2027, 1, 5, 15, 0, tzinfo=UTC)
    assert _local(company, slots(company, "DE-BE", eve)) == ["Tue 17:00", "Wed 08:00", "Wed 11:00"]
    assert _local(company, slots(company, "DE-BY", eve)) == ["Tue 17:00", "Thu 08:00", "Thu 11:00"]


def test_a_house_that_is_never_open_offers_nothing(company: Company) -> None:
    closed = company.model_copy(update={"hours": company.hours.model_copy(update={"open": {}})})
    assert slots(closed, "DE-BE", NOW) == []


@pytest.mark.parametrize(
    ("contact", "number", "region"),
    [
        ({"region": "DE-BY", "postcode": "10115"}, "+442079460123", "DE-BY"),
        ({"postcode": "80331"}, BERLIN, "DE-BY"),
        ({"postcode": "50667"}, BERLIN, "DE-BE"),
        ({}, "+442079460123", "GB"),
        ({}, BERLIN, "DE-BE"),
        (None, None, "DE-BE"),
        (None, "+99912345", "DE-BE"),
    ],
)
def test_whose_holidays_count(company: Company, contact: dict[str, Any] | None, number: str, region: str) -> None:
    branches = {"munich": {"name": "München", "postcodes": ["80", "81"], "hours": {"region": "DE-BY", "open": {}}}}
    house = Company.model_validate({**company.model_dump(), "branches": branches})
    person = Contact(**contact) if contact is not None else None
    assert region_of(house, person, number) == region


def test_a_region_that_nobody_knows_has_no_holidays() -> None:
    assert is_working_day(date(2026, 12, 25), "XX")
    assert not is_working_day(date(2026, 12, 27), "XX")


@given(st.integers(0, 3 * 365 * 24 * 60), st.sampled_from(["DE-BE", "DE-BY", "GB", None]))
def test_whatever_is_offered_can_be_kept(company: Company, minutes: int, region: str | None) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = slots(company, region, now)
    assert len(found) == calling_days.MOST_SLOTS
    for at in found:
        assert company.is_open(at)
        assert company.is_open(at + calling_days.LENGTH - timedelta(seconds=1))
        assert is_working_day(at.astimezone(company.zone).date(), region)
        assert at >= now + calling_days.NOTICE
    assert all(later - sooner >= calling_days.APART for sooner, later in pairwise(found))
