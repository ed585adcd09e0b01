"""Money as integer minor units with a currency."""

from __future__ import annotations

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
