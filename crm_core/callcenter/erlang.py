"""Erlang C: how many agents a stream of calls needs, and how long callers wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp


@dataclass(frozen=True, slots=True)
class Wait:
    """`probability` of having to wait at all; `service_level`: answered within the target; `average` in seconds."""

    probability: float
    service_level: float
    average: float


def waiting(calls_an_hour: float, handle_seconds: float, agents: int, target_seconds: float = 20) -> Wait | None:
    """None when there are more calls than so many agents can ever take.

    Erlang's formula of 1917: Pw = A^N/N! · N/(N−A) ÷ (Σ A^k/k! + A^N/N! · N/(N−A)), A the load in Erlang.
    """
    load = calls_an_hour * handle_seconds / 3600
    if agents <= load:
        return None
    # Erlang B step by step, which stays between 0 and 1 where the factorials of the formula overflow.
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    probability = blocked / (1 - load / agents * (1 - blocked))
    spare = (agents - load) / handle_seconds
    return Wait(probability, 1 - probability * exp(-spare * target_seconds), probability / spare)


def agents_needed(
    calls_an_hour: float, handle_seconds: float, *, service_level: float = 0.8, target_seconds: float = 20
) -> int:
    """The fewest that keep the service level."""
    agents = int(calls_an_hour * handle_seconds / 3600) + 1
    while (found := waiting(calls_an_hour, handle_seconds, agents, target_seconds)) is None or (
        found.service_level < service_level
    ):
        agents += 1
    return agents
