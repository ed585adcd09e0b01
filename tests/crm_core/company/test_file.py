from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from pydantic import ValidationError

from crm_core.company import Company, CompanyFileError, Hours, Menu, SlaPolicy, read_company
from crm_core.company.call_lists import CallLists
from tests.conftest import ROOT


def _changed(tmp_path: Path, change: str, value: object) -> Path:
    raw = yaml.safe_load((ROOT / "offhook.yml").read_text(encoding="utf-8"))
    target = raw
    *steps, last = change.split(".")
    for step in steps:
        target = target[step]
    target[last] = value
    file = tmp_path / "offhook.yml"
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return file


def test_the_sample_company_is_in_order(company: Company) -> None:
    assert isinstance(company.phone.nodes[company.phone.start], Menu)


@pytest.mark.parametrize(
    ("change", "value", "complaint"),
    [
        ("time_zone", "Europe/Atlantis", "Europe/Atlantis is no time zone"),
        ("phone.start", "lobby", "phone.start: leads to a node that is not described: lobby"),
        ("phone.person", "main", "must be a queue or a voicemail"),
        ("phone.greeting", {"de": "Hallo"}, "phone.greeting: has no text in: en"),
        ("hours.open", {"mon-fri": "8 to 5"}, "write it like mon-fri: 08:00-18:00"),
        ("queues", {}, "names a queue that is not described: support"),
        ("callcenter.cut_off_minutes", -1, "callcenter.cut_off_minutes: Input should be greater than or equal to 0"),
        ("callcenter.cut_off_minutes", 61, "callcenter.cut_off_minutes: Input should be less than or equal to 60"),
        ("callcenter.cut_off_minutes", "soon", "callcenter.cut_off_minutes: Input should be a valid integer"),
        ("callcenter.rating_sms", {"de": "Wie war es?"}, "callcenter.rating_sms: has no text in: en"),
        ("colour", "blue", "Extra inputs are not permitted"),
        ("currency", "Euro", "currency"),
        (
            "sla.policies",
            [{"name": "A", "queue": "nowhere"}],
            "sla policy A names a queue that is not described: nowhere",
        ),
        ("sla.policies", [{"name": "A", "branch": "Bonn"}], "sla policy A names a branch that is not described: Bonn"),
        (
            "sla.policies",
            [{"name": "A", "resolution": {"low": "soon"}}],
            "soon is no length of time; write it like 30m",
        ),
        ("sla.policies", [{"name": "A", "resolution": {"low": "0h"}}], "0h is no length of time"),
        ("sla.policies", [{"name": "A", "resolution": {"huge": "1h"}}], "sla.policies.0.resolution.huge"),
        ("contact_fields", [{"key": "a", "name": {"en": "A"}}] * 2, "contact_fields describes a twice"),
        (
            "ticket_fields",
            [{"key": "a", "name": {"en": "A"}, "required": "person"}],
            "ticket_fields: a is required of every one or of none: true or false",
        ),
        ("deal_fields", [{"key": "a", "name": {"en": "A"}, "required": "sometimes"}], "deal_fields.0.required"),
        ("deal_fields", [{"key": "a", "name": {}}], "deal_fields.0.name"),
        ("hours.open", {}, "sla policy Wartungsvertrag Plus counts opening hours, but there are none"),
        ("callcenter.call_lists", {"claim": "5s"}, "callcenter.call_lists.claim"),
        ("callcenter.call_lists", {"retry": {"busy": {"after": "soon"}}}, "soon is no length of time"),
        (
            "callcenter.call_lists",
            {"retry": {"sold": {"after": "1h"}}},
            "callcenter.call_lists.retry.sold: sold is neither a disposition nor another outcome; "
            "known: busy, call-again, failed, no-answer, quote, solved",
        ),
        ("callcenter.call_lists", {"drop": ["nobody"]}, "callcenter.call_lists.drop.0: nobody is neither"),
        (
            "callcenter.call_lists",
            {"retry": {"busy": {"after": "1h"}}, "drop": ["busy"]},
            "callcenter.call_lists.drop.0: busy is in `retry` too",
        ),
        ("satisfaction.text", {"de": "Gut?"}, "satisfaction.text: has no text in: en"),
        ("satisfaction.text", {"de": "{name}?", "en": "?"}, "the de text has {name}, which nothing fills"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, change: str, value: object, complaint: str) -> None:
    file = _changed(tmp_path, change, value)
    with pytest.raises(CompanyFileError) as refused:
        read_company(file)
    assert complaint in str(refused.value)
    assert str(file) in str(refused.value)


def test_what_the_file_says_nothing_of_is_called_again_by_the_usual_rule() -> None:
    rules = CallLists.model_validate({"retry": {"busy": {"after": "5m", "most": 9}}, "drop": ["failed"]})
    assert {key: (rule.after, rule.most) for key, rule in rules.retry.items()} == {
        "no-answer": (timedelta(hours=2), 3),
        "busy": (timedelta(minutes=5), 9),
    }
    assert rules.drop == ["failed"]


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe", b""])
def test_an_unreadable_file_is_a_sentence_and_no_trace(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "offhook.yml"
    file.write_bytes(content)
    with pytest.raises(CompanyFileError):
        read_company(file)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), False),  # Monday 07:59 in Berlin
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 20, 6, 0, tzinfo=UTC), True),  # summer time
        (datetime(2026, 11, 28, 11, 59, tzinfo=UTC), True),  # Saturday
        (datetime(2026, 11, 29, 10, 0, tzinfo=UTC), False),  # Sunday
        (datetime(2026, 12, 24, 10, 0, tzinfo=UTC), False),  # closed by the file
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), False),  # holiday
        (datetime(2027, 3, 8, 10, 0, tzinfo=UTC), False),  # a holiday in Berlin alone
    ],
)
def test_opening_hours_follow_the_clock_on_the_wall(company: Company, moment: datetime, is_open: bool) -> None:
    assert company.is_open(moment) is is_open


def test_a_closed_day_may_be_one_of_every_year(company: Company) -> None:
    hours = Hours.model_validate({"open": {"mon-sun": "00:00-24:00"}, "closed_days": ["12-24", "2026-06-01"]})
    closed = [
        day
        for day in (date(2026, 12, 24), date(2031, 12, 24), date(2026, 6, 1), date(2027, 6, 1))
        if not hours.spans_on(day)
    ]
    assert closed == [date(2026, 12, 24), date(2031, 12, 24), date(2026, 6, 1)]


def test_a_break_at_noon_is_a_time_at_which_nobody_is_there() -> None:
    hours = Hours(open={"mon": "08:00-12:00, 13:00-17:00"})
    at = [datetime(2026, 11, 23, hour, 30, tzinfo=UTC) for hour in (11, 12, 13, 17)]
    assert [hours.are_open(moment, ZoneInfo("UTC")) for moment in at] == [True, False, True, False]


@pytest.mark.parametrize("span", ["22:00-06:00", "08:00-08:00", "08:00-24:30", "8-17", "08:00"])
def test_hours_that_are_none_are_refused(span: str) -> None:
    with pytest.raises(ValidationError, match="write it like mon-fri"):
        Hours(open={"mon": span})


@pytest.mark.parametrize("day", ["02-30", "13-01", "Christmas"])
def test_a_closed_day_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(ValidationError, match="12-24 for every year"):
        Hours.model_validate({"open": {}, "closed_days": [day]})


@pytest.mark.parametrize(
    ("written", "minutes"), [("30m", 30), ("4h", 240), ("1h 30m", 90), ("1h30m", 90), (" 90 m", 90), ("48h", 2880)]
)
def test_a_length_of_time_is_written_in_hours_and_minutes(written: str, minutes: int) -> None:
    policy = SlaPolicy.model_validate({"name": "A", "resolution": {"low": written}})
    assert policy.resolution == {"low": timedelta(minutes=minutes)}


@pytest.mark.parametrize(
    ("shift", "complaint"),
    [
        ({"hours": {"mon": "08:00-16:00"}}, "either of `agents` or of a `team`"),
        ({"agents": ["Mira"], "team": "support", "hours": {}}, "either of `agents` or of a `team`"),
        ({"agents": ["Mira"], "hours": {"mon": "late"}}, "write it like mon-fri"),
        ({"agents": ["Mira"], "hours": {}, "breaks": {"noon": "12:00-13:00"}}, "write it like mon-fri"),
        ({"team": "nobody", "hours": {}}, "names a team that is not described: nobody"),
        ({"agents": ["Mira"], "hours": {}, "pause": "siesta"}, "names a pause that is not described: siesta"),
    ],
)
def test_a_shift_that_cannot_be_kept_is_refused(company: Company, shift: dict[str, object], complaint: str) -> None:
    described = {**company.model_dump(mode="json"), "shifts": [shift]}
    with pytest.raises(ValidationError, match=complaint):
        Company.model_validate(described)
