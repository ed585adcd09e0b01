"""Recordings asked of the carrier: begun once, never twice, paused, stopped, looked for, deleted."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from crm_core.callcenter import checking, taping
from crm_core.callcenter.recordings import Recording
from crm_core.db import Database
from crm_core.outbox import AnswerLost, Effect, EffectKind, TryLater, Undeliverable
from telephony import client as client_module
from telephony.courier import TwilioCourier
from tests.people import NOW
from tests.telephony import carrier
from tests.telephony.carrier import ACCOUNT_SID, Answer, Carrier
from tests.telephony.talking import CALLER_SID, effects, talk

SID = "RE" + "1" * 32
ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
TAPES = f"{ACCOUNT}/Calls/{CALLER_SID}/Recordings"


async def _created(_request: web.Request) -> web.Response:
    return web.json_response({"sid": SID, "status": "in-progress"}, status=201)


async def _listed(_request: web.Request) -> web.Response:
    return web.json_response({"recordings": [{"sid": SID, "status": "in-progress"}], "page_size": 50})


async def _none(_request: web.Request) -> web.Response:
    return web.json_response({"recordings": [], "page_size": 50})


async def _agreed(database: Database) -> Any:
    """In CALL-1 the customer has pressed the key; the agent."""
    mira = await talk(database)
    async with database.transaction() as session:
        await taping.ask(session, mira, 1, NOW)
        found = await taping.lock(session, 1)
        assert found is not None
        await taping.agreed(session, *found, "Drücken Sie die 1.", NOW)
    return mira


async def _effect(database: Database, kind: EffectKind) -> Effect:
    return (await effects(database, kind))[-1]


async def _recording(database: Database) -> tuple[str, str | None]:
    async with database.transaction() as session:
        found = (await session.scalars(select(Recording))).one()
        return found.state, found.sid


async def test_the_customers_own_call_is_recorded_on_two_channels(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    twilio.answer = _created
    await _agreed(database)
    await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    [(path, form)] = twilio.requests
    assert path == f"{TAPES}.json"
    assert form == [
        ("RecordingStatusCallbackEvent", "in-progress"),
        ("RecordingStatusCallbackEvent", "completed"),
        ("RecordingStatusCallbackEvent", "absent"),
        ("RecordingStatusCallback", "https://crm.example.com/twilio/recorded?recording=1"),
        ("RecordingStatusCallbackMethod", "POST"),
        ("RecordingChannels", "dual"),
        ("RecordingTrack", "both"),
    ]
    assert await _recording(database) == ("recording", SID)


async def test_what_the_customer_took_back_is_not_begun(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    await _agreed(database)
    async with database.transaction() as session:
        found = await taping.lock(session, 1)
        assert found is not None
        await taping.withdrawn(session, *found, NOW)
    await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    assert twilio.requests == []


@pytest.mark.parametrize("answer", [carrier.lost, carrier.garbled, carrier.refused(503, 20503), carrier.silent])
async def test_an_answer_that_is_lost_is_looked_for_and_nothing_is_begun_twice(
    database: Database, twilio: Carrier, courier: TwilioCourier, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT_SECONDS", 0.2)
    twilio.answer = answer
    await _agreed(database)
    with pytest.raises(AnswerLost):
        await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    check = await _effect(database, EffectKind.CHECK)
    assert (check.payload, check.due_at) == ({"recording": 1}, NOW + timedelta(seconds=5))
    monkeypatch.undo()
    twilio.answer = _none
    with pytest.raises(TryLater):
        await courier.deliver(check, NOW + timedelta(seconds=5))
    twilio.answer = _listed
    await courier.deliver(check, NOW + timedelta(seconds=10))
    assert await _recording(database) == ("recording", SID)
    twilio.requests.clear()
    await courier.deliver(check, NOW + timedelta(seconds=15))
    assert twilio.requests == []


async def test_a_recording_that_is_nowhere_has_failed_and_the_agent_is_told(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    twilio.answer = carrier.lost
    await _agreed(database)
    with pytest.raises(AnswerLost):
        await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    twilio.answer = _none
    await courier.deliver(await _effect(database, EffectKind.CHECK), NOW + timedelta(seconds=61))
    assert await _recording(database) == ("failed", None)


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (carrier.refused(429, 20429), TryLater, "starting"),
        (carrier.refused(404, 20404), Undeliverable, "failed"),
        (carrier.problem(400, 21220), Undeliverable, "failed"),
    ],
)
async def test_when_it_is_refused(
    database: Database, twilio: Carrier, courier: TwilioCourier, answer: Answer, error: type[Exception], state: str
) -> None:
    twilio.answer = answer
    await _agreed(database)
    with pytest.raises(error):
        await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    assert await _recording(database) == (state, None)


@pytest.mark.parametrize(
    ("told", "state", "seconds"),
    [
        ({"sid": SID, "status": "completed", "duration": "40"}, "done", 40),
        ({"sid": SID, "status": "processing", "duration": None}, "stopping", None),
        ({"sid": SID, "status": "absent", "duration": None}, "failed", None),
        (None, "failed", None),
    ],
)
async def test_a_recording_of_which_nobody_told_the_end_is_asked_after(
    database: Database,
    twilio: Carrier,
    courier: TwilioCourier,
    told: dict[str, Any] | None,
    state: str,
    seconds: int | None,
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(told) if told is not None else web.json_response({"status": 404}, status=404)

    twilio.answer = _created
    mira = await _agreed(database)
    await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    async with database.transaction() as session:
        await taping.end(session, mira, 1, NOW)
    for after, asked in ((10, 0), (60, 1)):
        async with database.transaction() as session:
            await checking.check_all(session, NOW + timedelta(seconds=after))
        checks = [effect for effect in await effects(database, EffectKind.CHECK) if "recording" in effect.payload]
        assert len(checks) == asked
    twilio.answer = answer
    await courier.deliver(checks[0], NOW + timedelta(seconds=60))
    assert twilio.requests[-1][0] == f"{ACCOUNT}/Recordings/{SID}.json"
    async with database.transaction() as session:
        found = (await session.scalars(select(Recording))).one()
        assert (found.state, found.duration_seconds) == (state, seconds)


async def test_it_is_paused_goes_on_and_stops(database: Database, twilio: Carrier, courier: TwilioCourier) -> None:
    twilio.answer = _created
    mira = await _agreed(database)
    await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    twilio.requests.clear()
    for verb in (taping.pause, taping.resume, taping.end):
        async with database.transaction() as session:
            await verb(session, mira, 1, NOW)
    for effect in await effects(database, EffectKind.RECORDING):
        await courier.deliver(effect, NOW)
    assert twilio.requests == [
        (f"{TAPES}/{SID}.json", [("Status", "paused"), ("PauseBehavior", "skip")]),
        (f"{TAPES}/{SID}.json", [("Status", "in-progress")]),
        (f"{TAPES}/{SID}.json", [("Status", "stopped")]),
    ]


async def test_a_pause_of_what_is_over_is_no_failure(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    twilio.answer = _created
    mira = await _agreed(database)
    await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    async with database.transaction() as session:
        await taping.pause(session, mira, 1, NOW)
    twilio.answer = carrier.refused(404, 20404)
    await courier.deliver(await _effect(database, EffectKind.RECORDING), NOW)


async def test_what_is_taken_back_is_stopped_and_deleted_at_the_carrier(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    twilio.answer = _created
    mira = await _agreed(database)
    await courier.deliver(await _effect(database, EffectKind.RECORD), NOW)
    async with database.transaction() as session:
        await taping.withdraw(session, mira, 1, NOW)
    twilio.requests.clear()

    async def done(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    twilio.answer = done
    await courier.deliver(await _effect(database, EffectKind.FORGET), NOW)
    assert [path for path, _form in twilio.requests] == [f"{ACCOUNT}/Recordings/{SID}.json"]
