"""Who may do what: one table, checked in the first line of every verb."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.agents import Actor, Proof, Role
from crm_core.errors import NotAllowed
from crm_core.message import Message, say


@dataclass(frozen=True, slots=True)
class Right:
    """`role`: the lowest that may. `proof`: what a caller or customer needs instead; None means agents only."""

    role: Role
    proof: Proof | None = None


RIGHTS: dict[str, Right] = {
    "absence.report": Right(Role.AGENT),
    "agenda.read": Right(Role.AGENT),
    "agent.leave": Right(Role.LEAD),
    "agent.list": Right(Role.VIEWER),
    "agent.invite": Right(Role.ADMIN),
    "agent.set-presence": Right(Role.AGENT),
    "activity.export": Right(Role.ADMIN),
    "activity.read": Right(Role.VIEWER),
    "activity.undo": Right(Role.AGENT),
    "article.add": Right(Role.AGENT),
    "article.edit": Right(Role.AGENT),
    "article.publish": Right(Role.LEAD),
    "article.read": Right(Role.VIEWER),
    "appointment.change": Right(Role.AGENT),
    "appointment.make": Right(Role.AGENT),
    "appointment.read": Right(Role.VIEWER),
    "calendar.subscribe": Right(Role.AGENT),
    "call.accept": Right(Role.AGENT),
    "call.answer": Right(Role.AGENT, Proof.NONE),
    "call.assign": Right(Role.AGENT),
    "call.log": Right(Role.AGENT),
    "call.read": Right(Role.VIEWER),
    "consent.read": Right(Role.VIEWER),
    "consent.state": Right(Role.AGENT),
    "consent.use": Right(Role.AGENT),
    "contact.add": Right(Role.AGENT),
    "contact.change": Right(Role.AGENT),
    "contact.erase": Right(Role.ADMIN),
    "contact.export": Right(Role.ADMIN),
    "contact.merge": Right(Role.AGENT),
    "contact.hold": Right(Role.ADMIN),
    "contact.read": Right(Role.VIEWER),
    "contact.refuse-calls": Right(Role.AGENT),
    "deal.add": Right(Role.AGENT),
    "deal.edit": Right(Role.AGENT),
    "deal.give": Right(Role.AGENT),
    "deal.move": Right(Role.AGENT),
    "deal.read": Right(Role.VIEWER),
    "incident.open": Right(Role.AGENT),
    "incident.read": Right(Role.VIEWER),
    "incident.reply": Right(Role.AGENT),
    "incident.resolve": Right(Role.AGENT),
    "macro.apply": Right(Role.AGENT),
    "macro.read": Right(Role.VIEWER),
    "satisfaction.rate": Right(Role.AGENT, Proof.CALLER_ID),
    "satisfaction.read": Right(Role.LEAD),
    "quote.edit": Right(Role.AGENT),
    "quote.make": Right(Role.AGENT),
    "quote.read": Right(Role.VIEWER),
    "hours.approve": Right(Role.LEAD),
    "hours.export": Right(Role.ADMIN),
    "hours.log": Right(Role.AGENT),
    "hours.read": Right(Role.VIEWER),
    "project.add": Right(Role.AGENT),
    "project.read": Right(Role.VIEWER),
    "project.set-members": Right(Role.AGENT),
    "project.set-status": Right(Role.AGENT),
    "file.attach": Right(Role.AGENT),
    "file.read": Right(Role.VIEWER),
    "retention.carry-out": Right(Role.ADMIN),
    "task.add": Right(Role.AGENT),
    "task.add-item": Right(Role.AGENT),
    "task.begin": Right(Role.AGENT),
    "task.block": Right(Role.AGENT),
    "task.check": Right(Role.AGENT),
    "task.finish": Right(Role.AGENT),
    "task.give": Right(Role.AGENT),
    "task.put-off": Right(Role.AGENT),
    "task.read": Right(Role.VIEWER),
    "task.remind": Right(Role.AGENT),
    "task.repeat": Right(Role.AGENT),
    "task.set-project": Right(Role.AGENT),
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
    "ticket.queue": Right(Role.AGENT),
    "ticket.read": Right(Role.VIEWER),
    "ticket.read-own": Right(Role.VIEWER, Proof.CALLER_ID),
    "ticket.reopen": Right(Role.AGENT),
    "ticket.reply": Right(Role.AGENT),
    "ticket.resolve": Right(Role.AGENT),
    "ticket.snooze": Right(Role.AGENT),
    "ticket.split": Right(Role.AGENT),
    "ticket.tag": Right(Role.AGENT),
    "ticket.wait": Right(Role.AGENT),
    "ticket.watch": Right(Role.AGENT),
    "work.hand-over": Right(Role.LEAD),
}


def allowed(actor: Actor, verb: str) -> bool:
    right = RIGHTS[verb]
    if actor.role is not None:
        return actor.role >= right.role
    return right.proof is not None and actor.proof >= right.proof


def require(actor: Actor, verb: str) -> None:
    """Raises NotAllowed, which says whether linking the account would help."""
    if not allowed(actor, verb):
        raise NotAllowed("rights.not-linked" if actor.role is None else "rights.role", role=_role(actor))


def _role(actor: Actor) -> Message | None:
    return say(f"agent.role-{actor.role.name.lower()}") if actor.role is not None else None
