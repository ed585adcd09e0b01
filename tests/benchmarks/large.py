"""A company of any size in a database: the same contacts, tickets and deals at every run."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import Table, select, text

from crm_core import rows
from crm_core.company import Company
from crm_core.contacts.contacts import Contact
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.tokens import ContactToken, TokenVariant, variants_of
from crm_core.db import Base, Database
from crm_core.names import fold
from crm_core.phones import digits_reversed
from crm_core.sales.deals import Deal
from crm_core.sales.pipeline import PipelineSum
from crm_core.sales.stages import Stage, apply_stages
from crm_core.support.tickets import Ticket
from crm_core.support.tokens import TicketToken
from crm_core.tokens import tokens_of
from tests import people
from tests.benchmarks.names import PhoneBook

FIRST_ID = 1001
OWNERS = 50
DEVICES = ("Heizung", "Aufzug", "Lüftung", "Wärmepumpe", "Thermostat", "Klingel", "Boiler")
MATTERS = (
    "bleibt kalt", "tropft", "brummt nachts", "fällt aus", "zeigt einen Fehler", "riecht verbrannt", "läuft nicht an",
    "ist zu laut", "verliert Druck", "schaltet ab", "braucht Wartung",
)  # fmt: skip
PLACES = [f"Haus {chr(65 + number % 26)}{number}" for number in range(97)]
STARTED = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Size:
    contacts: int
    tickets: int
    deals: int


DEFAULT = Size(100_000, 100_000, 20_000)
FULL = Size(1_000_000, 1_000_000, 200_000)


async def fill(
    database: Database, company: Company, size: Size, book: PhoneBook, tell: Callable[[str], None]
) -> list[str]:
    """The names by contact id, from `FIRST_ID` on. Every tenth contact is a company, and employs the next nine."""
    async with database.transaction() as session:
        await apply_stages(session, company)
        owners = [(await people.add_agent(session, f"Colleague {number}")).id for number in range(OWNERS)]
        stages = list(await session.scalars(select(Stage.id).order_by(Stage.position)))
    names = [book.company() if index % 10 == 0 else book.person() for index in range(size.contacts)]
    tell("contacts")
    await _write(database, Contact, _contacts(names))
    await _write(database, PhoneNumber, _numbers(book, size.contacts))
    tell("words")
    tokens = sorted((token, FIRST_ID + i) for i, name in enumerate(names) for token in _tokens(names, i, name))
    await _write(database, ContactToken, ({"token": t, "contact_id": c} for t, c in tokens))
    words = sorted({token for token, _ in tokens})
    await _write(database, TokenVariant, ({"variant": v, "token": t} for v, t in _variants(words)))
    tell("tickets")
    await _write(database, Ticket, _tickets(size))
    tell("words of tickets")
    await _write(database, TicketToken, _words_of_tickets(size))
    tell("deals")
    await _write(database, Deal, _deals(size, stages, owners))
    await _write(database, PipelineSum, _sums(size, stages, owners))
    tell("statistics")
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))
        await rows.set_sequences(session)
    return names


def _contacts(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for index, name in enumerate(names):
        moment = STARTED + timedelta(minutes=index)
        yield {
            "id": FIRST_ID + index,
            "kind": "company" if index % 10 == 0 else "person",
            "name": name,
            "sort_name": fold(name),
            "organisation_id": None if index % 10 == 0 else FIRST_ID + index - index % 10,
            "custom": "{}",
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
        }


def _numbers(book: PhoneBook, count: int) -> Iterator[dict[str, Any]]:
    for index in range(count):
        e164 = book.number(index)
        yield {
            "id": index + 1,
            "contact_id": FIRST_ID + index,
            "e164": e164,
            "raw": e164,
            "reversed": digits_reversed(e164),
            "created_at": STARTED,
        }


def _tokens(names: Sequence[str], index: int, name: str) -> set[str]:
    return tokens_of([name, names[index - index % 10]])


def _variants(words: Iterable[str]) -> list[tuple[str, str]]:
    return sorted((variant, word) for word in words for variant in variants_of(word))


def subject_of(index: int) -> str:
    """A device, what is the matter, where, and a number: words that many tickets share, and one that none does."""
    what, matter, where = DEVICES[index % 7], MATTERS[index // 7 % 11], PLACES[index * 13 % 97]
    return f"{what} {matter}, {where}, Anliegen {index + 1}"


def _words_of_tickets(size: Size) -> Iterator[dict[str, Any]]:
    """By token, as the index has them: numbers only, so that a million tickets fit into memory."""
    bearers: dict[str, array[int]] = {}
    for index in range(size.tickets):
        for token in tokens_of([subject_of(index)]):
            bearers.setdefault(token, array("q")).append(index + 1)
    for token in sorted(bearers):
        for ticket_id in bearers[token]:
            yield {"token": token, "ticket_id": ticket_id}


def _tickets(size: Size) -> Iterator[dict[str, Any]]:
    priorities = ("normal", "normal", "normal", "high", "low", "urgent")
    for index in range(size.tickets):
        moment = STARTED + timedelta(minutes=index)
        yield {
            "id": index + 1,
            "subject": subject_of(index),
            "description": "",
            "status": "resolved" if index % 3 == 0 else "open",
            "priority": priorities[index % len(priorities)],
            "channel": "phone",
            "contact_id": FIRST_ID + index * 7 % size.contacts,
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
        }


def _sums(size: Size, stages: Sequence[int], owners: Sequence[int]) -> Iterator[dict[str, Any]]:
    """What the deals' own events would have kept."""
    sums: dict[tuple[int, int], list[int]] = {}
    for deal in _deals(size, stages, owners):
        sums.setdefault((deal["stage_id"], deal["owner_id"]), []).append(deal["value_minor"])
    for (stage_id, owner_id), values in sums.items():
        yield {
            "stage_id": stage_id,
            "owner_id": owner_id,
            "currency": "EUR",
            "count": len(values),
            "value_minor": sum(values),
        }


def _deals(size: Size, stages: Sequence[int], owners: Sequence[int]) -> Iterator[dict[str, Any]]:
    for index in range(size.deals):
        moment = STARTED + timedelta(minutes=index)
        yield {
            "id": index + 1,
            "title": f"Anlage {index + 1}",
            "stage_id": stages[index % len(stages)],
            "contact_id": FIRST_ID + index * 11 % size.contacts,
            "owner_id": owners[index % len(owners)],
            "stage_since": moment,
            "value_minor": 10_000 + index * 37 % 5_000_000,
            "currency": "EUR",
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
        }


async def _write(database: Database, model: type[Base], content: Iterable[dict[str, Any]]) -> None:
    table = model.__table__
    assert isinstance(table, Table)
    iterator = iter(content)
    first = next(iterator, None)
    if first is None:
        return
    columns = list(first)
    if database.is_sqlite:
        _into_sqlite(str(database.url.database), table.name, columns, first, iterator)
    else:
        await _into_postgres(database, table.name, columns, first, iterator)


def _into_sqlite(
    path: str, table: str, columns: list[str], first: dict[str, Any], rest: Iterator[dict[str, Any]]
) -> None:
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    with sqlite3.connect(path) as connection:
        connection.execute(statement, _plain(first))
        connection.executemany(statement, map(_plain, rest))
    connection.close()


def _plain(row: dict[str, Any]) -> list[Any]:
    return [f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value for value in row.values()]


async def _into_postgres(
    database: Database, table: str, columns: list[str], first: dict[str, Any], rest: Iterator[dict[str, Any]]
) -> None:
    connection = await asyncpg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.copy_records_to_table(table, records=[tuple(first.values())], columns=columns)
        await connection.copy_records_to_table(
            table, records=(tuple(row.values()) for row in rest), columns=columns, timeout=600
        )
    finally:
        await connection.close()
