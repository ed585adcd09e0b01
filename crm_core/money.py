"""Money as integer minor units with a currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` counts the smallest unit: 1999 EUR is nineteen euros and ninety-nine cents."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return Money(self.minor + other.minor, self.currency)

    def share(self, percent: int) -> Money:
        """Rounded half up, in whole minor units."""
        return Money((self.minor * percent + 50) // 100, self.currency)


def rounded_together(hundredths: Sequence[int]) -> list[int]:
    """Whole units whose sum is the exact sum rounded half up once; the largest remainders get the odd units."""
    whole = [part // 100 for part in hundredths]
    odd = (sum(hundredths) + 50) // 100 - sum(whole)
    by_remainder = sorted(range(len(whole)), key=lambda place: (-(hundredths[place] % 100), place))
    for place in by_remainder[:odd]:
        whole[place] += 1
    return whole
