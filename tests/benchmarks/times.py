"""How long something took, again and again."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass(slots=True)
class Times:
    """Milliseconds."""

    each: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.each)

    @property
    def p99(self) -> float:
        return sorted(self.each)[int(len(self.each) * 0.99)]
