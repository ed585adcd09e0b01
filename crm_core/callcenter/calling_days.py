"""When a customer may be called back: in the house's opening hours, on working days where the customer is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from crm_core import phones
from crm_core.company import Company
from crm_core.company.hours import holidays_of
from crm_core.contacts.contacts import Contact
from crm_core.support.calendar import calendar_of

SUNDAY = 6
MOST_SLOTS = 3
AHEAD = timedelta(days=21)
NOTICE = timedelta(hours=1)
"""How soon the first one may be."""
LENGTH = timedelta(hours=1)
APART = timedelta(hours=3)


def region_of(company: Company, contact: Contact | None, number: str | None) -> str | None:
    """Whose holidays count, as `DE-BY` or `GB`: the contact's own region, that of the branch which looks after their
    postcode, the country of a foreign number, else the house's.
    """
    if contact is not None and contact.region is not None:
        return contact.region
    postcode = contact.postcode if contact is not None else None
    for branch in company.branches.values():
        is_theirs = postcode is not None and any(postcode.startswith(beginning) for beginning in branch.postcodes)
        if is_theirs and branch.hours is not None and branch.hours.region is not None:
            return branch.hours.region
    country = phones.country_of(number) if number is not None else None
    return country if country not in {None, company.country} else company.hours.region


def is_working_day(day: date, region: str | None) -> bool:
    """Saturdays are, where the house is open then."""
    return day.weekday() != SUNDAY and (region is None or day not in holidays_of(region, day.year))


def slots(company: Company, region: str | None, now: datetime, taken: Collection[datetime] = ()) -> list[datetime]:
    """The next times to choose from, on full hours and far enough apart to be a choice. `taken` are left out."""
    calendar = calendar_of(company)
    found: list[datetime] = []
    day = now.astimezone(calendar.zone).date()
    last = day + AHEAD
    while day <= last and len(found) < MOST_SLOTS:
        for opens, closes in calendar.hours.spans_on(day) if is_working_day(day, region) else ():
            hour = -(-opens // LENGTH)
            while LENGTH * (hour + 1) <= closes and len(found) < MOST_SLOTS:
                at = datetime.combine(day, time(hour), calendar.zone).astimezone(UTC)
                if at >= now + NOTICE and at not in taken and (not found or at >= found[-1] + APART):
                    found.append(at)
                hour += 1
        day += timedelta(days=1)
    return found
