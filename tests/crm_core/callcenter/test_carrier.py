from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations

from crm_core.callcenter import carrier
from tests.people import NOW


@dataclass
class Reported:
    carrier_status: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_seconds: int | None = None


EVENTS = [
    ("queued", 0, None),
    ("initiated", 1, None),
    ("ringing", 2, None),
    ("in-progress", 9, None),
    ("completed", 60, 51),
    ("completed", 60, 51),
]


def test_six_reports_in_all_720_orders_give_one_call() -> None:
    ends = set()
    for order in permutations(EVENTS):
        call = Reported()
        finals = [carrier.apply(call, status, NOW + timedelta(seconds=at), length) for status, at, length in order]
        assert finals.count(True) == 1
        ends.add((call.carrier_status, call.answered_at, call.ended_at, call.duration_seconds))
    assert ends == {("completed", NOW + timedelta(seconds=9), NOW + timedelta(seconds=60), 51)}


def test_a_late_ringing_does_not_reopen_a_finished_call() -> None:
    call = Reported()
    carrier.apply(call, "completed", NOW, 5)
    assert not carrier.apply(call, "ringing", NOW, None)
    assert carrier.is_final(call)


def test_two_final_reports_end_the_same_whichever_came_first() -> None:
    ends = set()
    for order in permutations([("no-answer", 30), ("canceled", 31)]):
        call = Reported()
        for status, at in order:
            carrier.apply(call, status, NOW + timedelta(seconds=at), None)
        ends.add((call.carrier_status, call.ended_at))
    assert len(ends) == 1


def test_when_a_call_was_answered_is_known_although_that_report_was_lost() -> None:
    call = Reported()
    carrier.apply(call, "ringing", NOW, None)
    carrier.apply(call, "completed", NOW + timedelta(seconds=60), 51)
    assert call.answered_at == NOW + timedelta(seconds=9)
