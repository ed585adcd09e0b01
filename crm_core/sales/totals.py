"""What a quote adds up to.

Each line is rounded to whole cents on its own, half up, after its discount. VAT is taken once per rate, from the sum of
that rate's lines, and rounded half up. So net and VAT add up to gross whatever the order of the lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

PER_UNIT = 1000
WHOLE_BP = 10_000


class Priced(Protocol):
    """`quantity` in thousandths, the price in minor units, discount and VAT in hundredths of a percent."""

    @property
    def quantity(self) -> int: ...
    @property
    def unit_minor(self) -> int: ...
    @property
    def discount_bp(self) -> int: ...
    @property
    def vat_bp(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Rate:
    vat_bp: int
    net: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """In minor units; `rates` in ascending order."""

    net: int
    vat: int
    rates: list[Rate]

    @property
    def gross(self) -> int:
        return self.net + self.vat


def net_of(line: Priced) -> int:
    return _half_up(line.quantity * line.unit_minor * (WHOLE_BP - line.discount_bp), PER_UNIT * WHOLE_BP)


def totals_of(lines: Iterable[Priced]) -> Totals:
    nets: dict[int, int] = {}
    for line in lines:
        nets[line.vat_bp] = nets.get(line.vat_bp, 0) + net_of(line)
    rates = [Rate(vat_bp, net, _half_up(net * vat_bp, WHOLE_BP)) for vat_bp, net in sorted(nets.items())]
    return Totals(sum(nets.values()), sum(rate.vat for rate in rates), rates)


def _half_up(exact: int, by: int) -> int:
    return (2 * exact + by) // (2 * by)
