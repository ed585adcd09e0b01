"""Who gave up waiting gets one SMS, if the house wants it and they may be texted."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import phones
from crm_core.agents import SYSTEM
from crm_core.callcenter import arrivals, calls, cut_off, going_on, missed_sms, texting
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.outbox import EffectKind
from tests import people
from tests.crm_core.callcenter.stage import LINE, Floor

MOBILE = "+491711234567"
# As long as who was cut off may come back and go on.
IN_TIME = timedelta(minutes=10)
TEXTS = {"de": "Sie haben uns nicht erreicht. Wir rufen zurück.", "en": "You could not reach us. We will call you."}


@pytest.fixture
def wanted(floor: Floor) -> Floor:
    floor.rule(routing="longest-idle")
    floor.set(missed_sms=TEXTS)
    return floor


async def _give_up(floor: Floor, number: str = MOBILE, language: str = "de") -> int:
    call = await floor.caller(number, language=language)
    floor.later(30)
    await floor.hang_up(call)
    return call


async def _texts(floor: Floor, after: timedelta = IN_TIME) -> list[dict[str, str]]:
    await floor.pass_time(after.total_seconds())
    sent = [effect.payload for effect in await floor.effects(EffectKind.SMS)]
    return [{"to": payload["to"], "text": payload["text"]} for payload in sent]


async def test_who_gave_up_is_texted_a_little_later_in_the_language_of_the_call(wanted: Floor) -> None:
    await _give_up(wanted, language="en")
    assert await _texts(wanted, timedelta(minutes=1)) == []
    assert await _texts(wanted) == [{"to": MOBILE, "text": TEXTS["en"]}]


async def test_once_a_day_and_number(wanted: Floor) -> None:
    for _time in range(3):
        await _give_up(wanted)
        await wanted.pass_time(600)
    await _give_up(wanted, "+491727654321")
    assert [text["to"] for text in await _texts(wanted)] == [MOBILE, "+491727654321"]
    await wanted.pass_time(24 * 3600)
    await _give_up(wanted)
    assert len(await _texts(wanted)) == 3


async def test_who_was_talked_to_meanwhile_is_not_texted(wanted: Floor) -> None:
    await wanted.hire("Mira Okafor")
    await _give_up(wanted)
    await wanted.report("Mira Okafor", "no-answer")
    call = await wanted.caller(MOBILE)
    assert await wanted.press_one("Mira Okafor") is not None
    await wanted.hang_up(call)
    assert await _texts(wanted) == []


async def test_a_house_that_waits_for_nobody_texts_after_two_minutes(wanted: Floor) -> None:
    wanted.set(cut_off_minutes=0)
    await _give_up(wanted)
    assert len(await _texts(wanted, missed_sms.AFTER)) == 1


async def test_who_comes_back_in_time_is_not_texted_whatever_they_choose_then(wanted: Floor) -> None:
    first = await _give_up(wanted)
    async with wanted.database.transaction() as session:
        again = await arrivals.answer(session, "CA-again", MOBILE, LINE, {}, wanted.now)
        cut = await cut_off.find(session, again.id, MOBILE, wanted.now, is_open=True)
        assert cut is not None and cut.call.id == first
        await going_on.offer(session, again.id, cut)
        (await calls.lock_call(session, again.id)).ivr = {}
    await wanted.hang_up(again.id)
    assert await _texts(wanted) == []


async def test_who_texted_stop_and_is_nobodys_contact_is_not_texted(wanted: Floor) -> None:
    async with wanted.database.transaction() as session:
        await texting.arrived(session, "SM1", MOBILE, "STOPP", wanted.now)
    await _give_up(wanted)
    assert await _texts(wanted) == []


async def test_who_waits_again_is_not_texted(wanted: Floor) -> None:
    await _give_up(wanted)
    await wanted.caller(MOBILE)
    assert await _texts(wanted) == []


async def test_who_asked_to_be_called_back_is_not_texted(wanted: Floor) -> None:
    call = await wanted.caller(MOBILE)
    await wanted.wish_for_callback(call)
    await wanted.hang_up(call)
    assert await _texts(wanted) == []


@pytest.mark.parametrize("number", ["anonymous", "+493023125010"])
async def test_who_cannot_be_texted_is_not(wanted: Floor, number: str) -> None:
    await _give_up(wanted, number)
    assert await _texts(wanted) == []


async def test_a_customer_is_texted_on_the_strength_of_their_contract_and_it_is_noted(wanted: Floor) -> None:
    async with wanted.database.transaction() as session:
        greta = await people.add_contact(session, phone=MOBILE)
    call = await _give_up(wanted)
    assert len(await _texts(wanted)) == 1
    async with wanted.database.transaction() as session:
        [use] = (await session.scalars(select(ConsentUse))).all()
    assert (use.contact_id, use.purpose, use.number, use.source_id) == (greta.id, "service", MOBILE, call)


async def test_who_objected_to_texts_gets_none(wanted: Floor) -> None:
    async with wanted.database.transaction() as session:
        greta = await people.add_contact(session, phone=MOBILE)
        await consents.state(
            session, SYSTEM, greta.id, Channel.SMS, Purpose.SERVICE, wanted.now, is_given=False, wording="Nein"
        )
    wanted.later(1)
    await _give_up(wanted)
    assert await _texts(wanted) == []
    async with wanted.database.transaction() as session:
        assert (await session.scalars(select(ConsentUse))).all() == []


async def test_a_house_that_wants_none_sends_none(floor: Floor) -> None:
    await _give_up(floor)
    assert await _texts(floor) == []


async def test_the_number_is_not_to_be_read_from_what_is_kept(wanted: Floor) -> None:
    await _give_up(wanted)
    await _texts(wanted)
    [effect] = await wanted.effects(EffectKind.SMS)
    assert effect.dedupe_key is not None
    assert MOBILE.lstrip("+") not in effect.dedupe_key


@pytest.mark.parametrize(
    ("number", "may"),
    [
        ("+491711234567", True),
        ("+447700900123", True),
        ("+493023125010", False),
        ("+498001234567", False),
        ("+12025550123", True),
        ("sip:mira@example.com", False),
    ],
)
def test_a_landline_reads_no_sms(number: str, may: bool) -> None:
    assert phones.takes_texts(number) is may
