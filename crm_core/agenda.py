"""The agenda: what a colleague has to see to, from every subject that registers a source."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import absences, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` is when it is due or begins; `private` is about a customer and not for public places; `say` does it."""

    kind: str
    record_id: int
    text: str
    changed_at: datetime
    at: datetime | None = None
    ends_at: datetime | None = None
    private: str = ""
    say: str = ""

    @property
    def ref(self) -> str:
        return references.ref(self.kind, self.record_id)


Source = Callable[[AsyncSession, int, datetime, datetime], Awaitable[Sequence[Entry]]]
"""An agent's entries, given now and the end of the time that is asked for; what is overdue is among them."""

SECTIONS = ("callbacks", "appointments", "tickets", "tasks", "deals")
_SOURCES: dict[str, Source] = {}


def register(section: str, source: Source) -> None:
    assert section in SECTIONS, f"the agenda has no section {section}"
    _SOURCES[section] = source


async def day(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, list[Entry]]:
    """Until midnight, with the work of those whom the actor stands in for; sections without entries are left out."""
    rights.require(actor, "agenda.read")
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    zone = company_of(session).zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time.min, zone)
    colleagues = [actor.agent_id, *await absences.covered_by(session, actor.agent_id, now)]
    return await _entries(session, colleagues, now, midnight)


async def of_today(session: AsyncSession, agent_id: int, now: datetime) -> list[Entry]:
    """One's own, in one list: what somebody else may have to do."""
    midnight = datetime.combine(
        now.astimezone(company_of(session).zone).date() + timedelta(days=1), time.min, company_of(session).zone
    )
    found = await _entries(session, [agent_id], now, midnight)
    return [entry for entries in found.values() for entry in entries]


async def dated(session: AsyncSession, actor: Actor, now: datetime, until: datetime) -> list[Entry]:
    """What has a time, as a calendar shows it."""
    rights.require(actor, "agenda.read")
    found = await _entries(session, [actor.agent_id or 0], now, until)
    return [entry for entries in found.values() for entry in entries if entry.at is not None]


async def _entries(
    session: AsyncSession, agents: Sequence[int], now: datetime, until: datetime
) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for section in SECTIONS:
        source = _SOURCES.get(section)
        for agent_id in agents if source is not None else ():
            assert source is not None
            for entry in await source(session, agent_id, now, until):
                known = found.setdefault(section, [])
                if entry.ref not in {one.ref for one in known}:
                    known.append(entry)
    return found
