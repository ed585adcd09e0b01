from itertools import pairwise

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from crm_core import schema
from crm_core.agents import SYSTEM
from crm_core.contacts import search
from crm_core.db import Base, Database
from crm_core.support.tickets import Ticket
from tests import people
from webhooks.demo.company import fill


async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_every_migration_runs_down_and_up_with_a_company_in_the_tables(database: Database) -> None:
    async with database.transaction() as session:
        await fill(session, people.NOW)
    chain = [script.revision for script in ScriptDirectory.from_config(schema.configuration()).walk_revisions()]
    for newer, older in pairwise(chain):
        await schema.roll_back(database, older)
        await schema.migrate(database, newer)
        await schema.roll_back(database, older)
    await schema.migrate(database)
    assert await schema.revision(database) == schema.newest_revision()
    async with database.transaction() as session:
        found = await search.find_contacts(session, SYSTEM, "Gerta Sommer")
        assert [contact.name for contact in found] == ["Greta Sommer"]
        assert (await session.scalar(select(func.count()).select_from(Ticket)) or 0) > 0
    await schema.roll_back(database)
    async with database.engine.connect() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    await schema.migrate(database)
    assert await schema.revision(database) == schema.newest_revision()


async def test_contacts_are_numbered_from_1001(database: Database) -> None:
    async with database.transaction() as session:
        assert (await people.add_contact(session)).id == 1001
