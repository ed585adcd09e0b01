"""Calls from a list, and what becomes of people by how they ended."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm_core import activity
from crm_core.agents import SYSTEM, Agent, link
from crm_core.callcenter import attempts, claiming, filling, wrapup
from crm_core.callcenter.callees import Callee, Why
from crm_core.callcenter.filling import Wanted
from crm_core.callcenter.legs import Party
from crm_core.contacts import consents, do_not_call
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.errors import Invalid, Refused
from crm_core.outbox import EffectKind
from tests.crm_core.callcenter.lists import Listed

SOLD = {"sold": {"de": "verkauft", "en": "sold"}, "later": {"de": "später", "en": "later"}}
NO_ANSWER = timedelta(hours=2)


def _state(callee: Callee) -> tuple[str, str | None, int]:
    return callee.state, callee.outcome, callee.calls


async def test_who_was_talked_to_is_done(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.next(mira)
    call = await listed.talked(mira, "Greta Sommer")
    found = await listed.callee("Greta Sommer")
    assert (*_state(found), found.call_id) == ("done", "reached", 1, call.id)
    assert await listed.turn(mira) == "Emily Clarke"


async def test_while_a_call_is_under_way_there_is_no_next_one(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.next(mira)
    call = await listed.call(mira, "Greta Sommer")
    with pytest.raises(Refused) as refused:
        await listed.next(mira)
    assert refused.value.message.params == {"ref": call.ref}
    with pytest.raises(Refused):
        await listed.call(mira, "Greta Sommer")
    with pytest.raises(Refused):
        await listed.floor.does(attempts.settle, mira, 1, "reached")
    assert await listed.dials() == 1


async def test_who_does_not_answer_is_called_again_by_the_rule_and_then_no_more(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.rules(retry={"no-answer": {"after": "2h", "most": 3}})
    await listed.made(mira)
    for count in (1, 2):
        await listed.unreached(mira, "Greta Sommer")
        found = await listed.callee("Greta Sommer")
        assert (_state(found), found.due_at) == (("open", "no-answer", count), listed.floor.now + NO_ANSWER)
        assert await listed.turn(mira) == "Emily Clarke"
        await listed.floor.does(claiming.release, mira)
        listed.hours_later(2)
        assert await listed.turn(mira) == "Greta Sommer", "who is due again comes first"
    await listed.unreached(mira, "Greta Sommer")
    found = await listed.callee("Greta Sommer")
    assert (_state(found), found.outcomes) == (("dropped", "no-answer", 3), {"no-answer": 3})
    assert (await listed.progress(mira)).dropped == {"no-answer": 1}


async def test_each_outcome_is_counted_for_itself_and_all_together(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.rules(most=3, retry={"busy": {"after": "15m", "most": 2}})
    await listed.made(mira)
    for status in ("busy", "no-answer"):
        await listed.unreached(mira, "Greta Sommer", status)
        listed.hours_later(2)
    found = await listed.callee("Greta Sommer")
    assert (_state(found), found.outcomes) == (("open", "no-answer", 2), {"busy": 1, "no-answer": 1})
    await listed.unreached(mira, "Greta Sommer")
    assert (await listed.callee("Greta Sommer")).state == "dropped"


async def test_again_is_in_the_hours_where_they_are(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    listed.floor.now = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    await listed.unreached(mira, "Greta Sommer")
    assert (await listed.callee("Greta Sommer")).due_at == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(("disposition", "state"), [("sold", "done"), ("later", "open"), ("wrong", "dropped")])
async def test_the_disposition_decides(listed: Listed, disposition: str, state: str) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.floor.set(dispositions={**SOLD, "wrong": {"de": "falsche Nummer", "en": "wrong number"}})
    listed.rules(retry={"later": {"after": "24h"}}, drop=["wrong"])
    await listed.made(mira)
    call = await listed.talked(mira, "Greta Sommer")
    assert _state(await listed.callee("Greta Sommer")) == ("done", "reached", 1)
    await listed.floor.does(wrapup.dispose, mira, call.id, disposition)
    found = await listed.callee("Greta Sommer")
    assert (_state(found), found.outcomes) == ((state, disposition, 1), {disposition: 1})
    assert (found.due_at is not None) is (state == "open")


async def test_a_disposition_during_the_talk_decides_when_it_is_over(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.floor.set(dispositions=SOLD)
    await listed.made(mira)
    call = await listed.call(mira, "Greta Sommer")
    await listed.floor.press_one("Mira Okafor")
    await listed.floor.picks_up(call.id, Party.CUSTOMER)
    await listed.floor.does(wrapup.dispose, mira, call.id, "sold")
    assert (await listed.callee("Greta Sommer")).state == "calling"
    await listed.floor.reports_of(call.id, Party.CUSTOMER, "completed")
    assert _state(await listed.callee("Greta Sommer")) == ("done", "sold", 1)


async def test_a_disposition_that_comes_after_the_next_call_changes_nothing(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.floor.set(dispositions=SOLD)
    await listed.made(mira)
    first = await listed.unreached(mira, "Greta Sommer")
    listed.hours_later(2)
    await listed.talked(mira, "Greta Sommer")
    await listed.floor.does(wrapup.dispose, mira, first.id, "later")
    assert _state(await listed.callee("Greta Sommer")) == ("done", "reached", 2)


async def test_a_house_that_wants_dispositions_hears_one_before_the_next_call(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.floor.set(dispositions=SOLD, disposition_required=True)
    await listed.made(mira)
    call = await listed.talked(mira, "Greta Sommer")
    with pytest.raises(Refused) as refused:
        await listed.next(mira)
    assert refused.value.message.id == "callee.outcome-owed"
    await listed.floor.does(wrapup.dispose, mira, call.id, "sold")
    assert await listed.turn(mira) == "Emily Clarke"


async def test_who_was_not_rung_is_still_the_agents(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    await listed.next(mira)
    await listed.call(mira, "Greta Sommer")
    await listed.floor.report("Mira Okafor", "no-answer")
    assert _state(await listed.callee("Greta Sommer")) == ("open", None, 0)
    assert [await listed.turn(jonas), await listed.turn(mira)] == ["Emily Clarke", "Greta Sommer"]


async def test_who_refused_since_the_preview_is_not_dialled_and_off_the_list(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.next(mira)
    async with listed.floor.database.transaction() as session:
        await do_not_call.refuse_calls(session, SYSTEM, listed.contacts["Greta Sommer"], listed.floor.now)
    assert await listed.floor.does(attempts.dial, mira, 1) == Why.DO_NOT_CALL
    assert (await listed.dials(), (await listed.callee("Greta Sommer")).state) == (0, "dropped")
    assert await listed.floor.presence("Mira Okafor") == "available"


async def test_a_dial_that_is_refused_keeps_the_claim(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.next(mira)
    listed.floor.now = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        await listed.call(mira, "Greta Sommer")
    assert refused.value.message.id == "call.outside-hours"
    found = await listed.callee("Greta Sommer")
    assert (found.state, found.agent_id, found.lease_token is not None) == ("open", mira.agent_id, True)


async def test_a_call_for_advertising_notes_that_consent_was_used(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    [greta] = await listed.people("Greta Sommer")
    async with listed.floor.database.transaction() as session:
        what = (greta, Channel.PHONE, Purpose.ADVERTISING, listed.floor.now)
        await consents.state(session, SYSTEM, *what, is_given=True, wording="Ja.")
    await listed.fill(mira, [Wanted(greta)], Purpose.ADVERTISING)
    await listed.call(mira, "Greta Sommer")
    async with listed.floor.database.transaction() as session:
        [use] = await session.scalars(select(ConsentUse))
        assert (use.purpose, use.consent_id is not None) == ("advertising", True)


async def test_an_outcome_is_said_of_a_call_made_elsewhere_and_taken_back(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.next(mira)
    await listed.floor.does(attempts.settle, mira, 1, "busy", note="in a meeting")
    found = await listed.callee("Greta Sommer")
    assert (_state(found), found.note) == (("open", "busy", 1), "in a meeting")
    assert found.due_at == listed.floor.now + timedelta(minutes=15)
    await listed.floor.does(activity.undo, mira)
    found = await listed.callee("Greta Sommer")
    assert (_state(found), found.due_at, found.outcomes, found.note) == (("open", None, 0), None, {}, None)


async def test_what_was_said_wrong_is_said_anew_and_counted_once(listed: Listed) -> None:
    mira, jonas = await listed.floor.hire("Mira Okafor"), await listed.floor.hire("Jonas Weber")
    await listed.made(mira)
    await listed.talked(mira, "Greta Sommer")
    await listed.floor.does(attempts.settle, mira, 1, "no-answer")
    found = await listed.callee("Greta Sommer")
    assert (_state(found), found.outcomes) == (("open", "no-answer", 1), {"no-answer": 1})
    await listed.floor.does(attempts.settle, mira, 1, "reached")
    with pytest.raises(Refused):
        await listed.floor.does(attempts.settle, jonas, 1, "busy")
    assert _state(await listed.callee("Greta Sommer")) == ("done", "reached", 1)


async def test_an_outcome_that_is_none_names_those_there_are(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    listed.floor.set(dispositions=SOLD)
    await listed.made(mira)
    with pytest.raises(Invalid) as refused:
        await listed.floor.does(attempts.settle, mira, 1, "great")
    assert refused.value.message.params["names"] == "sold, later, reached, no-answer, busy, failed"


async def test_a_time_of_their_own_comes_before_the_others_and_in_their_hours(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.talked(mira, "Greta Sommer")
    sunday = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
    found = await listed.floor.does(attempts.put_off, mira, 1, sunday)
    assert (found.state, found.due_at) == ("open", datetime(2026, 11, 30, 7, 0, tzinfo=UTC))
    assert await listed.turn(mira) == "Emily Clarke"
    await listed.floor.does(claiming.release, mira)
    listed.floor.now = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    assert await listed.turn(mira) == "Greta Sommer"
    with pytest.raises(Invalid):
        await listed.floor.does(attempts.put_off, mira, 1, sunday)


async def test_who_was_taken_off_is_not_called_whatever_is_said(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    await listed.floor.does(filling.remove, mira, listed.list_id, listed.contacts["Greta Sommer"])
    for verb, *arguments in (
        (attempts.dial,),
        (claiming.skip,),
        (attempts.settle, "reached"),
        (attempts.put_off, listed.floor.now + timedelta(days=1)),
    ):
        with pytest.raises(Refused):
            await listed.floor.does(verb, mira, 1, *arguments)


async def test_the_agent_is_told_that_nobody_was_reached(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    async with listed.floor.database.transaction() as session:
        await link(session, await session.get_one(Agent, mira.agent_id), "slack", "U1", listed.floor.now)
    await listed.made(mira)
    await listed.unreached(mira, "Greta Sommer")
    [told] = await listed.floor.effects(EffectKind.NOTICE)
    assert (told.payload["id"], told.payload["record"]) == ("notice.callee-unreached", 1)


async def test_any_other_call_is_nothing_to_a_list(listed: Listed) -> None:
    mira = await listed.floor.hire("Mira Okafor")
    await listed.made(mira)
    call = await listed.floor.caller("+493023125601")
    await listed.floor.hang_up(call)
    assert (await listed.progress(mira)).open == 3
