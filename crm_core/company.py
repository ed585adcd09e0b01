"""The company file, offhook.yml: a company's own lines, menus, hours, queues, stages and languages."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

LocalText: TypeAlias = dict[str, str]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Part):
    """One way out of a menu: a key, and the words that mean the same."""

    key: Annotated[str, Field(pattern=r"^[1-9]$")]
    words: dict[str, list[str]] = {}
    goto: str


class Menu(_Part):
    do: Literal["menu"]
    prompt: LocalText
    options: list[Option]


class MyTickets(_Part):
    do: Literal["my-tickets"]


class OpenTicket(_Part):
    do: Literal["open-ticket"]


class JoinQueue(_Part):
    do: Literal["queue"]
    queue: str


class Voicemail(_Part):
    do: Literal["voicemail"]


class CallbackWish(_Part):
    do: Literal["callback"]


Node: TypeAlias = Annotated[
    Menu | MyTickets | OpenTicket | JoinQueue | Voicemail | CallbackWish, Field(discriminator="do")
]


class Phone(_Part):
    """`start` is the first node in opening hours, `closed` outside them, `person` where `0` leads."""

    number: str
    greeting: LocalText
    start: str
    closed: str
    person: str
    nodes: dict[str, Node]

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Phone:
        wanted = {self.start, self.closed, self.person}
        for node in self.nodes.values():
            if isinstance(node, Menu):
                wanted |= {option.goto for option in node.options}
        missing = sorted(wanted - self.nodes.keys())
        if missing:
            raise ValueError(f"phone leads to nodes that are not described: {', '.join(missing)}")
        if not isinstance(self.nodes[self.person], JoinQueue | Voicemail):
            raise ValueError("phone.person must be a queue or a voicemail: it is where `0` leads")
        return self


class Hours(_Part):
    """Opening times as `mon-fri: 08:00-18:00`, in the company's zone. `region` (Bundesland) decides the holidays."""

    open: dict[str, str]
    region: str | None = None
    closed_days: list[date] = []

    @field_validator("open")
    @classmethod
    def _readable(cls, value: dict[str, str]) -> dict[str, str]:
        _spans(tuple(value.items()))
        return value

    def are_open(self, now: datetime, zone: ZoneInfo) -> bool:
        local = now.astimezone(zone)
        if local.date() in self.closed_days or _is_holiday(self.region, local.date()):
            return False
        return any(start <= local.time() < end for start, end in _spans(tuple(self.open.items()))[local.weekday()])


class CardPlace(_Part):
    """Where cards of some kinds are posted: `slack:C123`."""

    place: str
    language: str = "en"
    kinds: list[Literal["ticket", "call", "deal", "task"]]


class StageRule(_Part):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: LocalText
    probability: Annotated[int, Field(ge=0, le=100)]
    outcome: Literal["open", "won", "lost"] = "open"


class Company(_Part):
    name: str
    languages: Annotated[list[str], Field(min_length=1)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: str
    hours: Hours
    phone: Phone
    queues: dict[str, LocalText]
    stages: list[StageRule]
    cards: list[CardPlace] = []

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{value} is no time zone; write one like Europe/Berlin") from error
        return value

    @model_validator(mode="after")
    def _speaks_all_languages(self) -> Company:
        texts = {"phone.greeting": self.phone.greeting}
        texts |= {
            f"phone.nodes.{name}": node.prompt for name, node in self.phone.nodes.items() if isinstance(node, Menu)
        }
        for place, text in texts.items():
            missing = [language for language in self.languages if language not in text]
            if missing:
                raise ValueError(f"{place} has no text in: {', '.join(missing)}")
        for name, node in self.phone.nodes.items():
            if isinstance(node, JoinQueue) and node.queue not in self.queues:
                raise ValueError(f"phone.nodes.{name} names a queue that is not described: {node.queue}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def language(self) -> str:
        """The first one is the house's own."""
        return self.languages[0]

    def is_open(self, now: datetime) -> bool:
        return self.hours.are_open(now, self.zone)

    def card_places(self, kind: str) -> list[CardPlace]:
        return [place for place in self.cards if kind in place.kinds]


class CompanyFileError(Exception):
    """The file and the line-by-line complaint, fit to print."""


def read_company(path: Path) -> Company:
    """Raises CompanyFileError."""
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Company.model_validate(raw)
    except FileNotFoundError as error:
        raise CompanyFileError(f"{path}: there is no such file (OFFHOOK_CONFIG names it)") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CompanyFileError(f"{path}: not readable as YAML: {error}") from error
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(step) for step in fault['loc']) or 'file'}: {fault['msg']}" for fault in error.errors()
        ]
        raise CompanyFileError(f"{path}:\n" + "\n".join(f"  {line}" for line in lines)) from error


def company_of(session: AsyncSession) -> Company:
    """The company a transaction works for; `Database.transaction` puts it there."""
    company = session.info["company"]
    assert isinstance(company, Company)
    return company


@lru_cache(maxsize=64)
def _spans(rules: tuple[tuple[str, str], ...]) -> list[list[tuple[time, time]]]:
    """Per weekday the open spans. Raises ValueError naming the unreadable rule."""
    week: list[list[tuple[time, time]]] = [[] for _ in DAYS]
    for days, hours in rules:
        first, _, last = days.partition("-")
        try:
            start, end = (time.fromisoformat(part.strip()) for part in hours.split("-"))
            chosen = range(DAYS.index(first), DAYS.index(last or first) + 1)
        except ValueError as error:
            raise ValueError(f"{days}: {hours} is not readable; write it like mon-fri: 08:00-18:00") from error
        for day in chosen:
            week[day].append((start, end))
    return week


@lru_cache(maxsize=1024)
def _is_holiday(region: str | None, day: date) -> bool:
    if region is None:
        return False
    import holidays

    country, _, subdivision = region.partition("-")
    return day in holidays.country_holidays(country, subdiv=subdivision or None, years=day.year)
