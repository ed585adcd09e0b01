from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crm_core.sales.totals import net_of, totals_of


@dataclass(frozen=True)
class Line:
    quantity: int
    unit_minor: int
    discount_bp: int = 0
    vat_bp: int = 1900


LINES = st.lists(
    st.builds(
        Line,
        st.integers(1, 10**9),
        st.integers(0, 10**12),
        st.integers(0, 10_000),
        st.sampled_from([0, 700, 1900, 1950, 10_000]),
    ),
    max_size=12,
)


@given(LINES)
def test_net_and_vat_are_gross_and_the_rates_are_the_whole(lines: list[Line]) -> None:
    total = totals_of(lines)
    assert total.net + total.vat == total.gross
    assert sum(rate.net for rate in total.rates) == total.net == sum(map(net_of, lines))
    assert sum(rate.vat for rate in total.rates) == total.vat
    for rate in total.rates:
        assert abs(2 * (rate.net * rate.vat_bp - 10_000 * rate.vat)) <= 10_000


@given(LINES, st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines: list[Line], chance: Random) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert totals_of(shuffled) == totals_of(lines)


@given(LINES)
def test_no_line_is_off_by_more_than_half_a_cent(lines: list[Line]) -> None:
    for line in lines:
        exact = line.quantity * line.unit_minor * (10_000 - line.discount_bp)
        assert abs(2 * (exact - net_of(line) * 10_000_000)) <= 10_000_000


def test_half_a_cent_is_rounded_up() -> None:
    assert net_of(Line(quantity=500, unit_minor=1)) == 1
    assert net_of(Line(quantity=499, unit_minor=1)) == 0
    assert net_of(Line(quantity=1000, unit_minor=100, discount_bp=50)) == 100
    total = totals_of([Line(1000, 11_480_00), Line(2500, 68_00, 1000), Line(1000, 29_90, vat_bp=700)])
    assert [(rate.vat_bp, rate.net, rate.vat) for rate in total.rates] == [(700, 2990, 209), (1900, 1163300, 221027)]
    assert total.gross == 1387526
