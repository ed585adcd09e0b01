"""The phrases and what they are: on a Wednesday at ten, with weekends, holidays and an office in Berlin."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from crm_core.company import Hours
from crm_core.money import Money
from crm_core.projects.recurrence import Recurrence
from crm_core.references import ref
from intents.slot import Heard

NOW = datetime(2026, 12, 2, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
HEARD = Heard(NOW, "EUR", [], Hours(open={"mon-fri": "08:00-18:00"}, region="DE-BE"))
LANGUAGES = ("en", "de")


@dataclass(frozen=True)
class Row:
    language: str
    kind: str
    phrase: str
    value: str


def rows(language: str) -> list[Row]:
    with Path(__file__).with_name(f"{language}.tsv").open(encoding="utf-8", newline="") as file:
        return [Row(language, **row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def shown(kind: str, value: object) -> str:
    """As the table writes it."""
    match value:
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return f"{value}"
        case time():
            return f"{value:%H:%M}"
        case Money():
            whole, minor = divmod(value.minor, 100)
            return f"{whole}.{minor:02} {value.currency}" if minor else f"{whole} {value.currency}"
        case Recurrence():
            return f"{value.frequency}/{value.every}" + (" weekdays" if value.on_weekdays else "")
        case (date() as first, date() as last):
            return f"{first}..{last}"
        case (str() as record, int() as number):
            return ref(record, number)
        case int() if kind == "percent":
            return f"{value / 100:g}"
        case _:
            return str(value)
