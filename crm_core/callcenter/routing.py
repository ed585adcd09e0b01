"""Routing: who is rung for whom. Callers in the order of their places, agents as the rule of the queue says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import absences, outbox
from crm_core.agents import Agent, Presence
from crm_core.callcenter import callers, calling, cut_off, offers, queues
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import EntryState
from crm_core.company import QueueRule, company_of
from crm_core.contacts.contacts import Contact
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind

TICK = "queue.tick"
OVERFLOW = "queue.overflow"
AT_ONCE = 20
SETTLED_AFTER = timedelta(seconds=2)
"""What another process is at now has committed by then."""
LAST_AGENT_WITHIN = timedelta(days=30)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller needs of an agent now: skills, unless they waited too long for them; the language always.

    `preferred`: whom they were cut off from; who talked to them last, and who looks after them, while they are worth
    waiting for.
    """

    language: str | None
    skills: frozenset[str]
    preferred: tuple[int, ...]


async def join(
    session: AsyncSession,
    call: Call,
    queue: str,
    now: datetime,
    *,
    at_front: bool = False,
    place: QueueEntry | None = None,
) -> QueueEntry:
    """Into the queue, and to a free agent if there is one; whatever becomes possible later has its own time."""
    entry = await queues.join(session, call, queue, now, at_front=at_front, place=place)
    # Who became free at this very moment does not see this caller yet, nor this caller them.
    await tick_at(session, queue, now + SETTLED_AFTER, now)
    await look_again(session, entry, now)
    await match(session, queue, now)
    return entry


async def look_again(session: AsyncSession, entry: QueueEntry, now: datetime) -> None:
    """When more agents than now come into question for a caller, by the time they have waited, and when it was too
    long.
    """
    rule = queues.rule_of(session, entry.queue)
    if rule.overflow is not None:
        due_at = entry.entered_at + rule.overflow.after
        payload = {"verb": OVERFLOW, "call": entry.call_id}
        await outbox.enqueue(
            session, EffectKind.TIMER, f"timer:{OVERFLOW}-{entry.call_id}", payload, now, due_at=due_at
        )
    since = entry.since(await session.get_one(Call, entry.call_id))
    moments = {rule.ring_after if rule.routing == "by-hand" else None, rule.widen_after, rule.prefer_for}
    for at in sorted(since + span for span in moments if span):
        if at > now:
            await tick_at(session, entry.queue, at, now)


async def tick_at(session: AsyncSession, queue: str, at: datetime, now: datetime) -> None:
    """Look at the queue again then; once a second is enough, whoever wants it.

    That is a second to come: the tick of the one that runs is carried out already. A key would make everybody wait who
    joins in the same second: twice now and then costs less.
    """
    second = max(ceil(at.timestamp()), floor(now.timestamp()) + 1)
    address, due_at = f"timer:{TICK}:{queue}:{second}", datetime.fromtimestamp(second, UTC)
    planned = select(Effect.id).where(Effect.address == address, Effect.state == State.PENDING)
    if await session.scalar(planned.limit(1)) is None:
        await outbox.enqueue(session, EffectKind.TIMER, address, {"verb": TICK, "queue": queue}, now, due_at=due_at)


async def on_tick(session: AsyncSession, payload: dict[str, str], now: datetime) -> None:
    await match(session, payload["queue"], now)


async def match_all(session: AsyncSession, now: datetime) -> None:
    """Somebody became free: every queue in which somebody waits."""
    found = await session.scalars(
        select(QueueEntry.queue).where(QueueEntry.state == EntryState.WAITING).distinct().order_by(QueueEntry.queue)
    )
    await _match(session, found.all(), now)


async def match(session: AsyncSession, queue: str, now: datetime) -> None:
    await _match(session, [queue], now)


async def _match(session: AsyncSession, names: Sequence[str], now: datetime) -> None:
    """Of several queues the callers stand in one row: who is free for two takes whoever is first in either.

    What another process is at is passed by, and looked at again once that has committed.
    """
    free = {name: await _free_agents(session, queues.rule_of(session, name), now) for name in names}
    waiting = {name: await _unoffered(session, name, now) for name in names if free[name]}
    beaten = {name for name, entries in waiting.items() if not entries and await _anybody_waits(session, name, now)}
    row = [entry for entries in waiting.values() for entry in entries]
    for entry in sorted(row, key=lambda entry: (entry.rank_at, entry.id)):
        if not free[entry.queue]:
            continue
        rule = queues.rule_of(session, entry.queue)
        chosen = await _choose(session, rule, entry, free[entry.queue], now)
        reserved = [agent for agent in chosen if await _hold(session, agent)]
        for agent in reserved:
            await offers.make(session, entry.call_id, agent, now, ring_for=rule.ring_for, queue=entry.queue)
        if reserved:
            entry.move_to(EntryState.OFFERED)
            await session.flush()
        if len(reserved) < len(chosen):
            beaten.add(entry.queue)
        free = {name: [agent for agent in agents if agent not in chosen] for name, agents in free.items()}
    for name in sorted(beaten):
        await tick_at(session, name, now + SETTLED_AFTER, now)


async def _unoffered(session: AsyncSession, queue: str, now: datetime) -> Sequence[QueueEntry]:
    """The next ones who wait and may be rung for. Whose customer may not be called at this hour is put off."""
    query = (
        select(QueueEntry, queues.on_the_line())
        .join(Call, Call.id == QueueEntry.call_id)
        .where(QueueEntry.queue == queue, QueueEntry.state == EntryState.WAITING, queues.is_due(now))
        .order_by(QueueEntry.rank_at, QueueEntry.id)
        .limit(AT_ONCE)
        .with_for_update(of=QueueEntry, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    while True:
        found = [(entry, on_the_line) for entry, on_the_line in (await session.execute(query)).all()]
        # Whoever was put off made room among the first ones.
        if not [entry for entry, on_the_line in found if not on_the_line and await _put_off(session, entry, now)]:
            return [entry for entry, _on_the_line in found]


async def _put_off(session: AsyncSession, entry: QueueEntry, now: datetime) -> bool:
    """True when the customer is to be called back later: it is closed here or there, and no time was agreed."""
    if entry.is_promised(now):
        return False
    call = await session.get_one(Call, entry.call_id)
    contact = await session.get(Contact, call.contact_id) if call.contact_id is not None else None
    opens = await calling.first_chance(session, contact, call.to_number, now)
    if opens <= now:
        return False
    entry.not_before = opens
    await session.flush()
    await tick_at(session, entry.queue, opens, now)
    return True


async def expect(session: AsyncSession, entry: QueueEntry, now: datetime) -> None:
    """Who waits without the line: as soon as whoever asked for it has left it, or when the time has come."""
    if entry.not_before is None:
        await _put_off(session, entry, now)
    await tick_at(session, entry.queue, entry.not_before or now, now)
    await look_again(session, entry, now)


async def _anybody_waits(session: AsyncSession, queue: str, now: datetime) -> bool:
    waits = (
        select(QueueEntry.id)
        .join(Call, Call.id == QueueEntry.call_id)
        .where(QueueEntry.queue == queue, QueueEntry.state == EntryState.WAITING, queues.is_due(now))
    )
    return await session.scalar(waits.limit(1)) is not None


async def _free_agents(session: AsyncSession, rule: QueueRule, now: datetime) -> Sequence[Agent]:
    """By what has been committed; who is chosen is held and looked at once more."""
    query = queues.staff(rule).where(Agent.presence == Presence.AVAILABLE, ~absences.is_absent(session, now))
    return (await session.scalars(query.order_by(Agent.id))).all()


async def _hold(session: AsyncSession, agent: Agent) -> bool:
    """False when another process has them, or had them and they are busy now."""
    held = select(Agent).where(Agent.id == agent.id, Agent.presence == Presence.AVAILABLE)
    query = held.with_for_update(skip_locked=True, key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query) is not None


async def _choose(
    session: AsyncSession, rule: QueueRule, entry: QueueEntry, free: Sequence[Agent], now: datetime
) -> list[Agent]:
    """Nobody while those who are free do not fit. Who said no to a caller is not rung for them again."""
    routing = rule.routing
    waited = now - entry.since(await session.get_one(Call, entry.call_id))
    if routing == "by-hand":
        if rule.ring_after is None or waited < rule.ring_after:
            return []
        routing = "longest-idle"
    wish = await wish_of(session, rule, entry, now)
    asked, declined = await offers.asked_so_far(session, entry.call_id)
    fitting = [agent for agent in free if fits(agent, wish) and agent.id not in declined]
    if not fitting or routing == "ring-all":
        return fitting
    ordered = await _ordered(session, rule, routing, fitting, now)
    place = {agent.id: at for at, agent in enumerate(ordered)}
    preferred = {agent_id: at for at, agent_id in enumerate(wish.preferred)}
    return [
        min(
            fitting,
            key=lambda agent: (asked.get(agent.id, 0), preferred.get(agent.id, len(preferred)), place[agent.id]),
        )
    ]


async def wish_of(session: AsyncSession, rule: QueueRule, entry: QueueEntry, now: datetime) -> Wish:
    call = await session.get_one(Call, entry.call_id)
    waited = now - entry.since(call)
    is_narrow = waited < rule.widen_after
    preferred = await _preferred(session, call, now) if waited < rule.prefer_for else ()
    cut_off_from = await cut_off.agent_left(session, call)
    if cut_off_from is not None:
        preferred = (cut_off_from, *(agent_id for agent_id in preferred if agent_id != cut_off_from))
    language = await callers.language_of(session, call)
    return Wish(language, frozenset(rule.skills) if is_narrow else frozenset(), preferred)


def fits(agent: Agent, wish: Wish) -> bool:
    return (wish.language is None or agent.speaks(wish.language)) and wish.skills <= set(agent.skills)


async def _preferred(session: AsyncSession, call: Call, now: datetime) -> tuple[int, ...]:
    if call.contact_id is None:
        return ()
    last = await session.scalar(
        select(Call.agent_id)
        .where(
            Call.contact_id == call.contact_id,
            Call.agent_id.is_not(None),
            Call.id != call.id,
            Call.started_at > now - LAST_AGENT_WITHIN,
        )
        .order_by(Call.id.desc())
        .limit(1)
    )
    owner = await session.scalar(select(Contact.owner_id).where(Contact.id == call.contact_id))
    return tuple(dict.fromkeys(agent_id for agent_id in (last, owner) if agent_id is not None))


async def _ordered(
    session: AsyncSession, rule: QueueRule, routing: str, fitting: Sequence[Agent], now: datetime
) -> list[Agent]:
    match routing:
        case "round-robin":
            return sorted(fitting, key=lambda agent: (agent.offered_at or _EARLIEST, agent.id))
        case "fewest-calls":
            taken = await _calls_today(session, [agent.id for agent in fitting], now)
            return sorted(fitting, key=lambda agent: (taken.get(agent.id, 0), agent.presence_since, agent.id))
        case "ordered":
            places = {name: at for at, name in enumerate(rule.members)}
            return sorted(fitting, key=lambda agent: (places.get(agent.name, len(places)), agent.id))
        case _:
            return sorted(fitting, key=lambda agent: (agent.presence_since, agent.id))


async def _calls_today(session: AsyncSession, agent_ids: Sequence[int], now: datetime) -> dict[int, int]:
    midnight = now.astimezone(company_of(session).zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await session.execute(
        select(Call.agent_id, func.count())
        .where(Call.agent_id.in_(agent_ids), Call.started_at >= midnight)
        .group_by(Call.agent_id)
    )
    return {agent_id: count for agent_id, count in rows if agent_id is not None}
