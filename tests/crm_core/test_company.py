from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from crm_core.company import Company, CompanyFileError, Menu, read_company
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
        ("phone.start", "lobby", "nodes that are not described: lobby"),
        ("phone.person", "main", "must be a queue or a voicemail"),
        ("phone.greeting", {"de": "Hallo"}, "phone.greeting has no text in: en"),
        ("hours.open", {"mon-fri": "8 to 5"}, "write it like mon-fri: 08:00-18:00"),
        ("queues", {}, "names a queue that is not described: support"),
        ("colour", "blue", "Extra inputs are not permitted"),
        ("currency", "Euro", "currency"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, change: str, value: object, complaint: str) -> None:
    file = _changed(tmp_path, change, value)
    with pytest.raises(CompanyFileError) as refused:
        read_company(file)
    assert complaint in str(refused.value)
    assert str(file) in str(refused.value)


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
