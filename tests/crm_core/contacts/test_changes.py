import pytest

from crm_core import activity, phones
from crm_core.agents import Actor
from crm_core.company import Company
from crm_core.company.fields import CustomField
from crm_core.contacts import changes, contacts, numbers, search, tags
from crm_core.contacts.contacts import Contact, Kind
from crm_core.db import Database
from crm_core.errors import Invalid, Refused
from tests import people
from tests.people import NOW, as_actor


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        await people.add_contact(session, "Greta Sommer", "+493023125010", organisation="Bäckerei Süß")
        return as_actor(await people.add_agent(session))


async def _greta(database: Database) -> Contact:
    async with database.transaction() as session:
        found = await session.get(Contact, 1001)
        assert found is not None
        return found


async def test_a_number_is_added_and_taken_back(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await changes.add_phone(session, mira, 1001, "(030) 23 12 50-77", NOW)
        with pytest.raises(Refused):
            await changes.add_phone(session, mira, 1001, "+49 30 23125077", NOW)
    async with database.transaction() as session:
        assert [n.e164 for n in await numbers.numbers_of(session, 1001)] == ["+493023125010", "+493023125077"]
        await activity.undo(session, mira, NOW)
        assert [n.e164 for n in await numbers.numbers_of(session, 1001)] == ["+493023125010"]


async def test_a_removed_number_comes_back_with_undo(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await changes.remove_phone(session, mira, 1001, "030 23125010", NOW)
        assert list(await search.find_contacts(session, mira, "23125010")) == []
        await activity.undo(session, mira, NOW)
        assert [c.id for c in await search.find_contacts(session, mira, "23125010")] == [1001]


async def test_e_mails_and_tags_come_and_go(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await changes.add_mail(session, mira, 1001, "Greta@Example.de", NOW)
        assert [c.id for c in await search.find_contacts(session, mira, "greta@example.de")] == [1001]
        await changes.tag(session, mira, 1001, "Stammkunde", NOW)
        await activity.undo(session, mira, NOW)
        assert await tags.tags_of(session, 1001) == []
        await activity.undo(session, mira, NOW)
        assert list(await search.find_contacts(session, mira, "greta@example.de")) == []


async def test_a_new_name_is_found_and_the_old_one_again_after_undo(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await contacts.change_contact(session, mira, 1001, NOW, {"name": "Greta Winter", "city": "Köln"})
        assert [c.id for c in await search.find_contacts(session, mira, "winter koeln")] == [1001]
        assert list(await search.find_contacts(session, mira, "sommer")) == []
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
        assert [c.id for c in await search.find_contacts(session, mira, "sommer")] == [1001]


async def test_people_are_found_by_the_new_name_of_their_company(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        company = (await contacts.list_contacts(session, mira))[0]
        assert company.kind == Kind.COMPANY
        await contacts.change_contact(session, mira, company.id, NOW, {"name": "Konditorei Nord"})
        assert 1001 in [c.id for c in await search.find_contacts(session, mira, "konditorei")]


async def test_a_company_belongs_to_no_company_below_it(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        holding = await contacts.add_contact(session, mira, name="Nord Holding", kind=Kind.COMPANY, now=NOW)
        branch = await contacts.add_contact(
            session,
            mira,
            name="Nord Bau",
            kind=Kind.COMPANY,
            organisation="Nord Holding",
            time_zone="Europe/Berlin",
            now=NOW,
        )
        with pytest.raises(Invalid) as circle:
            await contacts.change_contact(session, mira, holding.id, NOW, {"organisation_id": branch.id})
    assert circle.value.message.id == "contact.belongs-to-itself"


FIELDS = [
    CustomField(key="since", name={"en": "Customer since"}, type="date"),
    CustomField(key="size", name={"en": "Size"}, type="choice", choices=["small", "large"], required=True),
    CustomField(key="boilers", name={"en": "Boilers"}, type="number"),
]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [("since", "1.5.1998", "1998-05-01"), ("size", "LARGE", "large"), ("boilers", "1.234,5", "1234.5")],
)
async def test_a_custom_field_is_kept_by_its_type(
    database: Database, company: Company, mira: Actor, name: str, value: str, kept: str
) -> None:
    database.works_for(company.model_copy(update={"contact_fields": FIELDS}))
    async with database.transaction() as session:
        await contacts.change_contact(session, mira, 1001, NOW, {name: value})
    assert (await _greta(database)).custom == {name: kept}


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("since", "yesterday", "field.no-date"),
        ("size", "huge", "field.no-choice"),
        ("size", "", "field.required"),
        ("boilers", "many", "field.no-number"),
        ("shoe", "44", "field.unknown"),
    ],
)
async def test_what_a_custom_field_refuses_is_said(
    database: Database, company: Company, mira: Actor, name: str, value: str, complaint: str
) -> None:
    database.works_for(company.model_copy(update={"contact_fields": FIELDS}))
    with pytest.raises(Invalid) as refused:
        async with database.transaction() as session:
            await contacts.change_contact(session, mira, 1001, NOW, {name: value})
    assert refused.value.message.id == complaint


@pytest.mark.parametrize("typed", ["(0711) 123-0", "0711/1230", "+49 (0) 711 1230"])
async def test_an_extension_finds_the_company_of_its_head_number(database: Database, mira: Actor, typed: str) -> None:
    async with database.transaction() as session:
        firm = await contacts.add_contact(session, mira, name="Stutz AG", kind=Kind.COMPANY, phone=typed, now=NOW)
        assert await numbers.by_head(session, phones.require_e164("0711 123-45", "DE")) == firm.id
        assert await numbers.by_head(session, phones.require_e164("0711 124-45", "DE")) is None
