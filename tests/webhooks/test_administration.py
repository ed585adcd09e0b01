import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from crm_core import agents, schema
from crm_core.agents import Agent, Invite, Role
from crm_core.callcenter import pins
from crm_core.company import Company, CompanyFileError
from crm_core.db import Database
from crm_core.errors import Invalid
from crm_core.sales.stages import Stage
from tests import people
from tests.intents.extensions import parking
from tests.postgres import create_database, drop_database
from webhooks import administration
from webhooks.complaints import Complaint
from webhooks.runtime import utc_now
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent


def _settings(url: str, company_file: Path = ROOT / "offhook.yml") -> Settings:
    return Settings(_env_file=None, database_url=url, offhook_config=company_file)


@pytest.fixture
def settings(database: Database) -> Settings:
    """Of a migrated database."""
    return _settings(database.url.render_as_string(hide_password=False))


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Settings:
    return _settings(f"sqlite:///{tmp_path}/empty.db")


@pytest.fixture
async def empty_postgres(postgres: str) -> AsyncIterator[Settings]:
    name = f"empty_{uuid4().hex[:12]}"
    yield _settings(await create_database(postgres, name))
    await drop_database(postgres, name)


@pytest.fixture(params=["empty_sqlite", "empty_postgres"])
def empty(request: pytest.FixtureRequest) -> Settings:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Settings)
    return found


async def _invite(
    settings: Settings,
    name: str = "Mira Okafor",
    role: str = "agent",
    language: str | None = None,
    phone: str | None = None,
) -> str:
    """The code."""
    said = await administration.invite(settings, name, role, language, phone)
    [telegram] = re.findall(r"/start (\S+)$", said, re.MULTILINE)
    [slack] = re.findall(r"/offhook link (\S+)$", said, re.MULTILINE)
    assert telegram == slack
    return str(telegram)


async def _people(database: Database) -> list[Agent]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Agent).order_by(Agent.name)))


async def test_an_empty_database_is_migrated(empty: Settings, company: Company) -> None:
    newest = schema.newest_revision()
    assert await administration.migrate(empty) == f"The database is at revision {newest}. It was at none."
    database = Database(empty.database_url, company)
    try:
        assert await schema.revision(database) == newest
        async with database.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Stage)) == len(company.all_stages)
    finally:
        await database.close()


async def test_a_migrated_database_stays_as_it_is(empty: Settings) -> None:
    await administration.migrate(empty)
    assert await administration.migrate(empty) == f"The database is at revision {schema.newest_revision()}."


async def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Complaint, match=r"^The database does not answer \(OperationalError\)\. Check DATABASE_URL\.$"):
        await administration.migrate(_settings(f"sqlite:///{tmp_path}/no-such-folder/offhook.db"))


async def test_nothing_is_administered_before_the_tables_are_there(empty: Settings) -> None:
    with pytest.raises(Complaint, match="run `offhook migrate` first"):
        await administration.apply(empty)
    with pytest.raises(Complaint, match="run `offhook migrate` first"):
        await administration.list_agents(empty)
    with pytest.raises(Complaint, match="run `offhook migrate` first"):
        await _invite(empty)


async def test_the_company_file_is_applied(settings: Settings, company: Company) -> None:
    said = await administration.apply(settings)
    assert said.startswith(
        f"{company.name}: {len(company.phone.nodes)} phone nodes and {len(company.all_stages)} stages"
    )


async def test_a_broken_company_file_is_not_applied(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "offhook.yml"
    broken.write_text("name: Nobody\n", encoding="utf-8")
    with pytest.raises(CompanyFileError):
        await administration.apply(settings.model_copy(update={"offhook_config": broken}))


async def test_an_invited_person_is_there_and_the_code_links_them(settings: Settings, database: Database) -> None:
    code = await _invite(settings, "Mira Okafor", "lead", "en", "030 23125-201")
    [mira] = await _people(database)
    assert (mira.name, mira.role, mira.language, mira.phone) == ("Mira Okafor", "lead", "en", "+493023125201")
    async with database.transaction() as session:
        assert (await agents.redeem(session, code, "telegram", "5552", utc_now())).id == mira.id
    async with database.transaction() as session:
        actor = await agents.identify(session, "telegram", "5552")
    assert actor is not None
    assert (actor.agent_id, actor.role) == (mira.id, Role.LEAD)


async def test_a_code_links_once(settings: Settings, database: Database) -> None:
    code = await _invite(settings)
    async with database.transaction() as session:
        await agents.redeem(session, code, "slack", "U1", utc_now())
    with pytest.raises(Invalid):
        async with database.transaction() as session:
            await agents.redeem(session, code, "slack", "U2", utc_now())


async def test_the_code_itself_is_not_stored(settings: Settings, database: Database) -> None:
    code = await _invite(settings)
    async with database.transaction() as session:
        [stored] = await session.scalars(select(Invite.code_hash))
    assert code not in stored


async def test_without_a_language_a_person_speaks_the_company_s(
    settings: Settings, database: Database, company: Company
) -> None:
    await _invite(settings)
    assert [person.language for person in await _people(database)] == [company.language]


async def test_somebody_who_is_there_gets_another_code(settings: Settings, database: Database) -> None:
    first, second = await _invite(settings), await _invite(settings, "  Mira  Okafor ")
    assert first != second
    [mira] = await _people(database)
    for code, account in ((first, "1"), (second, "2")):
        async with database.transaction() as session:
            assert (await agents.redeem(session, code, "telegram", account, utc_now())).id == mira.id


@pytest.mark.parametrize(
    ("details", "complaint"),
    [
        ({"role": "boss"}, "boss is no role; choose one of viewer, agent, lead, admin."),
        ({"language": "fr"}, "fr is not among the languages of offhook.yml: de, en."),
        ({"name": "  "}, "A person needs a name."),
    ],
)
async def test_a_wrong_invitation_is_one_sentence_and_writes_nothing(
    settings: Settings, database: Database, details: dict[str, str], complaint: str
) -> None:
    with pytest.raises(Complaint) as refused:
        await _invite(settings, **details)
    assert str(refused.value) == complaint
    assert await _people(database) == []


async def test_a_phone_that_is_no_number_writes_nothing(settings: Settings, database: Database) -> None:
    with pytest.raises(Invalid):
        await _invite(settings, phone="extension nine")
    assert await _people(database) == []


async def test_a_phone_is_a_number_or_a_sip_address(settings: Settings, database: Database) -> None:
    await _invite(settings, phone="sip:mira@example.com")
    assert [person.phone for person in await _people(database)] == ["sip:mira@example.com"]
    said = await administration.set_phone(settings, "mira", "030 23125-201")
    assert said == "Calls for Mira Okafor ring at +493023125201."
    assert [person.phone for person in await _people(database)] == ["+493023125201"]
    with pytest.raises(Invalid):
        await administration.set_phone(settings, "mira", "sip:nowhere")


async def test_a_pin_is_set_and_not_repeated(settings: Settings, database: Database) -> None:
    await _invite(settings)
    said = await administration.set_pin(settings, "Mira", "4711")
    assert said.startswith("Mira Okafor has a PIN; the line asks for it once offhook.yml names a key for it")
    assert "4711" not in said
    [mira] = await _people(database)
    async with database.transaction() as session:
        assert await pins.is_right(session, mira.id, "4711", utc_now())
    with pytest.raises(Invalid):
        await administration.set_pin(settings, "Mira", "1234")


async def test_the_list_of_nobody_says_how_to_begin(settings: Settings) -> None:
    assert await administration.list_agents(settings) == (
        "Nobody yet. Begin with: offhook agents invite YOUR-NAME --role admin"
    )


async def test_people_are_listed_with_their_accounts(settings: Settings, database: Database) -> None:
    async with database.transaction() as session:
        await people.add_agent(session, "Mira Okafor", slack="U1", telegram="5552")
        await people.add_agent(session, "Ada Berg", Role.ADMIN, language="de", phone=None)
    ada, mira = (await administration.list_agents(settings)).splitlines()
    assert ada.split() == ["Ada", "Berg", "admin", "de", "no", "phone", "no", "account", "linked"]
    assert mira.split() == ["Mira", "Okafor", "agent", "en", "+493023125201", "slack,", "telegram"]


async def test_an_invited_person_has_a_team_languages_and_skills(settings: Settings, database: Database) -> None:
    able = administration.Abilities("Monteure", ["German", "en"], ["heating"])
    await administration.invite(settings, "Mira Okafor", "agent", "de", None, able)
    [mira] = await _people(database)
    assert (mira.team, mira.languages, mira.skills) == ("fitters", ["de", "en"], ["heating"])


async def test_nobody_is_invited_into_a_team_that_is_not_there(settings: Settings, database: Database) -> None:
    for able in (administration.Abilities("plumbers"), administration.Abilities(speaks=["Klingonian"])):
        with pytest.raises((Invalid, Complaint)):
            await administration.invite(settings, "Mira Okafor", "agent", "de", None, able)
    assert await _people(database) == []


async def test_a_team_without_members_is_warned_of_until_somebody_is_in_it(settings: Settings) -> None:
    await _invite(settings)
    await _invite(settings, "Jonas Weber")
    assert "teams.fitters: nobody is in it" in await administration.apply(settings)
    assert await administration.set_team(settings, "Mira", "fitters") == "Mira Okafor is in the team fitters."
    assert "Warning" not in await administration.apply(settings)
    assert await administration.set_team(settings, "Mira", None) == "Mira Okafor is in no team."


async def test_names_in_the_company_file_that_nobody_has_are_warned_of_with_their_line(settings: Settings) -> None:
    await _invite(settings, "Mira Okafr")
    said = await administration.apply(settings)
    assert re.search(r"Warning: \S+offhook\.yml:\d+: shifts\.0\.agents\.0: nobody is called Mira Okafor\n", said)


def test_a_company_file_is_checked_without_a_database(tmp_path: Path) -> None:
    nowhere = _settings("sqlite:////no/such/folder.db")
    assert administration.check(nowhere).endswith("are in order. Nothing was applied.")
    broken = tmp_path / "offhook.yml"
    broken.write_text("name: Nobody\n", encoding="utf-8")
    with pytest.raises(CompanyFileError):
        administration.check(nowhere.model_copy(update={"offhook_config": broken}))


@pytest.mark.usefixtures("own_commands")
async def test_a_faulty_command_of_the_companys_own_is_refused_before_anything_is_applied(
    settings: Settings, tmp_path: Path
) -> None:
    folder = parking.write(tmp_path / "my_commands")
    file = parking.company_file(tmp_path, commands="my_commands")
    theirs = settings.model_copy(update={"offhook_config": file})
    assert "2 commands of your own" in await administration.apply(theirs)
    broken = parking.module(folder, "import nothing_of_that_name\n")
    with pytest.raises(Complaint, match=rf"{broken}:1: ModuleNotFoundError"):
        await administration.apply(theirs)


def test_a_folder_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    file = parking.company_file(tmp_path, commands="my_commands")
    with pytest.raises(CompanyFileError, match=rf"{file}:\d+: extensions.commands: there is no folder"):
        administration.check(_settings("sqlite:///none.db", file))
