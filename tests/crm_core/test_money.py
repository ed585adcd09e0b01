import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.money import Money


@given(st.integers(0, 10**12), st.integers(0, 100))
def test_a_share_and_its_rest_lose_no_cent(minor: int, percent: int) -> None:
    whole = Money(minor, "EUR")
    exact = minor * percent / 100
    assert abs(whole.share(percent).minor - exact) <= 0.5


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="cannot be added"):
        Money(1, "EUR") + Money(1, "USD")
