"""When somebody is at work, by the plan alone."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from crm_core.agents import Presence
from crm_core.callcenter import rota
from crm_core.callcenter.rota import Stretch
from crm_core.company import Hours, Shift
from crm_core.support.calendar import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(Hours(open={"mon-fri": "08:00-18:00"}, region="DE-BE"), BERLIN)
MONDAY = date(2026, 11, 23)
EARLY = Shift(agents=["Mira"], hours={"mon-fri": "08:00-16:30"}, breaks={"mon-fri": "12:00-12:30"})
AROUND = Shift(agents=["Mira"], hours={"mon-sun": "00:00-24:00"}, on_closed_days=True)


def _plan(shift: Shift | None, day: date = MONDAY, days: int = 1, **changes: str) -> list[Stretch]:
    changed = {date.fromisoformat(key.lstrip("d").replace("_", "-")): hours for key, hours in changes.items()}
    return rota.stretches(shift, CALENDAR, changed, day, day + timedelta(days=days - 1))


def _told(plan: list[Stretch]) -> list[str]:
    return [
        f"{one.begin.astimezone(BERLIN):%a %H:%M}-{one.end.astimezone(BERLIN):%H:%M} {one.presence}" for one in plan
    ]


def _at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)


def test_a_break_parts_the_shift() -> None:
    assert _told(_plan(EARLY)) == [
        "Mon 08:00-12:00 available",
        "Mon 12:00-12:30 away",
        "Mon 12:30-16:30 available",
    ]


@pytest.mark.parametrize(
    ("clock", "presence", "since"),
    [
        ("07:59", None, None),
        ("08:00", Presence.AVAILABLE, "08:00"),
        ("11:59", Presence.AVAILABLE, "08:00"),
        ("12:10", Presence.AWAY, "12:00"),
        ("12:30", Presence.AVAILABLE, "12:30"),
        ("16:30", Presence.OFFLINE, "16:30"),
        ("23:00", Presence.OFFLINE, "16:30"),
    ],
)
def test_what_the_plan_says_at_a_time(clock: str, presence: Presence | None, since: str | None) -> None:
    planned = rota.planned_at(_plan(EARLY), _at(clock))
    if presence is None or since is None:
        assert planned is None
    else:
        assert planned is not None
        assert (planned.presence, planned.since, planned.shift_began) == (presence, _at(since), _at("08:00"))


def test_what_comes_next() -> None:
    plan = _plan(EARLY, days=2)
    moments = [_at("00:00")]
    while (following := rota.next_turn(plan, moments[-1])) is not None:
        moments.append(following)
    assert [f"{moment.astimezone(BERLIN):%a %H:%M}" for moment in moments[1:]] == [
        "Mon 08:00", "Mon 12:00", "Mon 12:30", "Mon 16:30", "Tue 08:00", "Tue 12:00", "Tue 12:30", "Tue 16:30",
    ]  # fmt: skip


def test_nobody_works_on_a_holiday_unless_the_shift_says_so() -> None:
    christmas = date(2026, 12, 25)
    assert _plan(EARLY, christmas) == []
    assert len(_plan(EARLY.model_copy(update={"on_closed_days": True}), christmas)) == 3


def test_a_changed_day_has_its_own_hours_and_no_breaks() -> None:
    assert _told(_plan(EARLY, d2026_11_23="10:00-14:00")) == ["Mon 10:00-14:00 available"]
    assert _plan(EARLY, d2026_11_23="") == []
    assert _told(_plan(None, d2026_11_23="18:00-20:00")) == ["Mon 18:00-20:00 available"]


def test_work_around_the_clock_has_no_turn_at_midnight() -> None:
    plan = _plan(AROUND, days=3)
    assert len(plan) == 1
    assert rota.next_turn(plan, _at("12:00")) == _at("00:00", MONDAY + timedelta(days=3))


def test_two_shifts_of_a_day_are_two() -> None:
    plan = _plan(Shift(agents=["Mira"], hours={"mon": "08:00-11:00, 15:00-18:00"}))
    assert [stretch.shift_began for stretch in plan] == [_at("08:00"), _at("15:00")]
    planned = rota.planned_at(plan, _at("12:00"))
    assert planned is not None
    assert planned.presence == Presence.OFFLINE


@pytest.mark.parametrize("breaks", ["07:00-08:30", "16:00-17:00", "08:00-16:30", "06:00-07:00"])
def test_a_break_counts_as_far_as_the_shift_goes(breaks: str) -> None:
    plan = _plan(EARLY.model_copy(update={"breaks": {"mon": breaks}}))
    assert plan[0].begin == _at("08:00")
    assert plan[-1].end == _at("16:30")
    assert all(one.end == other.begin for one, other in pairwise(plan))


def test_the_clock_on_the_wall_counts_when_it_is_changed() -> None:
    sunday = date(2026, 10, 25)
    plan = rota.stretches(AROUND.model_copy(update={"hours": {"sun": "01:00-08:00"}}), CALENDAR, {}, sunday, sunday)
    assert _told(plan) == ["Sun 01:00-08:00 available"]
    assert plan[0].end - plan[0].begin == timedelta(hours=8), "an hour more than the clock says"


NIGHT = Shift(agents=["Mira"], hours={"mon-fri": "22:00-06:00"}, breaks={"mon-fri": "02:00-02:30"})


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    assert _told(_plan(NIGHT)) == [
        "Mon 22:00-02:00 available",
        "Tue 02:00-02:30 away",
        "Tue 02:30-06:00 available",
    ]
    planned = rota.planned_at(_plan(NIGHT), _at("03:00", MONDAY + timedelta(days=1)))
    assert planned is not None
    assert (planned.presence, planned.shift_began) == (Presence.AVAILABLE, _at("22:00"))


@pytest.mark.parametrize(
    ("begins", "hours"),
    [(date(2026, 3, 27), 8), (date(2026, 3, 28), 7), (date(2026, 10, 24), 9)],
)
def test_a_night_ends_by_the_clock_on_the_wall_also_when_it_is_changed(begins: date, hours: int) -> None:
    night = Shift(agents=["Mira"], hours={"mon-sun": "22:00-06:00"})
    [stretch] = _plan(night, begins)
    assert stretch.end.astimezone(BERLIN).hour == 6
    assert stretch.end - stretch.begin == timedelta(hours=hours)


def test_who_works_through_the_night_into_an_early_shift_is_planned_once() -> None:
    assert _told(_plan(NIGHT, days=2, d2026_11_23="22:00-06:00", d2026_11_24="05:00-09:00")) == [
        "Mon 22:00-09:00 available"
    ]
