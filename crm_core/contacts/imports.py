"""Taking in many contacts: batch by batch, each with how far it came, so that a run that was cut off goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import Table, UniqueConstraint, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, fields, followers, phones, rights
from crm_core.agents import Actor
from crm_core.company import Company, company_of
from crm_core.contacts import changes, contacts, tokens
from crm_core.contacts.contacts import LONGEST_NAME, Contact, Kind, clean_name
from crm_core.contacts.emails import EmailAddress, require_address
from crm_core.contacts.known import NOT_YET, look_up, match, remember
from crm_core.contacts.mapping import PLAIN
from crm_core.contacts.numbers import PhoneNumber, head_of
from crm_core.contacts.row import Row
from crm_core.contacts.tags import ContactTag, clean_tag
from crm_core.db import Base, BigId, Database
from crm_core.errors import CrmError, Invalid, Refused
from crm_core.message import Local, Message
from crm_core.names import fold
from crm_core.tokens import tokens_of

BATCH = 500
Tell: TypeAlias = Callable[[int], None]


class ImportRun(Base):
    """How far a file came. `digest` is over the file and what was asked with it; counts are by outcome."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str]
    attempt: Mapped[int]
    done: Mapped[int]
    added: Mapped[int]
    updated: Mapped[int]
    skipped: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("digest", "attempt"),)


@dataclass(slots=True)
class Checked:
    """`good`: rows fit to be stored, with their line; `bad`: the line and what is wrong with it."""

    good: list[tuple[int, Row]] = field(default_factory=list)
    bad: list[tuple[int, Message]] = field(default_factory=list)


def check(company: Company, rows: Sequence[tuple[int, Row]]) -> Checked:
    """Every value as it will be stored; nothing is looked up."""
    found = Checked()
    for line, row in rows:
        try:
            found.good.append((line, _clean(company, row)))
        except CrmError as error:
            found.bad.append((line, error.message))
    # Companies first: who works for one, or belongs to one, finds it with all that the file says of it.
    found.good.sort(key=lambda one: one[1].kind != Kind.COMPANY)
    return found


async def begin(session: AsyncSession, actor: Actor, digest: str, now: datetime, *, again: bool) -> ImportRun:
    """The run that was cut off, or a new one. Raises Refused when this very file was taken in before."""
    rights.require(actor, "contact.import")
    last = await session.scalar(
        select(ImportRun).where(ImportRun.digest == digest).order_by(ImportRun.attempt.desc()).limit(1)
    )
    if last is not None and last.finished_at is None:
        return last
    if last is not None and not again:
        raise Refused("import.done-before", when=last.finished_at)
    attempt = last.attempt + 1 if last is not None else 1
    run = ImportRun(digest=digest, attempt=attempt, done=0, added=0, updated=0, skipped=0, started_at=now)
    session.add(run)
    await session.flush()
    return run


async def take_in(
    database: Database, actor: Actor, run_id: int, rows: Sequence[Row], now: datetime, tell: Tell, *, update: bool
) -> ImportRun:
    """From where it was: each batch is one commit with its place in the file. At the end other subjects are told."""
    while True:
        async with database.transaction() as session:
            run = await session.scalar(select(ImportRun).where(ImportRun.id == run_id).with_for_update())
            assert run is not None, "begin() has written it"
            batch = rows[run.done : run.done + BATCH]
            if not batch:
                run.finished_at = run.finished_at or now
                await session.flush()
                await followers.tell(session, "import", run.id, now)
                return run
            added, updated, skipped = await _take_batch(session, actor, batch, run.started_at, now, update=update)
            run.done += len(batch)
            run.added += added
            run.updated += updated
            run.skipped += skipped
            await session.flush()
            data = {"added": added, "updated": updated, "skipped": skipped}
            await activity.record(session, actor, "contact.imported", "import", run.id, now, data)
        tell(len(batch))


async def foresee(session: AsyncSession, actor: Actor, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows that are new, and those whose contact is known; nothing is written."""
    rights.require(actor, "contact.import")
    new: list[Row] = []
    known: list[Row] = []
    for at in range(0, len(rows), BATCH):
        batch = rows[at : at + BATCH]
        found = await look_up(session, batch)
        for row in batch:
            if match(found, row) is not None:
                known.append(row)
            else:
                new.append(row)
                remember(found, row, NOT_YET)
    return new, known


def _clean(company: Company, row: Row) -> Row:
    for name, choices in (("salutation", ("mr", "ms")), ("address_form", ("formal", "informal"))):
        if row.values.get(name) not in {None, *choices}:
            raise Invalid("field.no-choice", name=name, value=row.values[name][:40], choices=", ".join(choices))
    custom = fields.read_all(company.contact_fields, row.kind, row.custom)
    for field_ in fields.missing(company.contact_fields, row.kind, custom):
        raise Invalid("field.required", name=Local(field_.name))
    return Row(
        name=clean_name(row.name),
        kind=row.kind,
        reference=row.reference,
        organisation=clean_name(row.organisation) if row.organisation else "",
        phones=list(dict.fromkeys(_with_number(company, raw) for raw in row.phones)),
        emails=list(dict.fromkeys(require_address(raw) for raw in row.emails)),
        tags=sorted({clean_tag(raw) for raw in row.tags}),
        values={name: value[: fields.LONGEST_VALUE] for name, value in row.values.items()},
        custom=fields.put({}, custom),
    )


def _with_number(company: Company, raw: str) -> str:
    phones.require_e164(raw, company.country)
    return raw


async def _take_batch(
    session: AsyncSession, actor: Actor, batch: Sequence[Row], started_at: datetime, now: datetime, *, update: bool
) -> tuple[int, int, int]:
    """Added, updated, skipped."""
    known = await look_up(session, batch, started_at)
    fresh: list[Row] = []
    updated = skipped = 0
    for row in batch:
        contact_id = match(known, row)
        if contact_id is None:
            fresh.append(row)
            remember(known, row, NOT_YET)
        elif update and contact_id != NOT_YET:
            await _update(session, actor, contact_id, row, now)
            updated += 1
        else:
            skipped += 1
    companies = [row for row in fresh if row.kind == Kind.COMPANY]
    people = [row for row in fresh if row.kind != Kind.COMPANY]
    there = {name: one for name, one in known.companies.items() if one != NOT_YET}
    there |= await _add(session, actor, companies, there, now)
    employers = {fold(row.organisation)[:LONGEST_NAME]: row.organisation for row in fresh if row.organisation}
    missing = [Row(name=name, kind=Kind.COMPANY) for key, name in employers.items() if key not in there]
    there |= await _add(session, actor, missing, there, now)
    await _put_below(session, companies, there)
    await _add(session, actor, people, there, now)
    return len(fresh), updated, skipped


async def _add(
    session: AsyncSession, actor: Actor, rows: Sequence[Row], companies: Mapping[str, int], now: datetime
) -> dict[str, int]:
    """The ids by folded name."""
    if not rows:
        return {}
    stored = [_stored(row, actor, companies, now) for row in rows]
    statement = insert(Contact.__table__).returning(Contact.id, sort_by_parameter_order=True)  # type: ignore[arg-type]
    ids = list(await session.scalars(statement, stored))
    country = company_of(session).country
    numbers, emails, tags, words = [], [], [], []
    for contact_id, row in zip(ids, rows, strict=True):
        numbers += [_number(contact_id, row, raw, country, now) for raw in row.phones]
        emails += [
            {"contact_id": contact_id, "address": e, "lowered": e.lower(), "created_at": now} for e in row.emails
        ]
        tags += [{"contact_id": contact_id, "tag": tag} for tag in row.tags]
        said = [row.name, row.organisation, *row.emails, *row.tags, *row.custom.values()]
        said += [row.values.get(name, "") for name in ("city", "postcode", "note")]
        words += [(token, contact_id) for token in sorted(tokens_of(said))]
    for model, content in ((PhoneNumber, numbers), (EmailAddress, emails), (ContactTag, tags)):
        if content:
            await session.execute(insert(cast("Table", model.__table__)), content)
    await tokens.add(session, words)
    return {fold(row.name)[:LONGEST_NAME]: contact_id for contact_id, row in zip(ids, rows, strict=True)}


async def _put_below(session: AsyncSession, companies: Sequence[Row], there: Mapping[str, int]) -> None:
    """Companies whose parent came with them: it has a number now."""
    for row in companies:
        child, parent = there[fold(row.name)[:LONGEST_NAME]], there.get(fold(row.organisation)[:LONGEST_NAME])
        if parent is not None and parent != child:
            await session.execute(update(Contact).where(Contact.id == child).values(organisation_id=parent))


def _stored(row: Row, actor: Actor, companies: Mapping[str, int], now: datetime) -> dict[str, Any]:
    plain = dict.fromkeys(PLAIN) | row.values
    return {
        **plain,
        "kind": row.kind,
        "name": row.name,
        "sort_name": fold(row.name)[:LONGEST_NAME],
        "organisation_id": companies.get(fold(row.organisation)[:LONGEST_NAME])
        if row.organisation and row.kind != Kind.COMPANY
        else None,
        "owner_id": actor.agent_id,
        "custom": row.custom,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _number(contact_id: int, row: Row, raw: str, country: str, now: datetime) -> dict[str, Any]:
    e164 = phones.require_e164(raw, country)
    return {
        "contact_id": contact_id,
        "e164": e164,
        "raw": raw,
        "reversed": phones.digits_reversed(e164),
        "head": head_of(e164) if row.kind == Kind.COMPANY else None,
        "created_at": now,
    }


async def _update(session: AsyncSession, actor: Actor, contact_id: int, row: Row, now: datetime) -> None:
    """What the row says is taken over, what it does not say stays."""
    values: dict[str, Any] = {"name": row.name, **row.values, **row.custom}
    if row.organisation:
        values["organisation_id"] = (await contacts.the_company(session, actor, row.organisation, now)).id
    await contacts.change_contact(session, actor, contact_id, now, values)
    for add, given in ((changes.add_phone, row.phones), (changes.add_mail, row.emails), (changes.tag, row.tags)):
        for value in given:
            with suppress(Refused):
                await add(session, actor, contact_id, value, now)
