"""After a talk that ended without a key, callers are asked by SMS how it was, if the house wants it."""

from datetime import timedelta

import pytest

from crm_core.agents import SYSTEM
from crm_core.callcenter import calls, legs, rating_sms, ratings, texting
from crm_core.callcenter.texting import Outcome
from crm_core.company.support import SatisfactionQuestion
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.outbox import EffectKind
from tests import people
from tests.crm_core.callcenter.stage import Floor

MOBILE = "+491711234567"
TEXTS = {"de": "Wie war das Gespräch? 1 bis 5.", "en": "How was the call? 1 to 5."}


@pytest.fixture
async def wanted(floor: Floor) -> Floor:
    floor.rule(routing="longest-idle")
    floor.set(rating_sms=TEXTS)
    await floor.hire("Mira Okafor")
    return floor


def _asks_everybody(floor: Floor, *, needs_consent: bool = False) -> None:
    question = SatisfactionQuestion(text=TEXTS, needs_consent=needs_consent)
    floor.company = floor.company.model_copy(update={"satisfaction": question})
    floor.database.works_for(floor.company)


async def _talk(floor: Floor, number: str = MOBILE) -> int:
    call = await floor.caller(number)
    assert await floor.press_one("Mira Okafor") is not None
    floor.later(30)
    await floor.hang_up(call)
    await floor.reports_of(call, legs.Party.AGENT, "completed")
    return call


async def _asked(floor: Floor) -> list[str]:
    await floor.pass_time(rating_sms.AFTER.total_seconds())
    return [effect.payload["text"] for effect in await floor.effects(EffectKind.SMS)]


async def _answers(floor: Floor, text: str, sid: str = "SM1") -> str:
    async with floor.database.transaction() as session:
        outcome, _language = await texting.arrived(session, sid, MOBILE, text, floor.now)
        return outcome


async def test_the_answer_by_text_is_counted_for_that_call(wanted: Floor) -> None:
    _asks_everybody(wanted)
    call = await _talk(wanted)
    assert await _asked(wanted) == [TEXTS["de"]]
    assert await _answers(wanted, "4 sehr freundlich") == Outcome.RATED
    assert (await wanted.call(call)).rating == 4
    assert await _answers(wanted, "5", "SM2") == Outcome.OPENED


async def test_nobody_is_asked_twice_a_day(wanted: Floor) -> None:
    _asks_everybody(wanted)
    await _talk(wanted)
    assert len(await _asked(wanted)) == 1
    await _talk(wanted)
    assert len(await _asked(wanted)) == 1


async def test_who_pressed_a_key_is_not_asked(wanted: Floor) -> None:
    _asks_everybody(wanted)
    call = await wanted.caller(MOBILE)
    assert await wanted.press_one("Mira Okafor") is not None
    async with wanted.database.transaction() as session:
        held = await calls.lock_call(session, call)
        await ratings.rate(session, SYSTEM, held, 5, wanted.now)
    await wanted.hang_up(call)
    assert await _asked(wanted) == []


async def test_who_gave_up_waiting_is_not_asked(wanted: Floor) -> None:
    _asks_everybody(wanted)
    await wanted.hang_up(await wanted.caller(MOBILE))
    assert await _asked(wanted) == []


async def test_a_survey_goes_only_to_who_agreed_to_surveys(wanted: Floor) -> None:
    _asks_everybody(wanted, needs_consent=True)
    await _talk(wanted)
    assert await _asked(wanted) == []
    async with wanted.database.transaction() as session:
        greta = await people.add_contact(session, phone=MOBILE)
        what = (Channel.SMS, Purpose.SURVEY, wanted.now)
        await consents.note(session, SYSTEM, greta.id, *what, is_given=True, wording="Ja", how=consents.How.WRITTEN)
    await wanted.pass_time(timedelta(minutes=1).total_seconds())
    await _talk(wanted)
    assert len(await _asked(wanted)) == 1


async def test_who_said_stop_is_not_asked(wanted: Floor) -> None:
    _asks_everybody(wanted)
    assert await _answers(wanted, "STOPP") == Outcome.STOPPED
    await _talk(wanted)
    assert await _asked(wanted) == []


async def test_a_house_without_the_text_asks_nobody(wanted: Floor) -> None:
    _asks_everybody(wanted)
    wanted.set(rating_sms={})
    await _talk(wanted)
    assert await _asked(wanted) == []
