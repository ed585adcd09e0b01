"""Click to call: the agent's phone first, then the customer's, and nobody is called who must not be."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm_core import agents
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import callbacks, callers, calls, ending, outgoing, passing, talks, transfers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import Party
from crm_core.company.hours import Hours
from crm_core.company.people import Branch
from crm_core.contacts import changes, consents, contacts, do_not_call
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.contacts.contacts import Contact, Kind
from crm_core.errors import Invalid, Refused
from crm_core.outbox import EffectKind
from crm_core.projects.hours import Hours as WorkedHours
from crm_core.support import tickets
from tests import people
from tests.crm_core.callcenter.stage import LINE, Floor

GRETA = "+493023125010"


async def _greta(floor: Floor, postcode: str | None = None) -> Contact:
    async with floor.database.transaction() as session:
        return await contacts.add_contact(
            session, SYSTEM, name="Greta Sommer", phone=GRETA, language="de", now=floor.now, postcode=postcode
        )


async def _dial(floor: Floor, actor: Actor, contact: Contact | None = None, number: str = GRETA) -> Call:
    return await floor.does(lambda session, now: outgoing.dial(session, actor, number, now, contact=contact))


async def _refusal(floor: Floor, actor: Actor, contact: Contact | None = None, number: str = GRETA) -> str:
    with pytest.raises((Refused, Invalid)) as refused:
        await _dial(floor, actor, contact, number)
    return refused.value.message.id


async def test_the_agents_phone_rings_first_and_then_the_customers(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    assert (await floor.rung(call.id), await floor.state(call.id)) == (["Mira Okafor"], "ringing")
    assert len(await floor.effects(EffectKind.DIAL)) == 1
    await floor.report("Mira Okafor", "ringing")
    assert await floor.presence("Mira Okafor") == "ringing"
    await floor.press_one("Mira Okafor")
    assert (await floor.presence("Mira Okafor"), await floor.state(call.id)) == ("on-call", "connecting")
    assert len(await floor.effects(EffectKind.DIAL)) == 2
    await floor.picks_up(call.id, Party.CUSTOMER)
    assert await floor.state(call.id) == "talking"
    floor.later(60)
    await floor.reports_of(call.id, Party.CUSTOMER, "completed")
    await floor.report("Mira Okafor", "completed")
    assert (await floor.state(call.id), await floor.presence("Mira Okafor")) == ("done", "available")


async def test_the_use_of_the_consent_is_noted_with_the_call(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    call = await _dial(floor, mira, greta)
    async with floor.database.transaction() as session:
        [use] = await session.scalars(select(ConsentUse))
        assert (use.contact_id, use.number, use.source_id, use.used_by) == (greta.id, GRETA, call.id, "Mira Okafor")


async def test_a_number_that_a_contact_has_is_theirs(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    assert (await _dial(floor, mira, number="030 23125010")).contact_id == greta.id


@pytest.mark.parametrize("state", ["objected", "listed"])
async def test_who_does_not_want_it_is_not_called(floor: Floor, state: str) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    async with floor.database.transaction() as session:
        if state == "objected":
            what = (greta.id, Channel.PHONE, Purpose.SERVICE, floor.now)
            await consents.state(session, SYSTEM, *what, is_given=False, wording="")
        else:
            await do_not_call.refuse_calls(session, SYSTEM, greta.id, floor.now)
    assert await _refusal(floor, mira, greta) == "consent.refused"
    async with floor.database.transaction() as session:
        assert (await session.scalars(select(Call))).all() == []
    assert await floor.presence("Mira Okafor") == "available"


async def test_a_number_on_the_list_is_not_called_whoever_has_it_now(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    async with floor.database.transaction() as session:
        await do_not_call.refuse_calls(session, SYSTEM, greta.id, floor.now)
        await people.add_contact(session, "Anna Sommer", GRETA)
    assert await _refusal(floor, mira) == "call.not-to-be-called"


async def test_pressing_twice_is_one_call(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    await _dial(floor, mira, greta)
    assert await _refusal(floor, mira, greta) == "call.being-called"
    assert len(await floor.effects(EffectKind.DIAL)) == 1


async def test_two_who_call_the_same_customer_make_one_call_and_hear_of_it(floor: Floor) -> None:
    mira, jonas, greta = await floor.hire("Mira Okafor"), await floor.hire("Jonas Weber"), await _greta(floor)
    call = await _dial(floor, mira, greta)
    with pytest.raises(Refused) as refused:
        await _dial(floor, jonas, greta)
    assert refused.value.message.params == {"ref": call.ref, "name": "Mira Okafor"}
    await floor.press_one("Mira Okafor")
    await floor.reports_of(call.id, Party.CUSTOMER, "busy")
    assert await _refusal(floor, jonas, greta) == "call.called-already"
    floor.later(61)
    assert await _dial(floor, jonas, greta) is not None


async def test_who_did_not_press_one_may_try_again_at_once(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    first = await _dial(floor, mira, greta)
    await floor.report("Mira Okafor", "no-answer")
    assert (await floor.state(first.id), await floor.presence("Mira Okafor")) == ("failed", "available")
    await floor.report("Mira Okafor", "no-answer")
    second = await _dial(floor, mira, greta)
    await floor.report("Mira Okafor", "no-answer")
    assert (await floor.state(second.id), await floor.presence("Mira Okafor")) == ("failed", "available")


async def test_how_it_went_stands_on_the_call(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    await floor.press_one("Mira Okafor")
    await floor.reports_of(call.id, Party.CUSTOMER, "busy")
    found = await floor.call(call.id)
    assert (found.state, found.carrier_status) == ("failed", "busy")


@pytest.mark.parametrize("known", [True, False])
async def test_nobody_is_called_who_calls_us_just_now(floor: Floor, known: bool) -> None:
    greta = await _greta(floor) if known else None
    mira = await floor.hire("Mira Okafor")
    floor.rule(routing="by-hand")
    call = await floor.caller(GRETA)
    with pytest.raises(Refused) as refused:
        await _dial(floor, mira, greta)
    assert (refused.value.message.id, refused.value.message.params["ref"]) == ("call.on-the-phone", f"CALL-{call}")
    assert await floor.presence("Mira Okafor") == "available"
    await floor.hang_up(call)
    assert (await _dial(floor, mira, greta)).state == "ringing"


async def test_nobody_is_called_at_home_who_talks_to_us_on_the_way(floor: Floor) -> None:
    greta = await _greta(floor)
    mobile = "+491711234567"
    await floor.does(lambda session, now: changes.add_phone(session, SYSTEM, greta.id, mobile, now))
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await floor.caller(mobile)
    await floor.press_one("Mira Okafor")
    assert await _refusal(floor, await floor.hire("Jonas Weber"), greta) == "call.on-the-phone"


async def test_nobody_is_called_whom_a_colleague_has_brought_into_a_talk(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    call = await floor.caller("+493023125099")
    await floor.press_one("Mira Okafor")
    await floor.does(lambda session, now: passing.to_number(session, mira, call, GRETA, now, kind=transfers.Kind.WARM))
    assert await _refusal(floor, await floor.hire("Jonas Weber")) == "call.on-the-phone"


async def test_who_waits_to_be_called_back_is_not_called_a_second_time(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    wished = await floor.caller(GRETA)
    async with floor.database.transaction() as session:
        call = await calls.lock_call(session, wished)
        actor = (await callers.caller_of(session, call)).actor("de")
        ticket = await tickets.open_ticket(session, actor, subject="Rückruf", call_id=wished, now=floor.now)
        wish = await callbacks.request_callback(session, actor, call, GRETA, ticket.id, floor.now)
        await ending.leave_queue(session, call, floor.now)
    taken = await _dial(floor, mira, greta)
    assert (taken.id, taken.state) == (wish.outbound_id, "connecting")


async def test_nobody_is_called_at_night_and_the_refusal_says_until_when(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    floor.now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        await _dial(floor, mira, greta)
    assert refused.value.message.id == "call.outside-hours"
    assert refused.value.message.params["when"] == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


async def test_a_holiday_where_the_customer_is_counts(floor: Floor) -> None:
    """6 January 2027, a Wednesday: a holiday in Bavaria, none in Berlin."""
    mira = await floor.hire("Mira Okafor")
    floor.now = datetime(2027, 1, 6, 10, 0, tzinfo=UTC)
    async with floor.database.transaction() as session:
        company = await contacts.add_contact(
            session, SYSTEM, name="Brauhaus", phone="089 99998077", kind=Kind.COMPANY, now=floor.now, region="DE-BY"
        )
    assert await _refusal(floor, mira, company, "+498999998077") == "call.outside-hours"
    assert (await _dial(floor, mira, await _greta(floor))).state == "ringing"


async def test_the_hours_of_the_branch_that_looks_after_them_count(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor, postcode="50667")
    late = Branch(name="Köln", hours=Hours(open={"mon-fri": "14:00-20:00"}), postcodes=["50"])
    floor.database.works_for(floor.company.model_copy(update={"branches": {"koeln": late}}))
    assert await _refusal(floor, mira, greta) == "call.outside-hours"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (LINE, "call.own-number"),
        ("+499001234567", "call.premium-number"),
        ("+493023125200", "call.colleague"),
        ("12", "phone.invalid"),
    ],
)
async def test_numbers_that_nobody_rings_from_here(floor: Floor, number: str, why: str) -> None:
    mira = await floor.hire("Mira Okafor")
    assert await _refusal(floor, mira, number=number) == why


async def test_who_is_busy_dials_nobody(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    await floor.caller("+493023125011")
    assert await _refusal(floor, mira) == "agent.busy"


async def test_who_hangs_up_before_the_customer_answers_stops_the_ringing(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    await floor.press_one("Mira Okafor")
    async with floor.database.transaction() as session:
        leg = await floor._of_party(session, call.id, Party.CUSTOMER)
        leg.state, leg.sid = "ringing", f"CL{leg.id}"
    await floor.report("Mira Okafor", "completed")
    assert [effect.payload["leg"] for effect in await floor.effects(EffectKind.HANG_UP)] == [leg.id]
    await floor.reports_of(call.id, Party.CUSTOMER, "canceled")
    assert (await floor.state(call.id), await floor.presence("Mira Okafor")) == ("failed", "available")


async def test_who_hangs_up_before_the_customer_is_even_dialled_leaves_no_call_open(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    await floor.press_one("Mira Okafor")
    await floor.report("Mira Okafor", "completed")
    assert (await floor.state(call.id), await floor.presence("Mira Okafor")) == ("failed", "available")


async def test_two_at_the_same_moment_make_one_call(floor: Floor) -> None:
    mira, jonas, greta = await floor.hire("Mira Okafor"), await floor.hire("Jonas Weber"), await _greta(floor)
    dials = [_dial(floor, actor, greta) for actor in (mira, jonas)]
    outcomes = await asyncio.gather(*dials, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Call", "Refused"]
    assert len(await floor.effects(EffectKind.DIAL)) == 1


async def test_two_who_dial_a_number_that_nobody_has_at_the_same_moment_make_one_call(floor: Floor) -> None:
    dials = [_dial(floor, await floor.hire(name), number="+493023125044") for name in ("Mira Okafor", "Jonas Weber")]
    outcomes = await asyncio.gather(*dials, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Call", "Refused"]
    assert len(await floor.effects(EffectKind.DIAL)) == 1


async def test_a_house_without_hours_calls_at_any_time(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    floor.database.works_for(floor.company.model_copy(update={"hours": Hours(open={})}))
    assert (await _dial(floor, mira, greta)).state == "ringing"


async def test_the_hours_of_a_call_are_offered_to_who_made_it(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    await floor.press_one("Mira Okafor")
    await floor.picks_up(call.id, Party.CUSTOMER)
    floor.later(300)
    await floor.reports_of(call.id, Party.CUSTOMER, "completed")
    async with floor.database.transaction() as session:
        [offered] = await session.scalars(select(WorkedHours))
        assert (offered.record_id, offered.agent_id, offered.minutes) == (call.id, mira.agent_id, 5 + 2)


async def test_an_agent_who_drops_out_leaves_no_customer_alone_in_the_line(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    await floor.press_one("Mira Okafor")
    await floor.picks_up(call.id, Party.CUSTOMER)
    await floor.report("Mira Okafor", "completed")
    assert len(await floor.effects(EffectKind.HANG_UP)) == 1
    await floor.reports_of(call.id, Party.CUSTOMER, "completed")
    assert await floor.state(call.id) == "done"


async def test_a_decline_by_hand_ends_ones_own_dial(floor: Floor) -> None:
    mira = await floor.hire("Mira Okafor")
    call = await _dial(floor, mira, await _greta(floor))
    await floor.does(talks.decline, mira, call.id)
    assert (await floor.state(call.id), await floor.presence("Mira Okafor")) == ("failed", "available")


async def test_missing_ones_own_dial_twice_makes_nobody_away(floor: Floor) -> None:
    mira, greta = await floor.hire("Mira Okafor"), await _greta(floor)
    async with floor.database.transaction() as session:
        await agents.link(session, await agents.find_agent(session, "Mira"), "slack", "U1", floor.now)
    for _ in range(3):
        await _dial(floor, mira, greta)
        await floor.report("Mira Okafor", "no-answer")
        floor.later(timedelta(minutes=2).total_seconds())
    assert (await floor.presence("Mira Okafor"), await floor.effects(EffectKind.NOTICE)) == ("available", [])
