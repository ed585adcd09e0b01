from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from crm_core import inbox, outbox, rows
from crm_core.agents import SYSTEM, Role
from crm_core.callcenter.calls import Call
from crm_core.company import Company
from crm_core.contacts import changes
from crm_core.contacts.contacts import Contact
from crm_core.db import Base, Database
from crm_core.errors import NotAllowed, NotFound
from crm_core.outbox import EffectKind
from crm_core.privacy.erasures import Erasure
from crm_core.privacy.holdings import IMPERSONAL, holdings
from crm_core.privacy.person import Person
from crm_core.privacy.privacy import erase, known_of
from crm_core.sales.quote_links import QuoteLink
from tests import people
from tests.journeys.stage import LINE, Stage, set_stage
from tests.people import NOW

GRETA = "+493023125010"


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    """Greta Sommer called, told two tickets, left a message, and is in everybody's mouth; Paul is somebody else."""
    async with set_stage(database, company) as stage:
        async with database.transaction() as session:
            await people.add_contact(session, "Greta Sommer", GRETA, organisation="Bäckerei Süß")
            await people.add_contact(session, "Paul Winter", "+493023125011")
        for number in (GRETA, "+493023125011"):
            call = await stage.twilio.dial(number, LINE)
            await call.press("2")
            await call.say("Der Backofen ist kalt" if number == GRETA else "Der Aufzug steht")
            await call.press("1")
            await call.hang_up()
        message = await stage.twilio.dial(GRETA, LINE)
        await message.press("4")
        await message.say("Hier ist Frau Sommer, bitte rufen Sie zurück")
        await message.press("#")
        for text in (
            "add deal Wärmepumpe for Greta Sommer 12000 €",
            "next step D-1 Greta zurückrufen",
            "lose D-1 because Greta found another house",
            "quote for D-1",
            "add 2 Gretas Rohre at 10 to Q-1",
            "appointment with Greta Sommer tomorrow 14:00 at Sommerweg 3",
            "add deal Aufzug for Paul Winter 900 €",
            "add Greta Sommer to D-2 as architect",
            "comment T-1 Greta is angry",
            "reply T-1 Wir kommen, Greta",
            "step T-1 Frau Sommer anrufen",
            "tag T-1 sommer",
            "incident T-1 T-2 : Greta und der Strom",
            "T-1 blocked by T-2",
            "watch T-1",
            "log call with Greta Sommer 12 minutes wants a quote",
            "find sommer",
            "new project Sommer bakery for Greta Sommer",
            "log 1:30 on T-1 Backofen repaired with Greta",
            "log 30 min on P-1 plans for Sommer",
            "add e-mail g.s@example.de to C-1001",
            "link to Q-1",
            "set serial number of T-1 to NH-2019-0417",
        ):
            await stage.slack.slash(stage.mira, stage.channel, text)
        await stage.work()
        yield stage
        await stage.work()


async def _everything(database: Database) -> str:
    async with database.transaction() as session:
        lines = [
            f"{table.name} {rows.line(table, row)}"
            for table in rows.tables()
            async for batch in rows.read(session, table)
            for row in batch
        ]
    return "\n".join(lines).encode().decode("unicode_escape", "replace") + "\n".join(lines)


async def _greta(database: Database) -> int:
    async with database.transaction() as session:
        return (await session.scalars(select(Contact.id).where(Contact.name == "Greta Sommer"))).one()


def test_every_table_is_known_to_hold_a_person_or_not_to() -> None:
    named = set(holdings(Person(1, "Greta"))) | set(IMPERSONAL)
    assert named == set(Base.metadata.tables)
    assert set(holdings(Person(1, "Greta"))) & set(IMPERSONAL) == set()


async def test_all_that_is_known_is_told(stage: Stage) -> None:
    database = stage.runtime.database
    greta = await _greta(database)
    async with database.transaction() as session:
        found = await known_of(session, SYSTEM, greta)
    assert [row["name"] for row in found["contact"]] == ["Greta Sommer"]
    assert [row["e164"] for row in found["phone_number"]] == [GRETA]
    assert {row["subject"] for row in found["ticket"]} >= {"Der Backofen ist kalt"}
    assert [step["title"] for step in found["ticket_step"]] == ["Frau Sommer anrufen"]
    assert [row["body"] for row in found["ticket_comment"]] == ["Greta is angry", "Wir kommen, Greta"]
    of_sales = ("deal", "deal_contact", "quote", "quote_line", "quote_link", "appointment")
    for name in ("call", "receipt", "effect", "activity", "recording", *of_sales):
        assert found[name], name
    assert {"serial": "NH-2019-0417"} in [row["custom"] for row in found["ticket"]]
    assert [row["transcript"] for row in found["recording"]] == ["Hier ist Frau Sommer, bitte rufen Sie zurück"]
    assert "Der Aufzug steht" not in str(found)


async def test_nothing_is_left_of_who_is_erased_and_all_of_everybody_else(stage: Stage) -> None:
    database = stage.runtime.database
    greta = await _greta(database)
    async with database.transaction() as session:
        done = await erase(session, SYSTEM, greta, NOW)
        assert not (await session.scalars(select(QuoteLink))).all(), "nobody reads it by its address any more"
    assert done.rows["ticket"] >= 1
    assert any(line.startswith("recording RE") for line in done.elsewhere)
    assert "the sound of 1 voicemail(s) at the transcriber, which wrote them out" in done.elsewhere
    left = await _everything(database)
    told = ("Greta", "Sommer", "sommer", "23125010", "Backofen", "angry", "wants a quote", "g.s@example", "NH-2019")
    for word in told:
        assert word not in left, [line for line in left.split("\n") if word in line][:3]
    assert "Paul Winter" in left
    assert "Der Aufzug steht" in left


async def test_the_cards_of_who_is_erased_are_edited(stage: Stage) -> None:
    database = stage.runtime.database
    greta = await _greta(database)
    async with database.transaction() as session:
        await erase(session, SYSTEM, greta, NOW)
    await stage.work()
    shown = str([(card.text, card.blocks) for card in stage.cards()])
    assert "Backofen" not in shown
    assert "Frau Sommer" not in shown
    assert "Greta" not in shown
    assert "Der Aufzug steht" in shown


async def test_the_carrier_is_asked_to_delete_what_was_said(stage: Stage) -> None:
    database = stage.runtime.database
    greta = await _greta(database)
    async with database.transaction() as session:
        sids = [row["sid"] for row in (await known_of(session, SYSTEM, greta))["recording"]]
        await erase(session, SYSTEM, greta, NOW)
    await stage.work()
    assert sids
    assert stage.twilio.deleted_recordings == sids


async def test_an_erasure_cannot_be_undone(stage: Stage) -> None:
    database = stage.runtime.database
    greta = await _greta(database)
    async with database.transaction() as session:
        await erase(session, SYSTEM, greta, NOW)
    await stage.slack.slash(stage.mira, stage.channel, "undo")
    await stage.work()
    assert "Greta" not in await _everything(database)


async def test_the_statistics_stay(stage: Stage) -> None:
    database = stage.runtime.database
    greta = await _greta(database)
    async with database.transaction() as session:
        before = len((await session.scalars(select(Call.id))).all())
        await erase(session, SYSTEM, greta, NOW)
        assert len((await session.scalars(select(Call.id))).all()) == before
        assert (await session.scalars(select(Erasure.actor_name))).all() == [SYSTEM.name]


async def test_only_an_admin_may(database: Database) -> None:
    async with database.transaction() as session:
        contact = await people.add_contact(session)
        lead = people.as_actor(await people.add_agent(session, "Lena", Role.LEAD))
        with pytest.raises(NotAllowed):
            await erase(session, lead, contact.id, NOW)
        with pytest.raises(NotAllowed):
            await known_of(session, lead, contact.id)
        with pytest.raises(NotFound):
            await erase(session, SYSTEM, 4711, NOW)


async def test_a_delivery_that_names_them_by_e_mail_alone_is_told_and_emptied(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        await changes.add_mail(session, SYSTEM, greta.id, "G.S@example.de", NOW)
        await inbox.receive(session, "mail", "mail:1", "mail:1", {"from": "g.s@example.de"}, NOW)
        await outbox.enqueue(session, EffectKind.POST, "mail:1", {"to": "G.S@example.de"}, NOW)
        await outbox.enqueue(session, EffectKind.POST, "mail:2", {"to": "paul@example.de"}, NOW)
    async with database.transaction() as session:
        told = await known_of(session, SYSTEM, greta.id)
        assert [row["payload"] for row in told["receipt"]] == [{"from": "g.s@example.de"}]
        assert [row["payload"] for row in told["effect"]] == [{"to": "G.S@example.de"}]
        await erase(session, SYSTEM, greta.id, NOW)
    assert "g.s@example.de" not in (await _everything(database)).lower()
    assert "paul@example.de" in await _everything(database)
