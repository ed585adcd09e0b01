from __future__ import annotations

from datetime import datetime, timedelta

from tests.people import NOW
from webhooks.rasa.breaker import PAUSE, Breaker


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_after_a_pause_one_may_try_and_the_others_wait_for_it() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    assert breaker.lets_through()
    breaker.failed()
    clock.now += PAUSE - timedelta(seconds=1)
    assert not breaker.lets_through()
    clock.now += timedelta(seconds=1)
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.worked()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


def test_one_who_never_came_back_does_not_close_it_for_good() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed()
    clock.now += PAUSE
    assert breaker.lets_through()
    clock.now += PAUSE
    assert breaker.lets_through()
