from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import absences, activity, timers
from crm_core.absences import Reason
from crm_core.company import company_of
from crm_core.errors import Invalid, Refused
from crm_core.outbox import Effect, EffectKind
from crm_core.projects import checklists, dependencies, finishing, tasks
from crm_core.projects.recurrence import Frequency, Recurrence
from crm_core.projects.tasks import Task
from tests.crm_core.projects.conftest import Team
from tests.people import NOW

DUE = NOW + timedelta(days=1)


async def _effects(session: AsyncSession, kind: EffectKind) -> list[Effect]:
    return list(await session.scalars(select(Effect).where(Effect.kind == kind).order_by(Effect.id)))


async def _told(session: AsyncSession) -> list[tuple[str, str, int]]:
    notices = await _effects(session, EffectKind.NOTICE)
    return [(notice.address, notice.payload["id"], notice.payload["record"]) for notice in notices]


async def test_a_given_task_is_told_to_who_has_it_now(team: Team) -> None:
    async with team.database.transaction() as session:
        task = await tasks.add_task(session, team.actor, title="One", now=NOW)
        await tasks.give(session, team.actor, task.id, team.jonas, NOW)
        assert await _told(session) == [("slack:U2", "task.given-to-you", task.id)]
        with pytest.raises(Refused):
            await tasks.give(session, team.actor, task.id, team.jonas, NOW)
        await activity.undo(session, team.actor, NOW)
        assert task.assignee_id == team.mira.id


async def test_what_is_meant_for_the_absent_goes_to_who_stands_in(team: Team) -> None:
    async with team.database.transaction() as session:
        for agent, substitute in ((team.jonas, team.mira), (team.mira, team.lena)):
            await absences.report(
                session, team.lead, agent, reason=Reason.SICK, last_day=NOW.date(), substitute=substitute, now=NOW
            )
        task = await tasks.add_task(session, team.lead, title="One", now=NOW)
        with pytest.raises(Refused):
            await tasks.give(session, team.lead, task.id, team.jonas, NOW)
        assert task.assignee_id == team.lena.id
        given = await tasks.give(session, team.lead, task.id, team.jonas, NOW + timedelta(days=1))
        assert given.assignee_id == team.jonas.id


async def test_two_who_stand_in_for_each_other_keep_their_own(team: Team) -> None:
    async with team.database.transaction() as session:
        for agent, substitute in ((team.jonas, team.mira), (team.mira, team.jonas)):
            await absences.report(
                session, team.lead, agent, reason=Reason.AWAY, last_day=NOW.date(), substitute=substitute, now=NOW
            )
        assert await absences.stands_in(session, team.jonas.id, NOW) == team.jonas.id


async def test_an_absence_cannot_end_before_it_begins(team: Team) -> None:
    async with team.database.transaction() as session:
        with pytest.raises(Invalid):
            await absences.report(
                session, team.actor, team.mira, reason=Reason.SICK, last_day=date(2026, 11, 22), now=NOW
            )


async def test_a_blocked_task_cannot_be_finished_and_finishing_the_blocker_tells(team: Team) -> None:
    async with team.database.transaction() as session:
        first = await tasks.add_task(session, team.actor, title="First", now=NOW)
        second = await tasks.add_task(session, team.other, title="Second", now=NOW)
        await dependencies.block(session, team.actor, second.id, first.id, NOW)
        with pytest.raises(Refused):
            await finishing.finish(session, team.other, second.id, NOW)
        await finishing.finish(session, team.actor, first.id, NOW)
        assert await _told(session) == [("slack:U2", "task.free-now", second.id)]
        assert (await finishing.finish(session, team.other, second.id, NOW)).finished_at == NOW


async def test_no_circle_of_any_length(team: Team) -> None:
    async with team.database.transaction() as session:
        chain = [await tasks.add_task(session, team.actor, title=f"{n}", now=NOW) for n in range(4)]
        for later, earlier in zip(chain[1:], chain, strict=False):
            await dependencies.block(session, team.actor, later.id, earlier.id, NOW)
        with pytest.raises(Refused):
            await dependencies.block(session, team.actor, chain[0].id, chain[3].id, NOW)
        with pytest.raises(Refused):
            await dependencies.block(session, team.actor, chain[0].id, chain[0].id, NOW)


async def test_finishing_makes_the_next_one_and_undo_takes_both_back(team: Team) -> None:
    async with team.database.transaction() as session:
        task = await tasks.add_task(session, team.actor, title="Report", due_at=DUE, remind_minutes=30, now=NOW)
        await checklists.add_item(session, team.actor, task.id, "figures", NOW)
        await checklists.check(session, team.actor, task.id, 1, NOW)
        await finishing.repeat(session, team.actor, task.id, Recurrence(Frequency.WEEKLY), NOW)
        await finishing.finish(session, team.actor, task.id, NOW)
        following = await finishing.follow_up(session, task.id)
        assert following is not None
        assert following.due_at == DUE + timedelta(weeks=1)
        assert [item.checked_at for item in await checklists.items_of(session, following.id)] == [None]
        await activity.undo(session, team.actor, NOW)
        assert (task.finished_at, task.status) == (None, "open")
        assert (await session.scalars(select(Task.id))).all() == [task.id]


async def test_what_followed_and_was_touched_stays(team: Team) -> None:
    async with team.database.transaction() as session:
        task = await tasks.add_task(session, team.actor, title="Report", due_at=DUE, now=NOW)
        await finishing.repeat(session, team.actor, task.id, Recurrence(Frequency.DAILY), NOW)
        await finishing.finish(session, team.actor, task.id, NOW)
        following = await finishing.follow_up(session, task.id)
        assert following is not None
        await tasks.give(session, team.lead, following.id, team.jonas, NOW)
    with pytest.raises(Refused):
        async with team.database.transaction() as session:
            await activity.undo(session, team.actor, NOW)


async def test_what_was_missed_for_a_while_comes_once(team: Team) -> None:
    late = DUE + timedelta(days=9, hours=1)
    async with team.database.transaction() as session:
        task = await tasks.add_task(session, team.actor, title="Report", due_at=DUE, now=NOW)
        await finishing.repeat(session, team.actor, task.id, Recurrence(Frequency.DAILY), NOW)
        await finishing.finish(session, team.actor, task.id, late)
        following = await finishing.follow_up(session, task.id)
        assert following is not None
        assert following.due_at == DUE + timedelta(days=10)


async def test_a_reminder_comes_before_and_a_stale_one_says_nothing(team: Team) -> None:
    async with team.database.transaction() as session:
        task = await tasks.add_task(session, team.other, title="Call", due_at=DUE, remind_minutes=30, now=NOW)
        await tasks.put_off(session, team.other, task.id, DUE + timedelta(hours=5), NOW)
        stale, fresh = await _effects(session, EffectKind.TIMER)
        assert [effect.due_at for effect in (stale, fresh)] == [
            DUE - timedelta(minutes=30),
            DUE + timedelta(hours=4, minutes=30),
        ]
        await timers.TIMERS["task.remind"](session, stale.payload, stale.due_at)
        assert await _told(session) == []
        await timers.TIMERS["task.remind"](session, fresh.payload, fresh.due_at)
        assert await _told(session) == [("slack:U2", "task.reminder", task.id)]
        await finishing.finish(session, team.other, task.id, fresh.due_at)
        await timers.TIMERS["task.remind"](session, fresh.payload, fresh.due_at)
        assert len(await _told(session)) == 1


async def test_undo_of_an_addition_takes_its_parts_along(team: Team) -> None:
    async with team.database.transaction() as session:
        task = await tasks.add_task(session, team.actor, title="One", due_at=DUE, now=NOW)
        await activity.undo(session, team.actor, NOW)
        assert await session.get(Task, task.id) is None


async def test_the_house_may_remind_of_every_task(team: Team) -> None:
    async with team.database.transaction() as session:
        house = company_of(session).projects.remind_minutes
        task = await tasks.add_task(session, team.actor, title="One", due_at=DUE, now=NOW)
        undated = await tasks.add_task(session, team.actor, title="Two", now=NOW)
        assert (task.remind_minutes, undated.remind_minutes) == (house, None)
