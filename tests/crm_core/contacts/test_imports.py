from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select

from crm_core.agents import SYSTEM, Actor, Role
from crm_core.company import Company
from crm_core.company.fields import CustomField
from crm_core.contacts import exports, imports, search, tags
from crm_core.contacts.contacts import Contact, Kind
from crm_core.contacts.emails import EmailAddress
from crm_core.contacts.imports import ImportRun
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.row import Row
from crm_core.contacts.tags import ContactTag
from crm_core.contacts.tokens import ContactToken
from crm_core.db import Database
from crm_core.errors import NotAllowed, Refused
from tests import people
from tests.people import NOW, as_actor

GRETA = Row(
    name="Greta Sommer",
    organisation="Bäckerei Süß",
    phones=["030 23125010", "0151 23456789"],
    emails=["greta@example.de"],
    tags=["vip"],
    values={"city": "Berlin", "salutation": "ms"},
)


async def _take_in(
    database: Database, rows: Sequence[Row], *, digest: str = "a", update: bool = False, again: bool = False
) -> ImportRun:
    async with database.transaction() as session:
        run = await imports.begin(session, SYSTEM, digest, NOW, again=again)
    return await imports.take_in(database, SYSTEM, run.id, rows, NOW, lambda _count: None, update=update)


async def _count(database: Database, kind: Kind = Kind.PERSON) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Contact).where(Contact.kind == kind)) or 0


async def _exported(database: Database) -> list[Row]:
    async with database.reading() as session:
        return [row async for batch in exports.exported(session, SYSTEM) for row in batch]


async def test_a_row_becomes_a_contact_with_its_company(database: Database) -> None:
    done = await _take_in(database, [GRETA])
    assert (done.added, done.updated, done.skipped) == (1, 0, 0)
    async with database.transaction() as session:
        for query in ("gerta sommer", "23125010", "greta@example.de", "#vip", "berlin", "bäckerei sommer"):
            found = await search.find_contacts(session, SYSTEM, query)
            assert [contact.name for contact in found] == ["Greta Sommer"], query
    assert await _count(database, Kind.COMPANY) == 1


async def test_colleagues_share_a_company_and_its_number(database: Database) -> None:
    rows = [Row(name=f"Person {n}", organisation="Stutz AG", phones=["0711 1230"]) for n in range(1200)]
    assert (await _take_in(database, rows)).added == 1200
    assert (await _count(database), await _count(database, Kind.COMPANY)) == (1200, 1)


async def test_who_is_there_already_is_skipped_or_taken_over(database: Database) -> None:
    await _take_in(database, [GRETA])
    newer = Row(name="Greta Sommer-Stein", emails=["GRETA@example.de"], tags=["new"], values={"city": "Köln"})
    assert (await _take_in(database, [newer, newer], digest="b")).skipped == 2
    assert (await _take_in(database, [newer], digest="c", update=True)).updated == 1
    [told] = [row for row in await _exported(database) if row.kind == Kind.PERSON]
    assert (told.name, told.values["city"], told.tags) == ("Greta Sommer-Stein", "Köln", ["new", "vip"])


async def test_a_row_twice_in_one_file_is_one_contact(database: Database) -> None:
    done = await _take_in(database, [GRETA, GRETA, GRETA])
    assert (done.added, done.skipped) == (1, 2)


async def test_a_company_keeps_what_the_file_says_of_it_wherever_it_stands(
    database: Database, company: Company
) -> None:
    people_of_it = [Row(name=f"Person {n}", organisation="Nord Bau") for n in range(imports.BATCH)]
    below = Row(name="Nord Bau", kind=Kind.COMPANY, organisation="Nord Holding", phones=["0711 1230"])
    above = Row(name="Nord Holding", kind=Kind.COMPANY)
    checked = imports.check(company, list(enumerate([*people_of_it, below, above])))
    assert (await _take_in(database, [row for _, row in checked.good])).added == imports.BATCH + 2
    told = {row.name: row for row in await _exported(database) if row.kind == Kind.COMPANY}
    assert set(told) == {"Nord Bau", "Nord Holding"}
    assert (told["Nord Bau"].organisation, told["Nord Bau"].phones) == ("Nord Holding", ["+497111230"])


async def test_a_reference_of_another_house_is_not_a_number_just_given_out(database: Database) -> None:
    rows = [Row(name=f"Person {n}", reference=f"C-{1001 + (n + 5) % 800}") for n in range(800)]
    assert (await _take_in(database, rows)).added == 800


async def test_who_shares_an_office_address_is_somebody_else(database: Database) -> None:
    rows = [Row(name=name, emails=["info@stutz.example"]) for name in ("Greta Sommer", "Otto Winter")]
    await _take_in(database, rows[:1])
    assert (await _take_in(database, rows, digest="b", update=True)).added == 1
    assert {row.name for row in await _exported(database)} == {"Greta Sommer", "Otto Winter"}


async def test_the_same_file_is_not_imported_twice_by_mistake(database: Database) -> None:
    await _take_in(database, [GRETA])
    with pytest.raises(Refused):
        await _take_in(database, [GRETA])
    assert (await _take_in(database, [GRETA], again=True)).skipped == 1


async def test_a_run_that_was_cut_off_goes_on_where_it_was(database: Database) -> None:
    rows = [Row(name=f"Person {n}", emails=[f"p{n}@example.de"]) for n in range(1300)]

    def cut_off(_count: int) -> None:
        raise KeyboardInterrupt

    async with database.transaction() as session:
        run = await imports.begin(session, SYSTEM, "a", NOW, again=False)
    with pytest.raises(KeyboardInterrupt):
        await imports.take_in(database, SYSTEM, run.id, rows, NOW, cut_off, update=False)
    assert await _count(database) == imports.BATCH
    done = await _take_in(database, rows)
    assert (done.id, done.added, done.skipped) == (run.id, 1300, 0)
    assert await _count(database) == 1300


async def test_what_is_exported_and_imported_elsewhere_is_the_same(database: Database, company: Company) -> None:
    own = [CustomField(key="since", name={"de": "Kunde seit", "en": "Customer since"}, type="date")]
    declared = company.model_copy(update={"contact_fields": own})
    database.works_for(declared)
    rows = [GRETA, Row(name="Stutz AG", kind=Kind.COMPANY, phones=["0711 1230"], custom={"since": "1.5.1998"})]
    checked = imports.check(declared, list(enumerate(rows)))
    await _take_in(database, [row for _, row in checked.good])
    first = await _exported(database)
    async with database.transaction() as session:
        for model in (ContactToken, ContactTag, EmailAddress, PhoneNumber):
            await session.execute(delete(model))
        await session.execute(delete(Contact).where(Contact.organisation_id.is_not(None)))
        await session.execute(delete(Contact))
    assert (await _take_in(database, first, digest="b")).added == len(first)
    assert [replace(row, reference="") for row in _sorted(await _exported(database))] == [
        replace(row, reference="") for row in _sorted(first)
    ]
    assert {row.name: row.custom for row in first}["Stutz AG"] == {"since": "1998-05-01"}


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.name)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (Row(name=""), "contact.name-missing"),
        (Row(name="Greta", phones=["none"]), "phone.invalid"),
        (Row(name="Greta", emails=["none"]), "email.invalid"),
        (Row(name="Greta", custom={"shoe": "44"}), "field.unknown"),
        (Row(name="Greta", values={"salutation": "Herr"}), "field.no-choice"),
    ],
)
def test_what_cannot_be_stored_is_told_with_its_line(company: Company, row: Row, complaint: str) -> None:
    checked = imports.check(company, [(2, GRETA), (3, row)])
    assert [line for line, _ in checked.good] == [2]
    assert [(line, fault.id) for line, fault in checked.bad] == [(3, complaint)]


async def test_a_look_ahead_writes_nothing(database: Database) -> None:
    await _take_in(database, [GRETA])
    async with database.reading() as session:
        paul = Row(name="Paul Winter", emails=["paul@example.de"])
        new, known = await imports.foresee(session, SYSTEM, [GRETA, paul, paul])
    assert [row.name for row in new] == ["Paul Winter"]
    assert [row.name for row in known] == ["Greta Sommer", "Paul Winter"]
    assert await _count(database) == 1


async def test_importing_and_exporting_is_for_administrators(database: Database) -> None:
    async with database.transaction() as session:
        lead: Actor = as_actor(await people.add_agent(session, role=Role.LEAD))
        with pytest.raises(NotAllowed):
            await imports.begin(session, lead, "a", NOW, again=False)
        with pytest.raises(NotAllowed):
            await anext(exports.exported(session, lead))


def test_a_tag_holds_nothing_that_separates_tags() -> None:
    assert tags.clean_tag("#Stamm;kunde, neu") == "stamm kunde neu"


def test_what_is_required_of_companies_is_asked_of_no_person(company: Company) -> None:
    own = [CustomField(key="register", name={"en": "Register"}, required="company")]
    declared = company.model_copy(update={"contact_fields": own})
    rows = [
        (1, Row(name="Stutz AG", kind=Kind.COMPANY)),
        (2, Row(name="Nord AG", kind=Kind.COMPANY, custom={"register": "HRB 1"})),
        (3, Row(name="Greta Sommer")),
    ]
    checked = imports.check(declared, rows)
    assert [line for line, _row in checked.good] == [2, 3]
    assert [(line, why.id) for line, why in checked.bad] == [(1, "field.required")]
