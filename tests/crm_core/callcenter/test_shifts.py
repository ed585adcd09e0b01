"""Agents become what the plan says, unless they said otherwise."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_core import absences
from crm_core.absences import Reason
from crm_core.agents import SYSTEM, Actor, Agent, Presence, find_agent
from crm_core.callcenter import presence, shift_changes, turns
from crm_core.company import Shift
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.outbox import EffectKind
from tests import people
from tests.crm_core.callcenter.stage import Floor
from tests.people import as_actor

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 11, 24)
DAY = Shift(agents=["Mira Okafor"], hours={"mon-fri": "08:00-16:30"}, breaks={"mon-fri": "12:00-12:30"}, pause="lunch")


class Shop:
    """A floor with a shift plan, on the evening before."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    async def open(self, *shifts: Shift) -> None:
        self.floor.company = self.floor.company.model_copy(update={"shifts": list(shifts)})
        self.floor.database.works_for(self.floor.company)
        self.floor.now = datetime(2026, 11, 23, 20, tzinfo=BERLIN)
        await self.look()

    async def look(self) -> None:
        async with self.floor.database.transaction() as session:
            await turns.plan(session, self.floor.now)

    async def hire(self, name: str = "Mira Okafor", team: str | None = None) -> Actor:
        async with self.floor.database.transaction() as session:
            return as_actor(await people.add_agent(session, name, team=team))

    async def until(self, clock: str, day: date = TUESDAY) -> None:
        """What falls due on the way is carried out at its time."""
        then = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)
        await self.floor.pass_time((then - self.floor.now).total_seconds())

    async def say(self, actor: Actor, wanted: Presence, reason: str | None = None) -> None:
        async with self.floor.database.transaction() as session:
            await presence.set_presence(session, actor, wanted, self.floor.now, reason=reason)

    async def is_(self, name: str = "Mira Okafor") -> tuple[str, str | None]:
        async with self.floor.database.transaction() as session:
            agent = await find_agent(session, name)
            return agent.presence, agent.presence_reason

    async def work(self, name: str, day: date, hours: str, actor: Actor = SYSTEM) -> None:
        async with self.floor.database.transaction() as session:
            agent = await find_agent(session, name)
            await shift_changes.change(session, actor, agent.id, day, hours, self.floor.now)


@pytest.fixture
def shop(floor: Floor) -> Shop:
    return Shop(floor)


async def test_the_shift_makes_available_the_break_away_and_the_end_offline(shop: Shop) -> None:
    await shop.open(DAY)
    await shop.hire()
    seen = []
    for clock in ("07:59", "08:00", "12:00", "12:30", "16:29", "16:30"):
        await shop.until(clock)
        seen.append(await shop.is_())
    assert seen == [
        ("offline", None),
        ("available", None),
        ("away", "lunch"),
        ("available", None),
        ("available", None),
        ("offline", None),
    ]


async def test_the_next_day_is_planned_by_the_one_before(shop: Shop) -> None:
    await shop.open(DAY)
    await shop.hire()
    await shop.until("09:00", TUESDAY + timedelta(days=2))
    assert await shop.is_() == ("available", None)


async def test_a_shift_brings_waiting_callers_to_who_begins(shop: Shop) -> None:
    await shop.open(DAY)
    shop.floor.rule(routing="longest-idle")
    await shop.hire()
    await shop.until("07:59")
    call = await shop.floor.caller()
    assert await shop.floor.rung(call) == []
    await shop.until("08:00")
    assert await shop.floor.rung(call) == ["Mira Okafor"]


async def test_who_is_on_a_call_is_off_duty_afterwards(shop: Shop) -> None:
    await shop.open(DAY)
    shop.floor.rule(routing="longest-idle")
    await shop.hire()
    await shop.until("16:29")
    call = await shop.floor.caller()
    await shop.floor.press_one("Mira Okafor")
    await shop.until("16:40")
    assert await shop.is_() == ("on-call", None)
    await shop.floor.hang_up(call)
    await shop.floor.report("Mira Okafor", "completed", 60)
    assert await shop.is_() == ("offline", None)


async def test_a_call_through_the_break_leads_back_to_work(shop: Shop) -> None:
    await shop.open(DAY)
    shop.floor.rule(routing="longest-idle")
    await shop.hire()
    await shop.until("11:59")
    call = await shop.floor.caller()
    await shop.floor.press_one("Mira Okafor")
    await shop.until("12:31")
    await shop.floor.hang_up(call)
    await shop.floor.report("Mira Okafor", "completed", 60)
    assert await shop.is_() == ("available", None)


async def test_who_said_that_they_are_away_is_not_called_back_by_the_end_of_a_break(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    await shop.until("11:00")
    await shop.say(mira, Presence.AWAY, "dentist")
    for clock in ("12:00", "12:30", "14:00"):
        await shop.until(clock)
        assert await shop.is_() == ("away", "dentist")
    await shop.until("16:30")
    assert await shop.is_() == ("offline", None)


async def test_who_works_longer_says_so_after_the_end(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    await shop.until("16:31")
    await shop.say(mira, Presence.AVAILABLE)
    await shop.until("20:00")
    assert await shop.is_() == ("available", None)
    await shop.until("09:00", TUESDAY + timedelta(days=1))
    await shop.until("16:30", TUESDAY + timedelta(days=1))
    assert await shop.is_() == ("offline", None)


async def test_what_was_said_before_the_shift_ends_with_its_begin(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    await shop.until("07:30")
    await shop.say(mira, Presence.AWAY)
    await shop.until("08:00")
    assert await shop.is_() == ("available", None)


async def test_a_timer_that_comes_late_does_not_go_against_what_was_said_meanwhile(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    shop.floor.now = datetime(2026, 11, 24, 8, 5, tzinfo=BERLIN)
    await shop.say(mira, Presence.AWAY)
    await shop.until("08:10")
    assert await shop.is_() == ("away", None)


async def test_who_was_made_away_for_missed_calls_stays_so_until_the_next_turn_of_their_own(shop: Shop) -> None:
    await shop.open(DAY, Shift(agents=["Jonas Weber"], hours={"mon-fri": "10:00-15:00"}))
    await shop.hire()
    await shop.hire("Jonas Weber")
    await shop.until("09:00")
    async with shop.floor.database.transaction() as session:
        mira = await find_agent(session, "Mira Okafor")
        mira.presence, mira.presence_reason = Presence.AWAY, "missed"
    await shop.until("10:00")
    assert await shop.is_() == ("away", "missed")
    assert await shop.is_("Jonas Weber") == ("available", None)
    await shop.until("12:30")
    assert await shop.is_() == ("available", None)


async def test_who_is_absent_is_left_alone(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    async with shop.floor.database.transaction() as session:
        agent = await session.get_one(Agent, mira.agent_id)
        await absences.report(session, SYSTEM, agent, reason=Reason.SICK, last_day=TUESDAY, now=shop.floor.now)
    await shop.until("16:00")
    assert await shop.is_() == ("offline", None)


async def test_ones_own_shift_counts_before_the_teams(shop: Shop) -> None:
    late = Shift(team="support", hours={"mon-fri": "12:00-20:00"})
    await shop.open(late, DAY)
    await shop.hire()
    await shop.hire("Jonas Weber", team="support")
    await shop.until("08:00")
    assert [await shop.is_(), await shop.is_("Jonas Weber")] == [("available", None), ("offline", None)]
    await shop.until("19:59")
    assert [await shop.is_(), await shop.is_("Jonas Weber")] == [("offline", None), ("available", None)]


async def test_who_is_hired_during_the_day_begins_with_the_others(shop: Shop) -> None:
    await shop.open(Shift(team="support", hours={"mon-fri": "10:00-12:00"}))
    await shop.until("09:00")
    await shop.hire("Jonas Weber", team="support")
    await shop.until("10:00")
    assert await shop.is_("Jonas Weber") == ("available", None)


async def test_a_lead_changes_a_day_and_only_that_one(shop: Shop) -> None:
    await shop.open(DAY)
    await shop.hire()
    await shop.work("Mira Okafor", TUESDAY, "10:00-14:00")
    for clock, expected in (("09:59", "offline"), ("10:00", "available"), ("12:10", "available"), ("14:00", "offline")):
        await shop.until(clock)
        assert (await shop.is_())[0] == expected, clock
    await shop.until("08:00", TUESDAY + timedelta(days=1))
    assert await shop.is_() == ("available", None)


async def test_a_day_off_and_back_to_the_plan(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    assert mira.agent_id is not None
    await shop.work("Mira Okafor", TUESDAY, "")
    await shop.until("11:00")
    assert await shop.is_() == ("offline", None)
    async with shop.floor.database.transaction() as session:
        await shift_changes.take_back(session, SYSTEM, mira.agent_id, TUESDAY, shop.floor.now)
    assert await shop.is_() == ("available", None), "the shift has begun already"
    with pytest.raises(Refused):
        async with shop.floor.database.transaction() as session:
            await shift_changes.take_back(session, SYSTEM, mira.agent_id, TUESDAY, shop.floor.now)


async def test_a_day_that_is_made_longer_again_goes_on(shop: Shop) -> None:
    await shop.open(DAY)
    await shop.hire()
    await shop.work("Mira Okafor", TUESDAY, "08:00-14:00")
    await shop.until("14:10")
    assert await shop.is_() == ("offline", None)
    await shop.work("Mira Okafor", TUESDAY, "08:00-16:00")
    assert await shop.is_() == ("available", None)
    await shop.until("16:00")
    assert await shop.is_() == ("offline", None)


async def test_without_a_plan_a_changed_day_is_a_shift_of_its_own(shop: Shop) -> None:
    await shop.open()
    await shop.hire()
    await shop.work("Mira Okafor", TUESDAY, "09:00-10:00")
    await shop.until("09:30")
    assert await shop.is_() == ("available", None)
    await shop.until("10:00")
    assert await shop.is_() == ("offline", None)


@pytest.mark.parametrize("hours", ["14:00-10:00", "never", "10:00-25:00"])
async def test_hours_that_are_none_are_refused(shop: Shop, hours: str) -> None:
    await shop.open(DAY)
    await shop.hire()
    with pytest.raises(Invalid):
        await shop.work("Mira Okafor", TUESDAY, hours)


async def test_days_that_are_over_and_agents_are_refused(shop: Shop) -> None:
    await shop.open(DAY)
    mira = await shop.hire()
    with pytest.raises(Invalid):
        await shop.work("Mira Okafor", TUESDAY - timedelta(days=2), "10:00-14:00")
    with pytest.raises(NotAllowed):
        await shop.work("Mira Okafor", TUESDAY, "10:00-14:00", mira)


async def test_any_number_of_workers_plan_the_same_turn_once(shop: Shop) -> None:
    await shop.open(DAY)
    await shop.hire()
    for _worker in range(5):
        await shop.look()
    assert len(await shop.floor.effects(EffectKind.TIMER)) == 1


async def test_a_night_shift_is_carried_out_until_the_next_morning(floor: Floor) -> None:
    shop = Shop(floor)
    await shop.hire()
    await shop.open(DAY)
    await shop.work("Mira Okafor", date(2026, 11, 23), "22:00-06:00")
    await shop.until("23:00", date(2026, 11, 23))
    assert (await shop.is_())[0] == Presence.AVAILABLE
    await shop.until("05:59")
    assert (await shop.is_())[0] == Presence.AVAILABLE
    await shop.until("06:01")
    assert (await shop.is_())[0] == Presence.OFFLINE
    await shop.until("08:01")
    assert (await shop.is_())[0] == Presence.AVAILABLE
