"""How long things are kept, as offhook.yml says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crm_core.company import Company
from crm_core.company.keeping import Files, Retention
from crm_core.periods import Period, read_period

PERIODS = st.builds(Period, st.integers(1, 100), st.sampled_from(["day", "week", "month", "year"]))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("1 day", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2 weeks", datetime(2024, 3, 14, tzinfo=UTC)),
        ("1 month", datetime(2024, 3, 29, tzinfo=UTC)),
        ("12 Months", datetime(2025, 2, 28, tzinfo=UTC)),
        ("4 years", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_a_period_is_counted_in_the_calendar(text: str, after: datetime) -> None:
    assert read_period(text).after(datetime(2024, 2, 29, tzinfo=UTC)) == after


@given(period=PERIODS, moment=MOMENTS)
def test_before_lies_before_and_after_behind(period: Period, moment: datetime) -> None:
    assert period.before(moment) < moment < period.after(moment)
    assert abs(period.before(period.after(moment)) - moment) <= timedelta(days=3)
    assert read_period(str(period)) == period


@pytest.mark.parametrize("text", ["", "two years", "0 days", "5", "-1 days", "1 hour", "9999 years", "1 day ago"])
def test_what_is_no_period_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        read_period(text)


@pytest.mark.parametrize("rules", [{"calls": "1 day"}, {"calls": "soon"}, {"letters": "2 years"}])
def test_a_rule_that_cannot_be_meant_is_refused(rules: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Retention.model_validate(rules)


@pytest.mark.parametrize("size", ["20", "0 MB", "200 MB", "many"])
def test_a_size_that_cannot_be_meant_is_refused(size: str) -> None:
    with pytest.raises(ValidationError, match="is no size"):
        Files(largest=size)


def test_what_is_written_out_reads_back_the_same(company: Company) -> None:
    assert Company.model_validate(company.model_dump(mode="json")) == company
    assert company.files.largest_bytes == 20_000_000
