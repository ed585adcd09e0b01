from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from crm_core import activity
from crm_core.agents import SYSTEM
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.projects import hours, projects, stopwatch, tasks
from crm_core.projects.hours import Hours
from crm_core.projects.projects import ProjectStatus
from tests.crm_core.projects.conftest import Team
from tests.people import NOW

MONDAY = date(2026, 11, 23)


@pytest.fixture
async def task_id(team: Team) -> int:
    async with team.database.transaction() as session:
        return (await tasks.add_task(session, team.actor, title="Wiring", now=NOW)).id


async def test_an_approved_week_is_locked_until_it_is_reopened(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        entry = await hours.log(session, team.actor, kind="task", record_id=task_id, minutes=90, now=NOW)
        assert await hours.approve(session, team.lead, team.mira, MONDAY, NOW) == 90
        for attempt in (
            hours.correct(session, team.actor, entry.id, 60, NOW),
            hours.drop(session, team.actor, entry.id, NOW),
            hours.set_billable(session, team.actor, entry.id, False, NOW),
            hours.log(session, team.actor, kind="task", record_id=task_id, minutes=5, now=NOW),
            activity.undo(session, team.actor, NOW),
        ):
            with pytest.raises(Refused):
                await attempt
        await hours.log(session, team.actor, kind="task", record_id=task_id, minutes=5, day=date(2026, 11, 22), now=NOW)
        assert await hours.reopen(session, team.lead, team.mira, MONDAY, NOW) == 1
        assert (await hours.correct(session, team.actor, entry.id, 60, NOW)).minutes == 60


async def test_who_may_read_and_approve(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        await hours.log(session, team.actor, kind="task", record_id=task_id, minutes=90, now=NOW)
        for attempt in (
            hours.of_week(session, team.other, team.mira.id, MONDAY),
            hours.approve(session, team.actor, team.mira, MONDAY, NOW),
        ):
            with pytest.raises(NotAllowed):
                await attempt
        await hours.log(session, team.lead, kind="task", record_id=task_id, minutes=5, now=NOW)
        with pytest.raises(Refused):
            await hours.approve(session, team.lead, team.lena, MONDAY, NOW)


@pytest.mark.parametrize("minutes", [0, -5, 1441])
async def test_no_more_than_a_day_and_no_less_than_a_minute(team: Team, task_id: int, minutes: int) -> None:
    async with team.database.transaction() as session:
        with pytest.raises(Invalid):
            await hours.log(session, team.actor, kind="task", record_id=task_id, minutes=minutes, now=NOW)


async def test_work_of_tomorrow_is_not_logged_and_none_on_a_deal(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        with pytest.raises(Invalid):
            await hours.log(
                session, team.actor, kind="task", record_id=task_id, minutes=5, day=date(2026, 11, 24), now=NOW
            )
        with pytest.raises(Invalid):
            await hours.log(session, team.actor, kind="deal", record_id=1, minutes=5, now=NOW)


async def test_one_clock_an_agent_and_the_next_start_stops_it(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        other = await tasks.add_task(session, team.other, title="Plans", now=NOW)
        assert await stopwatch.start(session, team.actor, "task", task_id, NOW) is None
        with pytest.raises(Refused):
            await stopwatch.start(session, team.actor, "task", task_id, NOW)
        measured = await stopwatch.start(session, team.actor, "task", other.id, NOW + timedelta(minutes=12, seconds=1))
        assert measured is not None
        assert (measured.record_id, measured.minutes) == (task_id, 13)
        assert (await tasks.lock_unfinished(session, team.actor, "task.finish", task_id)).status == "doing"
        assert (await tasks.lock_unfinished(session, team.actor, "task.finish", other.id)).status == "open"
        forgotten = await stopwatch.stop(session, team.actor, NOW + timedelta(days=3))
        assert (forgotten.minutes, forgotten.day) == (1440, MONDAY)
        with pytest.raises(Refused):
            await stopwatch.stop(session, team.actor, NOW)


async def test_the_export_leaves_drafts_out_and_is_in_order(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        for days, is_draft in ((0, False), (3, False), (1, True), (2, False)):
            await hours.log(
                session,
                team.actor,
                kind="task",
                record_id=task_id,
                minutes=5,
                day=MONDAY - timedelta(days=days),
                is_draft=is_draft,
                now=NOW,
            )
        admin = hours.exported(session, team.lead, MONDAY - timedelta(days=2), MONDAY)
        with pytest.raises(NotAllowed):
            await anext(admin)
        found = [
            (entry.day, name)
            async for batch in hours.exported(session, SYSTEM, MONDAY - timedelta(days=2), MONDAY)
            for entry, name in batch
        ]
    assert found == [(MONDAY - timedelta(days=2), "Mira Okafor"), (MONDAY, "Mira Okafor")]


async def test_a_project_with_open_tasks_is_not_done(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        project = await projects.add_project(session, team.actor, name="Heat pump", now=NOW)
        await tasks.set_project(session, team.actor, task_id, project.id, NOW)
        with pytest.raises(Refused):
            await projects.set_status(session, team.actor, project.id, ProjectStatus.DONE, NOW)
        assert (await projects.set_status(session, team.actor, project.id, ProjectStatus.PAUSED, NOW)).version == 2


async def test_undo_of_a_project_leaves_its_tasks(team: Team, task_id: int) -> None:
    async with team.database.transaction() as session:
        project = await projects.add_project(session, team.actor, name="Heat pump", now=NOW)
        await tasks.set_project(session, team.lead, task_id, project.id, NOW)
        await hours.log(session, team.lead, kind="project", record_id=project.id, minutes=5, now=NOW)
        await activity.undo(session, team.actor, NOW)
        session.expire_all()
        assert (await tasks.lock_unfinished(session, team.actor, "task.finish", task_id)).project_id is None
        assert await session.scalar(select(func.count()).select_from(Hours)) == 0
