from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.callcenter.states import CALL, ENTRY, FINAL, CallState, EntryState, LegState, further, may_follow


def test_the_tables_have_a_line_for_every_state() -> None:
    assert set(CALL) == set(CallState)
    assert set(ENTRY) == set(EntryState)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_is_over_stays_over(state: CallState) -> None:
    after = {other for other in CallState if may_follow(state, other)}
    assert after == ({CallState.VOICEMAIL} if state == CallState.ABANDONED else set())


@pytest.mark.parametrize("state", sorted(set(CallState) - FINAL))
def test_every_call_can_end(state: CallState) -> None:
    reached, edge = {state}, {state}
    while edge:
        edge = {after for one in edge for after in CALL[one]} - reached
        reached |= edge
    assert reached & FINAL


@given(st.lists(st.sampled_from(list(LegState)), min_size=1, max_size=4))
def test_reports_of_a_leg_end_the_same_in_any_order(states: list[LegState]) -> None:
    ends = set()
    for order in permutations(states):
        found = LegState.CREATED
        for state in order:
            found = further(found, state)
        ends.add(found)
    assert len(ends) == 1
