"""Making call lists: who is on one, who is left out and why, and who may stop it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import activity
from crm_core.agents import SYSTEM, Actor, Role
from crm_core.callcenter import call_lists, filling
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee, Why
from crm_core.callcenter.filling import MOST, Wanted
from crm_core.contacts import consents, contacts, do_not_call, merges, tags
from crm_core.contacts.consents import Channel, Purpose
from crm_core.errors import CrmError, Invalid, NotAllowed, NotFound, Refused
from crm_core.money import Money
from crm_core.privacy import privacy
from crm_core.sales import deals, stages
from tests.crm_core.callcenter.lists import NAMES, Listed
from tests.people import NOW, add_agent, add_contact, as_actor


async def _lena(listed: Listed) -> Actor:
    async with listed.floor.database.transaction() as session:
        return as_actor(await add_agent(session, "Lena Brandt", Role.LEAD, phone=None))


async def _on_it(listed: Listed) -> list[int]:
    async with listed.floor.database.transaction() as session:
        return list(await session.scalars(select(Callee.contact_id).order_by(Callee.rank)))


async def test_everybody_is_on_it_once_whatever_brings_them(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    greta, emily = await listed.people("Greta Sommer", "Emily Clarke")
    async with listed.floor.database.transaction() as session:
        await tags.put(session, greta, "vip")
        deal = await deals.add_deal(session, mira, title="A", value=Money(1, "EUR"), contact_id=greta, now=NOW)
        wanted = [*await filling.tagged(session, mira, "#VIP"), Wanted(greta, deal_id=deal.id), Wanted(emily)]
        filled = await filling.make(session, mira, "Spring", Purpose.SERVICE, wanted, NOW)
        assert (filled.added, [why for _one, why in filled.left_out]) == (2, [Why.ALREADY])
        again = await filling.add(session, mira, filled.call_list.id, [Wanted(emily)], NOW)
        assert (again.added, again.left_out) == (0, [(Wanted(emily), Why.ALREADY)])
    assert await _on_it(listed) == [greta, emily]


async def test_who_may_not_be_called_is_left_out_with_the_reason(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    ids = await listed.people("Fits", "Refused", "Objected", "Erased", "Kept", "Merged")
    async with listed.floor.database.transaction() as session:
        await do_not_call.refuse_calls(session, SYSTEM, ids[1], NOW)
        what = (Channel.PHONE, Purpose.SERVICE, NOW)
        await consents.state(session, SYSTEM, ids[2], *what, is_given=False, wording="")
        await privacy.erase(session, SYSTEM, ids[3], NOW)
        await merges.merge(session, SYSTEM, ids[5], ids[4], NOW)
        silent = await add_contact(session, "Silent", None)
        premium = await add_contact(session, "Premium", "+499001234567")
        deal = await deals.add_deal(session, mira, title="Nobody's", value=Money(1, "EUR"), now=NOW)
        wanted = [Wanted(one) for one in (*ids, silent.id, premium.id)]
        wanted += [Wanted(None, deal_id=deal.id), Wanted(424242)]
        filled = await filling.make(session, mira, "Spring", Purpose.SERVICE, wanted, NOW)
        assert filled.added == 2
        assert [why for _one, why in filled.left_out] == [
            Why.DO_NOT_CALL,
            Why.NO_CONSENT,
            Why.GONE,
            Why.GONE,
            Why.NO_NUMBER,
            Why.NO_NUMBER,
            Why.NO_CONTACT,
            Why.GONE,
        ]


async def test_advertising_takes_consent_and_the_last_word_counts(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    agreed, withdrew, silent = await listed.people("Agreed", "Withdrew", "Silent")
    async with listed.floor.database.transaction() as session:
        what = (Channel.PHONE, Purpose.ADVERTISING, NOW)
        for one in (agreed, withdrew):
            await consents.state(session, SYSTEM, one, *what, is_given=True, wording="Ja, gern.")
        await consents.state(session, SYSTEM, withdrew, *what, is_given=False, wording="")
    filled = await listed.fill(mira, [Wanted(one) for one in (agreed, withdrew, silent)], Purpose.ADVERTISING)
    assert [(one.contact_id, why) for one, why in filled.left_out] == [
        (withdrew, Why.NO_CONSENT),
        (silent, Why.NO_CONSENT),
    ]
    assert await _on_it(listed) == [agreed]


async def test_who_has_no_number_is_called_at_the_company_they_work_for(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    async with listed.floor.database.transaction() as session:
        company = await contacts.add_contact(
            session, SYSTEM, name="Bau AG", phone="+493023125690", kind=contacts.Kind.COMPANY, now=NOW
        )
        person = await add_contact(session, "Paul Winter", None, organisation=company.name)
    assert (await listed.fill(mira, [Wanted(person.id)])).added == 1


async def test_the_deals_of_a_stage_are_who_stands_behind_them(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    greta, _emily = await listed.people("Greta Sommer", "Emily Clarke")
    async with listed.floor.database.transaction() as session:
        offer = await stages.find_stage(session, "offer")
        deal = await deals.add_deal(
            session, mira, title="A", value=Money(1, "EUR"), contact_id=greta, stage=offer, now=NOW
        )
        assert await filling.in_stage(session, mira, offer.id) == [Wanted(greta, deal_id=deal.id)]


@pytest.mark.parametrize(
    ("name", "error"), [("", Invalid), ("  ", Invalid), ("D-7", Invalid), ("x" * 61, Invalid), ("SPRING", Refused)]
)
async def test_a_name_that_is_none_or_taken_is_refused(listed: Listed, name: str, error: type[CrmError]) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    with pytest.raises(error):
        await listed.floor.does(filling.make, mira, name, Purpose.SERVICE, [])


async def test_a_name_is_free_again_once_its_list_is_closed(listed: Listed) -> None:
    mira, lena = await listed.floor.hire("Mira Okafor"), await _lena(listed)
    await listed.made(mira)
    closed = await listed.floor.does(call_lists.close, lena, listed.list_id)
    second = await listed.floor.does(filling.make, mira, "Spring", Purpose.SERVICE, [])
    async with listed.floor.database.transaction() as session:
        assert (await call_lists.find(session, mira, "spring")).id == second.call_list.id
    with pytest.raises(Refused):
        await listed.floor.does(call_lists.go_on, lena, closed.id)


async def test_a_list_is_found_by_the_beginning_of_its_name_alone(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    async with listed.floor.database.transaction() as session:
        await filling.make(session, mira, "Summer heat pumps", Purpose.SERVICE, [], NOW)
        assert (await call_lists.find(session, mira, "summer")).name == "Summer heat pumps"
        assert (await call_lists.find(session, mira, "L-1")).name == "Spring"
        for unknown in ("S", "Winter", "L-9", ""):
            with pytest.raises(NotFound):
                await call_lists.find(session, mira, unknown)


async def test_too_many_at_once_are_refused_and_nobody_is_added(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    with pytest.raises(Invalid):
        await listed.fill(mira, [Wanted(one) for one in range(MOST + 1)])
    async with listed.floor.database.transaction() as session:
        assert (await session.scalars(select(CallList))).all() == []


async def test_only_a_lead_pauses_goes_on_and_closes(listed: Listed) -> None:
    mira, lena = await listed.floor.hire("Mira Okafor"), await _lena(listed)
    await listed.made(mira)
    for verb in (call_lists.pause, call_lists.go_on, call_lists.close):
        with pytest.raises(NotAllowed):
            await listed.floor.does(verb, mira, listed.list_id)
    await listed.floor.does(call_lists.pause, lena, listed.list_id)
    with pytest.raises(Refused) as refused:
        await listed.next(mira)
    assert refused.value.message.id == "calllist.is-paused"
    await listed.floor.does(call_lists.go_on, lena, listed.list_id)
    assert await listed.turn(mira) == "Greta Sommer"
    await listed.floor.does(call_lists.close, lena, listed.list_id)
    with pytest.raises(Refused):
        await listed.floor.does(filling.add, mira, listed.list_id, [])
    await listed.floor.does(activity.undo, lena)
    assert await listed.turn(mira) == "Greta Sommer"


async def test_making_and_adding_are_taken_back_while_nobody_has_begun(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    [paul] = await listed.people("Paul Winter")
    await listed.floor.does(filling.add, mira, listed.list_id, [Wanted(paul)])
    await listed.floor.does(activity.undo, mira)
    assert len(await _on_it(listed)) == len(NAMES)
    await listed.floor.does(filling.add, mira, listed.list_id, [Wanted(paul)])
    await listed.next(mira)
    await listed.floor.does(activity.undo, mira)
    with pytest.raises(Refused):
        await listed.floor.does(activity.undo, mira)
    assert len(await _on_it(listed)) == len(NAMES)


async def test_a_list_nobody_touched_is_gone_after_undo(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.floor.does(activity.undo, mira)
    assert await _on_it(listed) == []


async def test_who_is_taken_off_can_be_put_on_it_again_behind_the_others(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    greta = listed.contacts["Greta Sommer"]
    await listed.floor.does(filling.remove, mira, listed.list_id, greta)
    assert await listed.turn(mira) == "Emily Clarke"
    filled = await listed.floor.does(filling.add, mira, listed.list_id, [Wanted(greta)])
    assert filled.added == 1
    assert (await _on_it(listed))[-1] == greta
    await listed.floor.does(activity.undo, mira)
    assert (await listed.callee("Greta Sommer")).state == "dropped"
    [paul] = await listed.people("Paul Winter")
    with pytest.raises(Refused):
        await listed.floor.does(filling.remove, mira, listed.list_id, paul)


async def test_merged_people_are_called_once_and_parted_ones_twice(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    greta, emily = listed.contacts["Greta Sommer"], listed.contacts["Emily Clarke"]
    await listed.floor.does(merges.merge, mira, emily, greta)
    assert (await listed.progress(mira)).dropped == {"gone": 1}
    assert [await listed.turn(mira)] == ["Greta Sommer"]
    await listed.floor.does(activity.undo, mira)
    assert (await listed.progress(mira)).dropped == {}


async def test_who_is_merged_into_somebody_not_on_it_stays_on_it_by_the_new_name(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    [paul] = await listed.people("Paul Winter")
    await listed.floor.does(merges.merge, mira, listed.contacts["Greta Sommer"], paul)
    assert await listed.turn(mira) == "Paul Winter"


async def test_undo_of_a_contact_who_is_on_a_list_is_refused(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    async with listed.floor.database.transaction() as session:
        paul = await contacts.add_contact(session, mira, name="Paul Winter", phone="+493023125690", now=NOW)
    await listed.fill(jonas, [Wanted(paul.id)])
    with pytest.raises(Refused):
        await listed.floor.does(activity.undo, mira)


async def test_progress_counts_everybody_once(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira, ["A Anders", "B Berger", "C Claus", "D Dorn", "E Ernst"])
    await listed.talked(mira, "A Anders")
    await listed.unreached(mira, "B Berger")
    await listed.floor.does(filling.remove, mira, listed.list_id, listed.contacts["C Claus"])
    await listed.next(mira)
    seen = await listed.progress(mira)
    assert (seen.total, seen.done, seen.later, seen.in_hand, seen.open, seen.dropped) == (5, 1, 1, 1, 1, {"removed": 1})
    assert (seen.calls, seen.outcomes, seen.agents) == (2, {"reached": 1, "no-answer": 1}, ["Mira Okafor"])
    assert seen.next_at is not None
    assert seen.next_at - listed.floor.now == timedelta(hours=2)
    assert seen.share == 2 / 5
