"""What queues, shifts and teams in the company file say of each other, and of the people who are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_core.company.part import Fault

if TYPE_CHECKING:
    from crm_core.company.file import Company


def misplaced(company: Company) -> Iterator[Fault]:
    """Names that nothing has, and ways that lead in circles."""
    yield from _overflows(company)
    for key, queue in company.queues.items():
        if queue.team is not None and queue.team not in company.teams:
            yield Fault(("queues", key, "team"), f"names a team that is not described: {queue.team}")
        if queue.routing == "ordered" and not queue.members:
            yield Fault(("queues", key, "routing"), "is the order of `members`, but there are none")
    for number, shift in enumerate(company.shifts):
        if shift.team is not None and shift.team not in company.teams:
            yield Fault(("shifts", number, "team"), f"names a team that is not described: {shift.team}")
        if shift.pause is not None and shift.pause not in company.callcenter.pauses:
            yield Fault(("shifts", number, "pause"), f"names a pause that is not described: {shift.pause}")


def strangers(company: Company, names: set[str]) -> Iterator[Fault]:
    """Who is named there and does not work here: misspelt, or not invited yet."""
    for key, queue in company.queues.items():
        for number, name in enumerate(queue.members):
            if name not in names:
                yield Fault(("queues", key, "members", number), f"nobody is called {name}")
    for number, shift in enumerate(company.shifts):
        for place, name in enumerate(shift.agents):
            if name not in names:
                yield Fault(("shifts", number, "agents", place), f"nobody is called {name}")


def _overflows(company: Company) -> Iterator[Fault]:
    named: set[str] = set()
    for key, queue in company.queues.items():
        further = queue.overflow.queue if queue.overflow is not None else None
        if further is None:
            continue
        if further not in company.queues:
            yield Fault(("queues", key, "overflow", "queue"), f"names a queue that is not described: {further}")
            continue
        circle = _circle(company, key)
        if circle and not named & set(circle):
            named |= set(circle)
            yield Fault(("queues", key, "overflow", "queue"), f"goes in circles: {' → '.join([*circle, circle[0]])}")


def _circle(company: Company, start: str) -> list[str]:
    """From a queue back to it; empty where its callers end elsewhere."""
    path = [start]
    while True:
        overflow = company.queues[path[-1]].overflow
        further = overflow.queue if overflow is not None else None
        if further == start:
            return path
        if further is None or further not in company.queues or further in path:
            return []
        path.append(further)
