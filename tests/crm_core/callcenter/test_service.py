"""The arithmetic of a call centre, by hand."""

import pytest

from crm_core.callcenter.service import Served


def test_of_ten_callers_eight_in_time_are_eighty_percent() -> None:
    served = Served(queued=10, answered=9, in_time=8, abandoned=1, wait=135.0)
    assert served.service_level == pytest.approx(0.8)
    assert served.speed_of_answer == pytest.approx(15.0)
    assert served.abandonment == pytest.approx(0.1)


def test_who_asked_to_be_called_back_has_not_given_up() -> None:
    served = Served(queued=10, answered=6, in_time=6, abandoned=1, wait=30.0)
    assert served.service_level == pytest.approx(6 / 7)
    assert served.abandonment == pytest.approx(1 / 10)


def test_where_nobody_called_there_are_no_figures() -> None:
    assert (Served().service_level, Served().speed_of_answer, Served().abandonment) == (None, None, None)


def test_where_everybody_gave_up_nobody_was_answered_in_time() -> None:
    served = Served(queued=3, abandoned=3)
    assert (served.service_level, served.speed_of_answer, served.abandonment) == (0.0, None, 1.0)


def test_queues_add_up() -> None:
    together = Served(4, 3, 2, 1, 40.0) + Served(6, 5, 5, 0, 20.0)
    assert together == Served(10, 8, 7, 1, 60.0)
