"""A figure of the benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`ratio` is value ÷ baseline where there is a baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
