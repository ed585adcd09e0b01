"""How the parties of a talk are in its conference, asked of the carrier."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from crm_core.callcenter import calls, ending, holding, legs, rooms
from crm_core.callcenter.legs import Party
from crm_core.db import Database
from crm_core.outbox import EffectKind, TryLater, Undeliverable
from telephony.courier import TwilioCourier
from tests.people import NOW
from tests.telephony import carrier
from tests.telephony.carrier import ACCOUNT_SID, AGENT_SID, Carrier
from tests.telephony.talking import CALLER_SID, CONFERENCE_SID, effects, talk

ROOM = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Conferences/{CONFERENCE_SID}/Participants"


async def _changed(_request: web.Request) -> web.Response:
    return web.json_response({"call_sid": CALLER_SID, "conference_sid": CONFERENCE_SID})


async def _deliver(database: Database, courier: TwilioCourier, after: timedelta = timedelta(0)) -> None:
    for effect in await effects(database, EffectKind.PARTICIPANT):
        await courier.deliver(effect, NOW + after)


async def test_the_caller_is_held_with_the_carriers_music_and_comes_back(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    twilio.answer = _changed
    mira = await talk(database)
    async with database.transaction() as session:
        await holding.hold(session, mira, 1, NOW)
        await holding.resume(session, mira, 1, NOW)
    await _deliver(database, courier)
    assert twilio.requests == [
        (f"{ROOM}/{CALLER_SID}.json", [("Hold", "true")]),
        (f"{ROOM}/{CALLER_SID}.json", [("Hold", "false")]),
    ]


async def test_music_of_the_queue_is_fetched_where_it_lies(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    twilio.answer = _changed
    rule = {"support": {"name": {"de": "Hilfe", "en": "Help"}, "music": "https://example.com/music.mp3"}}
    mira = await talk(database)
    async with database.transaction() as session:
        company = session.info["company"]
    database.works_for(type(company).model_validate({**company.model_dump(), "queues": rule}))
    async with database.transaction() as session:
        await holding.hold(session, mira, 1, NOW)
    await _deliver(database, courier)
    assert (twilio.given("HoldUrl"), twilio.given("HoldMethod")) == (["https://example.com/music.mp3"], ["GET"])


async def test_the_agent_is_muted(database: Database, twilio: Carrier, courier: TwilioCourier) -> None:
    twilio.answer = _changed
    mira = await talk(database)
    async with database.transaction() as session:
        await holding.set_muted(session, mira, 1, NOW, muted=True)
    await _deliver(database, courier)
    assert twilio.requests == [(f"{ROOM}/{AGENT_SID}.json", [("Muted", "true")])]


@pytest.mark.parametrize(
    ("wished", "asked"),
    [
        ({"muted": True, "coached": None}, {"Muted": "true", "Coaching": "false"}),
        ({"muted": False, "coached": 1}, {"Muted": "false", "Coaching": "true", "CallSidToCoach": AGENT_SID}),
        ({"ends": False}, {"EndConferenceOnExit": "false"}),
    ],
)
async def test_whatever_is_wished_is_asked_in_twilios_words(
    database: Database, twilio: Carrier, courier: TwilioCourier, wished: dict[str, Any], asked: dict[str, str]
) -> None:
    twilio.answer = _changed
    await talk(database)
    async with database.transaction() as session:
        await rooms.change(session, await calls.lock_call(session, 1), None, NOW, **wished)
    await _deliver(database, courier)
    assert dict(twilio.requests[0][1]) == asked


async def test_what_is_wished_before_the_conference_is_known_waits_and_is_given_up_in_the_end(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    mira = await talk(database, is_reported=False)
    async with database.transaction() as session:
        await holding.hold(session, mira, 1, NOW)
    with pytest.raises(TryLater) as later:
        await _deliver(database, courier)
    assert later.value.after == 1
    with pytest.raises(Undeliverable):
        await _deliver(database, courier, timedelta(seconds=31))
    assert twilio.requests == []


@pytest.mark.parametrize("answer", [carrier.refused(404, 20404), carrier.problem(404, 20404)])
async def test_who_is_gone_needs_no_music(
    database: Database, twilio: Carrier, courier: TwilioCourier, answer: carrier.Answer
) -> None:
    twilio.answer = answer
    mira = await talk(database)
    async with database.transaction() as session:
        await holding.hold(session, mira, 1, NOW)
    await _deliver(database, courier)
    assert len(twilio.requests) == 1


async def test_of_a_call_that_is_over_nothing_is_asked(
    database: Database, twilio: Carrier, courier: TwilioCourier
) -> None:
    mira = await talk(database)
    async with database.transaction() as session:
        await holding.hold(session, mira, 1, NOW)
    async with database.transaction() as session:
        await ending.report(session, await calls.lock_call(session, 1), "completed", NOW, 9, NOW)
        for leg in await legs.live_legs(session, 1, Party.AGENT):
            leg.state = "completed"
        (await calls.lock_call(session, 1)).state = "done"
    await _deliver(database, courier)
    assert twilio.requests == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (carrier.refused(429, 20429), TryLater),
        (carrier.refused(503, 20503), TryLater),
        (carrier.lost, TryLater),
        (carrier.refused(401, 20003), Undeliverable),
    ],
)
async def test_a_hold_is_tried_again_when_that_can_help(
    database: Database, twilio: Carrier, courier: TwilioCourier, answer: carrier.Answer, error: type[Exception]
) -> None:
    twilio.answer = answer
    mira = await talk(database)
    async with database.transaction() as session:
        await holding.hold(session, mira, 1, NOW)
    with pytest.raises(error):
        await _deliver(database, courier)
