"""Who may do what: one table, checked in the first line of every verb, and where it says so against the owner too."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import Actor, Agent, Proof, Role
from crm_core.errors import NotAllowed
from crm_core.message import say


class Reach(enum.StrEnum):
    """Whose record it is: one's own (or nobody's), a team-mate's, somebody else's. Agents without a team are one."""

    OWN = "own"
    TEAM = "team"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Right:
    """`role`: the lowest that may. `proof`: what a caller or customer needs instead; None means agents only.

    `elsewhere`: the lowest role that may do it to the records of another team; None asks for no more than `role`.
    """

    role: Role
    proof: Proof | None = None
    elsewhere: Role | None = None

    def lowest(self, reach: Reach) -> Role:
        return self.elsewhere if reach is Reach.OTHER and self.elsewhere is not None else self.role


RIGHTS: dict[str, Right] = {
    "absence.report": Right(Role.AGENT),
    "activity.export": Right(Role.ADMIN),
    "activity.read": Right(Role.VIEWER),
    "activity.undo": Right(Role.AGENT),
    "agenda.read": Right(Role.AGENT),
    "agent.leave": Right(Role.LEAD),
    "agent.list": Right(Role.VIEWER),
    "agent.read": Right(Role.VIEWER),
    "agent.set-abilities": Right(Role.LEAD),
    "agent.set-phone": Right(Role.AGENT),
    "agent.set-pin": Right(Role.AGENT),
    "agent.set-presence": Right(Role.AGENT),
    "agent.set-presence-of-others": Right(Role.LEAD),
    "agent.set-team": Right(Role.LEAD),
    "appointment.change": Right(Role.AGENT),
    "appointment.make": Right(Role.AGENT),
    "appointment.read": Right(Role.VIEWER),
    "article.add": Right(Role.AGENT),
    "article.edit": Right(Role.AGENT),
    "article.publish": Right(Role.LEAD),
    "article.read": Right(Role.VIEWER),
    "calendar.subscribe": Right(Role.AGENT),
    "call.accept": Right(Role.AGENT),
    "call.answer": Right(Role.AGENT, Proof.NONE),
    "call.assign": Right(Role.AGENT),
    "call.dial": Right(Role.AGENT),
    "call.dispose": Right(Role.AGENT),
    "call.hold": Right(Role.AGENT),
    "call.log": Right(Role.AGENT),
    "call.move": Right(Role.LEAD),
    "call.note": Right(Role.AGENT),
    "call.rate": Right(Role.AGENT, Proof.NONE),
    "call.read": Right(Role.VIEWER),
    "call.record": Right(Role.AGENT),
    "call.supervise": Right(Role.LEAD),
    "call.transfer": Right(Role.AGENT),
    "callee.read": Right(Role.VIEWER),
    "calllist.make": Right(Role.AGENT),
    "calllist.read": Right(Role.VIEWER),
    "calllist.steer": Right(Role.LEAD),
    "calllist.work": Right(Role.AGENT),
    "command.run-own": Right(Role.AGENT),
    "consent.read": Right(Role.VIEWER),
    "consent.state": Right(Role.AGENT),
    "consent.use": Right(Role.AGENT),
    "contact.add": Right(Role.AGENT),
    "contact.change": Right(Role.AGENT),
    "contact.erase": Right(Role.ADMIN),
    "contact.export": Right(Role.ADMIN),
    "contact.import": Right(Role.ADMIN),
    "contact.hold": Right(Role.ADMIN),
    "contact.merge": Right(Role.AGENT),
    "contact.prove": Right(Role.AGENT, Proof.CALLER_ID),
    "contact.read": Right(Role.VIEWER),
    "contact.refuse-calls": Right(Role.AGENT),
    "contact.set-pin": Right(Role.AGENT),
    "deal.add": Right(Role.AGENT),
    "deal.edit": Right(Role.AGENT, elsewhere=Role.LEAD),
    "deal.give": Right(Role.AGENT, elsewhere=Role.LEAD),
    "deal.move": Right(Role.AGENT, elsewhere=Role.LEAD),
    "deal.read": Right(Role.VIEWER),
    "emergency.declare": Right(Role.LEAD),
    "emergency.read": Right(Role.VIEWER),
    "file.attach": Right(Role.AGENT),
    "file.read": Right(Role.VIEWER),
    "floor.read": Right(Role.AGENT),
    "hours.approve": Right(Role.LEAD),
    "hours.export": Right(Role.ADMIN),
    "hours.log": Right(Role.AGENT),
    "hours.read": Right(Role.VIEWER),
    "incident.open": Right(Role.AGENT),
    "incident.read": Right(Role.VIEWER),
    "incident.reply": Right(Role.AGENT),
    "incident.resolve": Right(Role.AGENT),
    "macro.apply": Right(Role.AGENT),
    "macro.read": Right(Role.VIEWER),
    "number.block": Right(Role.LEAD),
    "number.read": Right(Role.LEAD),
    "project.add": Right(Role.AGENT),
    "project.read": Right(Role.VIEWER),
    "project.set-members": Right(Role.AGENT),
    "project.set-status": Right(Role.AGENT),
    "quote.edit": Right(Role.AGENT, elsewhere=Role.LEAD),
    "quote.make": Right(Role.AGENT, elsewhere=Role.LEAD),
    "quote.read": Right(Role.VIEWER),
    "quote.share": Right(Role.AGENT, elsewhere=Role.LEAD),
    "recording.listen": Right(Role.AGENT, elsewhere=Role.LEAD),
    "retention.carry-out": Right(Role.ADMIN),
    "satisfaction.rate": Right(Role.AGENT, Proof.CALLER_ID),
    "satisfaction.read": Right(Role.LEAD),
    "shift.change": Right(Role.LEAD),
    "shift.read": Right(Role.VIEWER),
    "task.add": Right(Role.AGENT),
    "task.add-item": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.begin": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.block": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.check": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.finish": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.give": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.put-off": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.read": Right(Role.VIEWER),
    "task.remind": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.repeat": Right(Role.AGENT, elsewhere=Role.LEAD),
    "task.set-project": Right(Role.AGENT, elsewhere=Role.LEAD),
    "text.read": Right(Role.VIEWER),
    "text.receive": Right(Role.AGENT, Proof.NONE),
    "text.send": Right(Role.AGENT),
    "ticket.assign": Right(Role.AGENT),
    "ticket.check": Right(Role.AGENT),
    "ticket.claim": Right(Role.AGENT),
    "ticket.close": Right(Role.AGENT),
    "ticket.comment": Right(Role.AGENT),
    "ticket.customer-reply": Right(Role.AGENT, Proof.CALLER_ID),
    "ticket.describe": Right(Role.AGENT),
    "ticket.hold": Right(Role.AGENT),
    "ticket.link": Right(Role.AGENT),
    "ticket.merge": Right(Role.AGENT),
    "ticket.open": Right(Role.AGENT, Proof.NONE),
    "ticket.prioritise": Right(Role.AGENT),
    "ticket.queue": Right(Role.AGENT),
    "ticket.read": Right(Role.VIEWER),
    "ticket.read-own": Right(Role.VIEWER, Proof.CALLER_ID),
    "ticket.rename": Right(Role.AGENT),
    "ticket.reopen": Right(Role.AGENT),
    "ticket.reply": Right(Role.AGENT),
    "ticket.resolve": Right(Role.AGENT),
    "ticket.set-contact": Right(Role.AGENT),
    "ticket.set-field": Right(Role.AGENT),
    "ticket.snooze": Right(Role.AGENT),
    "ticket.split": Right(Role.AGENT),
    "ticket.tag": Right(Role.AGENT),
    "ticket.wait": Right(Role.AGENT),
    "ticket.watch": Right(Role.AGENT),
    "utterance.review": Right(Role.LEAD),
    "work.hand-over": Right(Role.LEAD),
}


def allowed(actor: Actor, verb: str, reach: Reach = Reach.OWN) -> bool:
    right = RIGHTS[verb]
    if actor.role is not None:
        return actor.role >= right.lowest(reach)
    return right.proof is not None and actor.proof >= right.proof


def require(actor: Actor, verb: str) -> None:
    """Raises NotAllowed, which says whether linking the account would help."""
    if allowed(actor, verb):
        return
    if actor.role is None:
        raise NotAllowed("rights.not-linked" if actor.contact_id is None else "rights.for-team")
    raise NotAllowed("rights.role", role=say(f"agent.role-{actor.role.name.lower()}"))


async def require_reach(
    session: AsyncSession,
    actor: Actor,
    verb: str,
    owner_id: int | None,
    *,
    counted_as: Mapping[Reach, Reach] = MappingProxyType({}),
) -> None:
    """For verbs whose right depends on whose record it is, once that is known. Raises NotAllowed with the owner.

    `counted_as`: where the company file moves the borders.
    """
    if allowed(actor, verb, Reach.OTHER):
        return
    reach = await reach_of(session, actor, owner_id)
    reach = counted_as.get(reach, reach)
    if not allowed(actor, verb, reach):
        owner = await session.scalar(select(Agent.name).where(Agent.id == owner_id))
        role = say(f"agent.role-{RIGHTS[verb].lowest(reach).name.lower()}")
        raise NotAllowed("rights.other-team", name=owner, role=role)


async def reach_of(session: AsyncSession, actor: Actor, owner_id: int | None) -> Reach:
    if owner_id is None or owner_id == actor.agent_id:
        return Reach.OWN
    both = (await session.scalars(select(Agent.team).where(Agent.id.in_([owner_id, actor.agent_id or 0])))).all()
    return Reach.TEAM if len(both) == 2 and both[0] == both[1] else Reach.OTHER
