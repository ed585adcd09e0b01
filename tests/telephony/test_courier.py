import re
from datetime import timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from sqlalchemy import select

from crm_core.agents import SYSTEM, Actor, Proof
from crm_core.callcenter import arrivals, calls, checking, ending, legs, queues, reports, talks
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import CallState, EntryState, LegState
from crm_core.contacts import pins
from crm_core.contacts.pins import Verdict
from crm_core.db import Database
from crm_core.outbox import AnswerLost, Effect, EffectKind, TryLater, Undeliverable
from telephony import client as client_module
from telephony.courier import TwilioCourier
from tests import people
from tests.people import NOW, as_actor
from tests.telephony import carrier
from tests.telephony.carrier import ACCOUNT_SID, AGENT_SID, Answer, Carrier
from tests.telephony.phone import LINE

CALLER_SID = "CA" + "c" * 32


@pytest.fixture
async def dial(database: Database) -> Effect:
    """A caller waits, an agent accepted: the wish to ring the agent's phone."""
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        inbound = await arrivals.answer(session, CALLER_SID, "+493023125010", LINE, {}, NOW)
        await queues.join(session, await calls.lock_call(session, inbound.id), "support", NOW)
        await talks.accept(session, mira, inbound.id, NOW)
    return await _effect(database, EffectKind.DIAL)


async def _effect(database: Database, kind: EffectKind) -> Effect:
    async with database.transaction() as session:
        return (await session.scalars(select(Effect).where(Effect.kind == kind))).one()


async def _state(database: Database) -> tuple[str, str, str]:
    """Of the leg, the place in the queue and the call."""
    async with database.transaction() as session:
        leg = (await session.scalars(select(CallLeg))).one()
        entry = (await session.scalars(select(QueueEntry))).one()
        call = await calls.lock_call(session, entry.call_id)
        return leg.state, entry.state, call.state


async def _hang_up(database: Database) -> None:
    async with database.transaction() as session:
        call = await arrivals.lock_or_begin(session, CALLER_SID, "", "", NOW)
        await ending.report(session, call, "completed", NOW, 5, NOW)


async def test_the_agents_phone_is_rung(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    await courier.deliver(dial, NOW)
    assert (twilio.given("To"), twilio.given("From")) == (["+493023125201"], [LINE])
    assert twilio.given("Url") == ["https://crm.example.com/twilio/agent?leg=1"]
    assert twilio.given("StatusCallback") == ["https://crm.example.com/twilio/leg?leg=1"]
    assert twilio.given("StatusCallbackEvent") == ["initiated", "ringing", "answered", "completed"]
    assert await _state(database) == (LegState.REQUESTED, EntryState.CLAIMED, CallState.CONNECTING)
    async with database.transaction() as session:
        assert (await session.scalars(select(CallLeg.sid))).all() == [AGENT_SID]


async def test_nobody_is_rung_for_a_caller_who_is_gone(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    await _hang_up(database)
    await courier.deliver(dial, NOW)
    assert twilio.requests == []


async def test_a_phone_that_rings_for_a_caller_who_just_left_is_silenced(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    async def answer_after_the_caller_left(request: web.Request) -> web.StreamResponse:
        await _hang_up(database)
        return await carrier.created(request)

    twilio.answer = answer_after_the_caller_left
    await courier.deliver(dial, NOW)
    twilio.answer = carrier.created
    await courier.deliver(await _effect(database, EffectKind.HANG_UP), NOW)
    assert twilio.requests[-1][0].endswith(f"/Calls/{AGENT_SID}.json")
    assert twilio.given("Status") == ["completed"]


@pytest.mark.parametrize("answer", [carrier.lost, carrier.garbled, carrier.refused(503, 20503), carrier.silent])
async def test_a_dial_whose_answer_is_lost_is_unknown_and_not_given_up(
    database: Database,
    twilio: Carrier,
    courier: TwilioCourier,
    dial: Effect,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT_SECONDS", 0.2)
    twilio.answer = answer
    with pytest.raises(AnswerLost):
        await courier.deliver(dial, NOW)
    assert len(twilio.requests) == 1
    assert await _state(database) == (LegState.UNKNOWN, EntryState.CLAIMED, CallState.CONNECTING)
    async with database.transaction() as session:
        leg = await legs.lock_leg(session, 1)
        assert leg is not None
        legs.report(leg, AGENT_SID, "ringing", NOW, None)
        assert (leg.sid, leg.state) == (AGENT_SID, LegState.RINGING)


async def _lost(twilio: Carrier, courier: TwilioCourier, dial: Effect) -> Effect:
    twilio.answer = carrier.lost
    with pytest.raises(AnswerLost):
        await courier.deliver(dial, NOW)
    return await _effect(courier._database, EffectKind.CHECK)


async def test_a_dial_whose_answer_was_lost_is_found_and_not_made_again(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    check = await _lost(twilio, courier, dial)
    assert check.due_at > NOW
    twilio.answer = carrier.listed(AGENT_SID)
    await courier.deliver(check, NOW + timedelta(seconds=5))
    assert await _state(database) == (LegState.RINGING, EntryState.CLAIMED, CallState.CONNECTING)
    async with database.transaction() as session:
        assert (await session.scalars(select(CallLeg.sid))).all() == [AGENT_SID]
        assert len((await session.scalars(select(Effect).where(Effect.kind == EffectKind.DIAL))).all()) == 1


async def test_an_older_call_to_the_same_phone_is_not_taken_for_the_lost_one(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    check = await _lost(twilio, courier, dial)
    twilio.answer = carrier.listed(AGENT_SID, at=NOW - timedelta(minutes=10))
    with pytest.raises(TryLater):
        await courier.deliver(check, NOW + timedelta(seconds=5))
    await courier.deliver(check, NOW + timedelta(seconds=50))
    assert await _state(database) == (LegState.FAILED, EntryState.WAITING, CallState.QUEUED)


async def test_a_leg_whose_end_was_never_reported_is_asked_about(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    await courier.deliver(dial, NOW)
    later = NOW + timedelta(minutes=5)
    async with database.transaction() as session:
        await checking.check_all(session, later)
        checks = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.CHECK))).all()
    ended = {"sid": AGENT_SID, "status": "no-answer", "duration": "0", "end_time": format_datetime(later)}

    async def answer(request: web.Request) -> web.Response:
        found = ended if AGENT_SID in request.path else {**ended, "sid": CALLER_SID, "status": "in-progress"}
        return web.json_response(found)

    twilio.answer = answer
    for check in checks:
        await courier.deliver(check, later)
    assert await _state(database) == (LegState.NO_ANSWER, EntryState.WAITING, CallState.QUEUED)


async def test_a_call_that_ended_while_nobody_listened_ends(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    async with database.transaction() as session:
        await checking.check_all(session, NOW, settled_after=timedelta(0))
    ended = {"sid": CALLER_SID, "status": "completed", "duration": "40", "end_time": format_datetime(NOW)}

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(ended)

    twilio.answer = answer
    await courier.deliver(await _effect(database, EffectKind.CHECK), NOW)
    assert await _state(database) == (LegState.CANCELED, EntryState.DONE, CallState.ABANDONED)


@pytest.mark.parametrize("answer", [carrier.refused(429, 20429), carrier.problem(429, 20429)])
async def test_when_twilio_asks_for_patience_the_claim_waits(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect, answer: Answer
) -> None:
    twilio.answer = answer
    with pytest.raises(TryLater):
        await courier.deliver(dial, NOW)
    assert await _state(database) == (LegState.CREATED, EntryState.CLAIMED, CallState.CONNECTING)
    twilio.answer = carrier.created
    await courier.deliver(dial, NOW)
    assert (await _state(database))[0] == LegState.REQUESTED


@pytest.mark.parametrize("answer", [carrier.refused(400, 21211), carrier.problem(400, 21211)])
async def test_a_number_that_cannot_be_rung_gives_the_place_back(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect, answer: Answer
) -> None:
    twilio.answer = answer
    with pytest.raises(Undeliverable):
        await courier.deliver(dial, NOW)
    assert await _state(database) == (LegState.FAILED, EntryState.WAITING, CallState.QUEUED)


async def test_both_are_sent_to_the_conference_and_after_it_to_the_farewell(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect
) -> None:
    await courier.deliver(dial, NOW)
    async with database.transaction() as session:
        leg = await legs.lock_leg(session, 1)
        assert leg is not None
        assert await talks.pick_up(session, leg, NOW)
        await session.flush()
        await reports.of_leg(session, leg, AGENT_SID, "completed", NOW, 9, NOW)
        redirects = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.REDIRECT))).all()
    for redirect in redirects:
        await courier.deliver(redirect, NOW)
    paths = [url.partition("&")[0] for url in twilio.given("Url")[1:]]
    assert paths == [f"https://crm.example.com/twilio/{to}?call=1" for to in ("conference", "farewell")]
    assert twilio.requests[-1][0].endswith(f"/Calls/{CALLER_SID}.json")


@pytest.mark.parametrize("answer", [carrier.refused(400, 21220), carrier.refused(404, 20404)])
async def test_hanging_up_what_is_over_is_no_failure(
    database: Database, twilio: Carrier, courier: TwilioCourier, dial: Effect, answer: Answer
) -> None:
    await courier.deliver(dial, NOW)
    await _hang_up(database)
    twilio.answer = answer
    await courier.deliver(await _effect(database, EffectKind.HANG_UP), NOW + timedelta(seconds=1))
    assert twilio.given("Status") == ["completed"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (carrier.refused(429, 20429), TryLater),
        (carrier.refused(500, 20500), TryLater),
        (carrier.lost, TryLater),
        (carrier.refused(401, 20003), Undeliverable),
    ],
)
async def test_a_hang_up_is_tried_again_when_that_can_help(
    database: Database,
    twilio: Carrier,
    courier: TwilioCourier,
    dial: Effect,
    answer: Answer,
    error: type[Exception],
) -> None:
    await courier.deliver(dial, NOW)
    await _hang_up(database)
    twilio.answer = answer
    with pytest.raises(error):
        await courier.deliver(await _effect(database, EffectKind.HANG_UP), NOW)


async def test_a_card_is_nothing_for_a_phone(courier: TwilioCourier) -> None:
    with pytest.raises(Undeliverable):
        await courier.deliver(Effect(id=1, kind=EffectKind.CARD, address="twilio:call-1", payload={}), NOW)


def _sms(text: str = "Der Techniker kommt um 14 Uhr.") -> Effect:
    payload = {"message": 1, "to": "+493023125010", "text": text}
    return Effect(id=1, kind=EffectKind.SMS, address="twilio:text-+493023125010", payload=payload)


async def test_a_reply_is_sent_as_sms(twilio: Carrier, courier: TwilioCourier) -> None:
    await courier.deliver(_sms(), NOW)
    assert (twilio.given("To"), twilio.given("From")) == (["+493023125010"], [LINE])
    assert twilio.given("Body") == ["Der Techniker kommt um 14 Uhr."]
    assert twilio.given("StatusCallback") == ["https://crm.example.com/twilio/text-status?message=1"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (carrier.lost, AnswerLost),
        (carrier.garbled, AnswerLost),
        (carrier.refused(503, 20503), AnswerLost),
        (carrier.refused(429, 20429), TryLater),
        (carrier.refused(400, 21614), Undeliverable),
    ],
)
async def test_an_sms_is_never_sent_twice(
    twilio: Carrier, courier: TwilioCourier, answer: Answer, error: type[Exception]
) -> None:
    twilio.answer = answer
    with pytest.raises(error):
        await courier.deliver(_sms(), NOW)


async def test_a_pin_is_made_when_it_is_sent(database: Database, twilio: Carrier, courier: TwilioCourier) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        await pins.set_pin(session, SYSTEM, greta.id, NOW)
    effect = await _effect(database, EffectKind.PIN)
    assert effect.payload == {"contact": greta.id, "to": "+493023125010"}
    await courier.deliver(effect, NOW)
    [body] = twilio.given("Body")
    match = re.fullmatch(r"Nordlicht Haustechnik: Ihre PIN für das Telefon ist (\d{6})\. .*", body)
    assert match is not None
    caller = Actor("Greta Sommer", "phone", "de", contact_id=greta.id, proof=Proof.CALLER_ID)
    async with database.transaction() as session:
        assert await pins.prove(session, caller, greta.id, match[1], NOW) is Verdict.RIGHT


async def test_who_was_erased_meanwhile_gets_no_pin(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    effect = Effect(id=3, kind=EffectKind.PIN, address="twilio:pin-1001", payload={"contact": 1001, "to": "+4930"})
    await courier.deliver(effect, NOW)
    assert twilio.requests == []


FORGET = Effect(id=2, kind=EffectKind.FORGET, address="twilio:recording", payload={"recording": "RE" + "1" * 32})


async def _deleted(_request: web.Request) -> web.Response:
    return web.Response(status=204)


@pytest.mark.parametrize("answer", [_deleted, carrier.refused(404, 20404)])
async def test_a_recording_is_deleted_at_the_carrier_once_and_for_all(
    courier: TwilioCourier, twilio: Carrier, answer: Answer
) -> None:
    twilio.answer = answer
    await courier.deliver(FORGET, NOW)
    assert [path for path, _form in twilio.requests] == [
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/RE{'1' * 32}.json"
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [(carrier.refused(503, 20503), TryLater), (carrier.lost, TryLater), (carrier.refused(401, 20003), Undeliverable)],
)
async def test_a_recording_that_is_not_deleted_is_tried_again_or_shown(
    courier: TwilioCourier, twilio: Carrier, answer: Answer, error: type[Exception]
) -> None:
    twilio.answer = answer
    with pytest.raises(error):
        await courier.deliver(FORGET, NOW)
