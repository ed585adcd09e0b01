"""How well callers were served: the figures that every call centre knows, from counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """Callers of some queues in some time. `in_time`: answered within what was aimed at; `wait`: of the answered
    together, in seconds. Who asked to be called back is neither answered nor abandoned.
    """

    queued: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    wait: float = 0.0

    def __add__(self, other: Served) -> Served:
        return Served(
            self.queued + other.queued,
            self.answered + other.answered,
            self.in_time + other.in_time,
            self.abandoned + other.abandoned,
            self.wait + other.wait,
        )

    @property
    def service_level(self) -> float | None:
        """Answered in time ÷ (answered + abandoned). None where nobody called."""
        called = self.answered + self.abandoned
        return self.in_time / called if called else None

    @property
    def speed_of_answer(self) -> float | None:
        """The mean wait of who was answered, in seconds."""
        return self.wait / self.answered if self.answered else None

    @property
    def abandonment(self) -> float | None:
        """Abandoned ÷ queued."""
        return self.abandoned / self.queued if self.queued else None
