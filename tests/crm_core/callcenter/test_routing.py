"""Who is rung for whom."""

import pytest
from sqlalchemy import update

from crm_core.agents import SYSTEM
from crm_core.callcenter import arrivals, calls, presence, routing, talks, teams
from crm_core.contacts import contacts, tags
from crm_core.errors import Refused
from crm_core.money import Money
from crm_core.outbox import EffectKind
from crm_core.sales import deals
from crm_core.support import tickets
from crm_core.support.sla import TicketSla
from tests import people
from tests.crm_core.callcenter.stage import LINE, Floor


async def test_the_one_who_was_idle_longest_is_rung(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    call = await floor.caller()
    assert await floor.rung(call) == ["Mira Okafor"]
    assert await floor.presence("Mira Okafor") == "reserved"
    assert await floor.presence("Jonas Weber") == "available"


async def test_two_callers_ring_two_agents_and_the_third_waits(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    rung = [await floor.rung(await floor.caller(f"+4930231250{number}")) for number in range(3)]
    assert rung == [["Mira Okafor"], ["Jonas Weber"], []]


async def test_all_are_rung_and_the_first_has_the_caller(floor: Floor) -> None:
    floor.rule(routing="ring-all")
    for name in ("Mira Okafor", "Jonas Weber", "Lena Brandt"):
        await floor.hire(name)
    call = await floor.caller()
    assert await floor.rung(call) == ["Mira Okafor", "Jonas Weber", "Lena Brandt"]
    for name in ("Mira Okafor", "Jonas Weber", "Lena Brandt"):
        await floor.report(name, "ringing")
    assert await floor.press_one("Jonas Weber") is not None
    assert await floor.press_one("Mira Okafor") is None
    for name in ("Mira Okafor", "Lena Brandt"):
        await floor.report(name, "completed")
    assert [await floor.presence(n) for n in ("Mira Okafor", "Jonas Weber", "Lena Brandt")] == [
        "available",
        "on-call",
        "available",
    ]


async def test_the_order_of_the_company_file_counts(floor: Floor) -> None:
    floor.rule(routing="ordered", members=["Jonas Weber", "Mira Okafor"])
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    assert await floor.rung(await floor.caller()) == ["Jonas Weber"]


async def test_in_turn(floor: Floor) -> None:
    floor.rule(routing="round-robin")
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    rung = []
    for number in range(4):
        call = await floor.caller(f"+4930231250{number}")
        [name] = await floor.rung(call)
        rung.append(name)
        assert await floor.press_one(name) is not None
        await floor.hang_up(call)
        await floor.report(name, "completed")
        floor.later(5)
    assert rung == ["Mira Okafor", "Jonas Weber", "Mira Okafor", "Jonas Weber"]


async def test_who_had_fewer_calls_today_is_rung(floor: Floor) -> None:
    floor.rule(routing="fewest-calls")
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.press_one("Mira Okafor")
    await floor.hang_up(call)
    await floor.report("Mira Okafor", "completed")
    await floor.hire("Jonas Weber")
    assert await floor.rung(await floor.caller()) == ["Jonas Weber"]


async def test_only_the_team_of_the_queue_is_rung(floor: Floor) -> None:
    floor.company = floor.company.model_copy(update={"teams": {"north": {"name": {"de": "Nord", "en": "North"}}}})
    floor.rule(routing="longest-idle", team="north")
    await floor.hire("Mira Okafor", team="south")
    await floor.hire("Jonas Weber", team="north")
    assert await floor.rung(await floor.caller()) == ["Jonas Weber"]


async def test_a_skill_is_asked_for_until_the_caller_waited_too_long(floor: Floor) -> None:
    floor.rule(routing="longest-idle", skills=["heating"], widen_after="60s")
    await floor.hire("Mira Okafor", skills=["baths"])
    call = await floor.caller()
    assert await floor.rung(call) == []
    await floor.pass_time(59)
    assert await floor.rung(call) == []
    await floor.pass_time(2)
    assert await floor.rung(call) == ["Mira Okafor"]


async def test_a_language_is_never_given_up(floor: Floor) -> None:
    floor.rule(routing="longest-idle", widen_after="60s")
    await floor.hire("Mira Okafor", languages=["en"])
    call = await floor.caller(language="de")
    await floor.pass_time(300)
    assert await floor.rung(call) == []
    async with floor.database.transaction() as session:
        assert not await presence.anyone_there(session, "support", "de")
        assert await presence.anyone_there(session, "support", "en")


async def test_who_knows_the_customer_is_rung_first(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    jonas = await floor.hire("Jonas Weber")
    async with floor.database.transaction() as session:
        greta = await people.add_contact(session)
        await contacts.change_contact(session, jonas, greta.id, floor.now, {"owner_id": jonas.agent_id})
    assert await floor.rung(await floor.caller()) == ["Jonas Weber"]


async def test_who_talked_to_them_last_comes_before_who_looks_after_them(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    jonas = await floor.hire("Jonas Weber")
    async with floor.database.transaction() as session:
        greta = await people.add_contact(session)
        await contacts.change_contact(session, jonas, greta.id, floor.now, {"owner_id": jonas.agent_id})
    floor.rule(routing="by-hand")
    first = await floor.caller()
    async with floor.database.transaction() as session:
        await talks.accept(session, mira, first, floor.now)
    await floor.press_one("Mira Okafor")
    await floor.hang_up(first)
    await floor.report("Mira Okafor", "completed")
    floor.rule(routing="longest-idle")
    assert await floor.rung(await floor.caller()) == ["Mira Okafor"]


async def test_whoever_does_not_pick_up_is_passed_by(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    await floor.hire("Jonas Weber")
    call = await floor.caller()
    await floor.report("Mira Okafor", "no-answer")
    assert await floor.rung(call) == ["Jonas Weber"]
    assert await floor.presence("Mira Okafor") == "available"


async def test_two_missed_calls_make_away_and_are_told(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.report("Mira Okafor", "no-answer")
    assert await floor.rung(call) == ["Mira Okafor"]
    await floor.report("Mira Okafor", "no-answer")
    assert await floor.presence("Mira Okafor") == "away"
    assert await floor.rung(call) == []


async def test_a_call_that_is_taken_makes_up_for_one_that_was_missed(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.report("Mira Okafor", "no-answer")
    assert await floor.press_one("Mira Okafor") is not None
    await floor.hang_up(call)
    await floor.report("Mira Okafor", "completed")
    await floor.caller("+493023125011")
    await floor.report("Mira Okafor", "no-answer")
    assert await floor.presence("Mira Okafor") != "away"


async def test_who_declines_is_there_and_not_rung_for_that_caller_again(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    mira = await floor.hire("Mira Okafor")
    for number in range(3):
        call = await floor.caller(f"+4930231250{number}")
        await floor.report("Mira Okafor", "ringing")
        async with floor.database.transaction() as session:
            await talks.decline(session, mira, call, floor.now)
        await floor.report("Mira Okafor", "completed")
        assert await floor.rung(call) == []
        assert await floor.presence("Mira Okafor") == "available"
    await floor.hire("Jonas Weber")
    assert await floor.rung(1) == ["Jonas Weber"]


async def test_by_hand_nobody_is_rung_until_nobody_looked_for_a_while(floor: Floor) -> None:
    floor.rule(routing="by-hand", ring_after="30s")
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.pass_time(29)
    assert await floor.rung(call) == []
    await floor.pass_time(2)
    assert await floor.rung(call) == ["Mira Okafor"]


async def test_a_vip_passes_whoever_waited_less_than_their_head_start(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    async with floor.database.transaction() as session:
        greta = await people.add_contact(session)
        await tags.put(session, greta.id, "vip")
    first = await floor.caller("+493023125077")
    await floor.pass_time(200)
    second = await floor.caller("+493023125078")
    vip = await floor.caller()
    await floor.hire("Mira Okafor")
    assert [await floor.rung(call) for call in (first, second, vip)] == [["Mira Okafor"], [], []]
    await floor.hire("Jonas Weber")
    assert await floor.rung(vip) == ["Jonas Weber"]


async def test_one_call_at_a_time(floor: Floor) -> None:
    floor.rule(routing="by-hand")
    mira = await floor.hire("Mira Okafor")
    first, second = await floor.caller(), await floor.caller("+493023125011")
    async with floor.database.transaction() as session:
        await talks.accept(session, mira, first, floor.now)
    with pytest.raises(Refused) as refused:
        async with floor.database.transaction() as session:
            await talks.accept(session, mira, second, floor.now)
    assert refused.value.message.id == "agent.busy"


async def test_the_caller_is_gone_while_phones_ring(floor: Floor) -> None:
    floor.rule(routing="ring-all")
    for name in ("Mira Okafor", "Jonas Weber"):
        await floor.hire(name)
    call = await floor.caller()
    await floor.report("Mira Okafor", "ringing")
    await floor.hang_up(call)
    assert await floor.state(call) == "abandoned"
    assert len(await floor.effects(EffectKind.HANG_UP)) == 1
    assert await floor.press_one("Mira Okafor") is None
    await floor.report("Mira Okafor", "completed")
    assert [await floor.presence(name) for name in ("Mira Okafor", "Jonas Weber")] == ["available", "available"]


async def test_a_report_that_never_comes_frees_agent_and_caller_all_the_same(floor: Floor) -> None:
    floor.rule(routing="longest-idle", ring_for="25s")
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.pass_time(25 + 25 + 1)
    assert await floor.rung(call) == ["Mira Okafor"], "rung once more"
    assert len(await floor.effects(EffectKind.DIAL)) == 2
    await floor.pass_time(60)
    assert await floor.presence("Mira Okafor") == "away"


async def test_who_joins_the_team_of_a_queue_is_rung_for_who_waits_in_it(floor: Floor) -> None:
    floor.rule(routing="longest-idle", team="fitters")
    mira = await floor.hire("Mira Okafor")
    call = await floor.caller()
    assert await floor.rung(call) == []
    await floor.does(teams.put_into, SYSTEM, mira.agent_id, "fitters")
    assert await floor.rung(call) == ["Mira Okafor"]


async def test_who_presses_another_key_said_no_and_is_neither_made_away_nor_rung_again(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    for number in range(3):
        call = await floor.caller(f"+4930231250{number}")
        assert await floor.rung(call) == ["Mira Okafor"]
        assert await floor.press_two("Mira Okafor")
        await floor.report("Mira Okafor", "completed", 3)
        assert (await floor.presence("Mira Okafor"), await floor.rung(call)) == ("available", [])
    await floor.hire("Jonas Weber")
    assert await floor.rung(call) == []
    assert await floor.rung(1) == ["Jonas Weber"]


async def test_another_key_after_the_caller_is_gone_changes_nothing(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Mira Okafor")
    call = await floor.caller()
    await floor.hang_up(call)
    assert not await floor.press_two("Mira Okafor")
    assert await floor.state(call) == "abandoned"


async def test_who_states_no_languages_speaks_their_own(floor: Floor) -> None:
    floor.rule(routing="longest-idle", widen_after="60s")
    await floor.hire("Mira Okafor", languages=[], language="en")
    german = await floor.caller(language="de")
    await floor.pass_time(120)
    assert await floor.rung(german) == []
    assert await floor.rung(await floor.caller("+442079460123", language="en")) == ["Mira Okafor"]


async def test_a_caller_who_said_nothing_is_rung_for_in_the_language_of_their_contact(floor: Floor) -> None:
    floor.rule(routing="longest-idle")
    await floor.hire("Jonas Weber", languages=["de"])
    await floor.hire("Mira Okafor", languages=["en"])
    async with floor.database.transaction() as session:
        await people.add_contact(session, "Emily Clarke", "+442079460123", language="en")
        inbound = await arrivals.answer(session, "CA9", "+442079460123", LINE, {}, floor.now)
        call = await calls.lock_call(session, inbound.id)
        call.ivr = {}
        await routing.join(session, call, "support", floor.now)
    assert await floor.rung(1) == ["Mira Okafor"]


async def test_of_several_queues_who_came_first_is_first(floor: Floor) -> None:
    floor.rule("support", routing="longest-idle")
    floor.rule("billing", routing="longest-idle")
    support = await floor.caller("+493023125010", "support")
    floor.later(60)
    billing = await floor.caller("+493023125011", "billing")
    await floor.hire("Mira Okafor")
    assert [await floor.rung(call) for call in (support, billing)] == [["Mira Okafor"], []]


async def test_who_has_a_head_start_has_it_before_other_queues_too(floor: Floor) -> None:
    floor.rule("support", routing="longest-idle")
    floor.rule("billing", routing="longest-idle")
    async with floor.database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", "+493023125010")
        await tags.put(session, greta.id, "vip")
    billing = await floor.caller("+493023125011", "billing")
    floor.later(60)
    vip = await floor.caller("+493023125010", "support")
    await floor.hire("Mira Okafor")
    assert [await floor.rung(call) for call in (vip, billing)] == [["Mira Okafor"], []]


async def test_callers_whom_nobody_on_duty_serves_hold_up_no_other_queue(floor: Floor) -> None:
    floor.rule("billing", routing="longest-idle", members=["Jonas Weber"])
    floor.rule("support", routing="longest-idle", members=["Mira Okafor"])
    for number in range(25):
        await floor.caller(f"+4930231253{number:02}", "billing")
    floor.later(60)
    support = await floor.caller("+493023125010", "support")
    await floor.hire("Mira Okafor")
    assert await floor.rung(support) == ["Mira Okafor"]


@pytest.mark.parametrize("by", ["tag", "deal", "promise"])
async def test_who_works_for_a_company_has_its_head_start(floor: Floor, by: str) -> None:
    """Also when the company belongs to the one that has it."""
    floor.rule(routing="longest-idle")
    async with floor.database.transaction() as session:
        group = await people.add_contact(session, "Sommer Gruppe", "+493023125090")
        bakery = await people.add_contact(session, "Bäckerei Sommer", "+493023125091")
        greta = await people.add_contact(session)
        bakery.organisation_id, greta.organisation_id = group.id, bakery.id
        await session.flush()
        match by:
            case "tag":
                await tags.put(session, group.id, "vip")
            case "deal":
                await deals.add_deal(
                    session, SYSTEM, title="Wärmepumpe", value=Money(1, "EUR"), contact_id=group.id, now=floor.now
                )
            case _:
                ticket = await tickets.open_ticket(session, SYSTEM, subject="Kalt", contact_id=group.id, now=floor.now)
                await session.execute(
                    update(TicketSla).where(TicketSla.ticket_id == ticket.id).values(warned_at=floor.now)
                )
    other = await floor.caller("+493023125011")
    floor.later(30)
    theirs = await floor.caller("+493023125010")
    await floor.hire("Mira Okafor")
    assert [await floor.rung(call) for call in (theirs, other)] == [["Mira Okafor"], []]
