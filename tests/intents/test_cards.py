import pytest

from crm_core.agents import SYSTEM, Actor, Agent
from crm_core.callcenter import arrivals, calls, queues, recordings
from crm_core.callcenter.recordings import Unwritten
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.money import Money
from crm_core.projects import tasks
from crm_core.sales import deals, moves, stages
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from intents.ask import Ask
from intents.cards import Drawn, draw
from intents.cards.cards import notice
from intents.cards.support import ticket_card
from intents.registry import Context
from intents.reply import Choices, Fields
from tests import people
from tests.intents.talk import Talk
from tests.people import NOW


@pytest.fixture
async def greta(database: Database) -> Contact:
    async with database.transaction() as session:
        return await people.add_contact(session, organisation="Sommer GmbH")


async def _draw(database: Database, kind: str, record_id: int, language: str = "en") -> Drawn | None:
    async with database.transaction() as session:
        return await draw(session, kind, record_id, language, NOW)


def _fields(drawn: Drawn | None) -> Fields:
    assert drawn is not None
    return next(part for part in drawn.parts if isinstance(part, Fields))


def _says(drawn: Drawn | None) -> list[str]:
    assert drawn is not None
    return [choice.say for part in drawn.parts if isinstance(part, Choices) for choice in part.choices]


async def _call(database: Database, number: str, *, waiting: bool = False) -> int:
    async with database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", number, "+493023125100", {}, NOW)
        if waiting:
            await queues.join(session, await calls.lock_call(session, inbound.id), "support", NOW)
        return inbound.id


async def test_a_ticket_card_follows_the_ticket(mira: Talk, greta: Contact) -> None:
    await mira.say("urgent: no hot water")
    new = await _draw(mira.database, "ticket", 1)
    assert _says(new) == ["claim T-1", "resolve T-1"]
    assert ("Priority", "urgent") in _fields(new).pairs
    await mira.say("claim T-1")
    await mira.say("note T-1 the part is ordered")
    claimed = await _draw(mira.database, "ticket", 1)
    assert _says(claimed) == ["resolve T-1"]
    assert ("Assigned to", "Mira Okafor") in _fields(claimed).pairs
    assert _fields(claimed).body == "Mira Okafor: the part is ordered"
    await mira.say("resolve T-1")
    resolved = await _draw(mira.database, "ticket", 1)
    assert _says(resolved) == ["reopen T-1"]
    assert ("Status", "resolved") in _fields(resolved).pairs


async def test_the_teams_card_names_the_customer(mira: Talk, greta: Contact) -> None:
    await mira.say("open ticket for Greta: no hot water")
    drawn = await _draw(mira.database, "ticket", 1, "de")
    assert ("Kontakt", "Greta Sommer, Sommer GmbH") in _fields(drawn).pairs


async def test_buttons_carry_the_version_they_were_drawn_from(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say("note T-1 looked at it")
    drawn = await _draw(mira.database, "ticket", 1)
    assert drawn is not None
    buttons = [choice for part in drawn.parts if isinstance(part, Choices) for choice in part.choices]
    assert {(button.record, button.version) for button in buttons} == {("T-1", 2)}


async def test_the_text_of_a_card_says_it_all(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    drawn = await _draw(mira.database, "ticket", 1)
    assert drawn is not None
    assert drawn.text == (
        "T-1 · Heating is cold. Status: new. Priority: normal. Opened: Mon 23 Nov, 11:00. "
        "First response: by Mon 23 Nov, 15:00. Resolution: by Thu 26 Nov, 11:00"
    )


async def test_the_card_of_a_withdrawn_ticket_is_gone(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say("undo")
    assert await _draw(mira.database, "ticket", 1) is None


async def test_a_call_pops_up_with_name_and_open_tickets(mira: Talk, greta: Contact) -> None:
    await mira.say("open ticket for Greta: no hot water")
    call_id = await _call(mira.database, "+493023125010")
    drawn = await _draw(mira.database, "call", call_id)
    fields = _fields(drawn)
    assert fields.title == f"CALL-{call_id} · Greta Sommer"
    assert ("Number", "+49 30 23125010") in fields.pairs
    assert ("Open tickets", "T-1 no hot water") in fields.pairs
    assert _says(drawn) == [], "nobody waits yet"


async def test_who_waits_can_be_accepted_until_somebody_does(mira: Talk) -> None:
    call_id = await _call(mira.database, "+493023125010", waiting=True)
    assert _says(await _draw(mira.database, "call", call_id)) == [f"accept CALL-{call_id}"]
    assert (await mira.say(f"accept CALL-{call_id}")).text.startswith(f"Your phone is ringing for CALL-{call_id}.")
    drawn = await _draw(mira.database, "call", call_id)
    assert _says(drawn) == [f"decline CALL-{call_id}"]
    assert ("Agent", "Mira Okafor") in _fields(drawn).pairs


@pytest.mark.parametrize(("number", "shown"), [("+493023125099", "+49 30 23125099"), ("anonymous", "number withheld")])
async def test_an_unknown_caller_has_a_number_or_none(database: Database, number: str, shown: str) -> None:
    call_id = await _call(database, number)
    assert _fields(await _draw(database, "call", call_id)).title == f"CALL-{call_id} · {shown}"


async def test_a_deal_card_offers_the_next_stage_and_none_after_the_last(database: Database, greta: Contact) -> None:
    async with database.transaction() as session:
        deal = await deals.add_deal(
            session, SYSTEM, title="Heat pump", value=Money(1_200_000, "EUR"), contact_id=greta.id, now=NOW
        )
    drawn = await _draw(database, "deal", deal.id, "de")
    assert _says(drawn) == ["move D-1 to visit", "call D-1"]
    assert ("Phase", "Anfrage") in _fields(drawn).pairs
    async with database.transaction() as session:
        await moves.move(session, SYSTEM, deal.id, await stages.find_stage(session, "won"), NOW)
    assert _says(await _draw(database, "deal", deal.id)) == []


async def test_a_task_card_can_be_ticked_off_once(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await tasks.add_task(session, mira.actor, title="Send the offer", now=NOW)
    assert _says(await _draw(mira.database, "task", 1)) == ["done TASK-1"]
    await mira.say("done TASK-1")
    drawn = await _draw(mira.database, "task", 1)
    assert (_says(drawn), _fields(drawn).pairs) == (
        [],
        [("Status", "done Mon 23 Nov, 11:00"), ("Assigned to", "Mira Okafor")],
    )


async def test_a_long_description_is_cut(database: Database) -> None:
    async with database.transaction() as session:
        await tickets.open_ticket(session, SYSTEM, subject="Long", description="x" * 5000, now=NOW)
    body = _fields(await _draw(database, "ticket", 1)).body
    assert (len(body), body[-1]) == (600, "…")


async def _voicemail(database: Database, **about: str) -> None:
    async with database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        recording = await recordings.add_recording(session, call, "RE1", "https://example.com/1", 7, NOW)
        ticket = await tickets.open_ticket(session, SYSTEM, subject="Voicemail", call_id=call.id, now=NOW)
        recording.ticket_id = ticket.id
        for column, value in about.items():
            setattr(recording, column, value)


async def _bodies(database: Database, actor: Actor, *, is_public: bool = False) -> list[str]:
    async with database.transaction() as session:
        ask = Ask("slack", "slack:C1", "U1", is_public=is_public)
        parts = await ticket_card(Context(session, actor, ask, "en", [], NOW), await session.get_one(Ticket, 1))
    return [part.body for part in parts if isinstance(part, Fields)]


async def test_what_a_voicemail_says_is_for_the_team_and_for_no_public_place(database: Database) -> None:
    await _voicemail(database, transcript="The heating is cold")
    caller = Actor(name="Greta", channel="phone", language="en", contact_id=1)
    assert await _bodies(database, SYSTEM) == ["", "The heating is cold"]
    assert await _bodies(database, SYSTEM, is_public=True) == [""]
    assert await _bodies(database, caller) == [""]


async def test_a_long_voicemail_is_cut_on_the_card(database: Database) -> None:
    await _voicemail(database, transcript="word " * 1000)
    [_ticket, said] = await _bodies(database, SYSTEM)
    assert (len(said), said[-1]) == (2500, "…")


@pytest.mark.parametrize("why", Unwritten)
@pytest.mark.parametrize(
    ("language", "label", "begins"), [("en", "Transcript", "none: "), ("de", "Abschrift", "keine: ")]
)
async def test_why_a_voicemail_is_not_written_out_is_said(
    sqlite_database: Database, why: Unwritten, language: str, label: str, begins: str
) -> None:
    await _voicemail(sqlite_database, unwritten=why)
    shown = dict(_fields(await _draw(sqlite_database, "ticket", 1, language)).pairs)
    assert shown[label].startswith(begins)


async def test_who_was_made_away_is_told_with_the_way_back_alone(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        agent = await session.get_one(Agent, mira.actor.agent_id or 0)
        agent.presence, agent.presence_reason = "away", "missed"
        await session.flush()
        told = {"id": "notice.made-away", "kind": "agent", "record": agent.id, "language": "en"}
        drawn = await notice(session, {**told, "params": {"call": "CALL-7"}}, NOW)
    assert drawn is not None
    assert drawn.text.startswith("You missed CALL-7 and the one before, so you are away now.")
    assert _says(drawn) == ["available"]
