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
    "agent.list": Right(Role.VIEWER),
    "agent.invite": Right(Role.ADMIN),
    "agent.set-presence": Right(Role.AGENT),
    "activity.export": Right(Role.ADMIN),
    "activity.read": Right(Role.VIEWER),
    "activity.undo": Right(Role.AGENT),
    "call.accept": Right(Role.AGENT),
    "call.answer": Right(Role.AGENT, Proof.NONE),
    "call.log": Right(Role.AGENT),
    "call.read": Right(Role.VIEWER),
    "consent.read": Right(Role.VIEWER),
    "consent.state": Right(Role.AGENT),
    "consent.use": Right(Role.AGENT),
    "contact.add": Right(Role.AGENT),
    "contact.erase": Right(Role.ADMIN),
    "contact.export": Right(Role.ADMIN),
    "contact.hold": Right(Role.ADMIN),
    "contact.read": Right(Role.VIEWER),
    "contact.refuse-calls": Right(Role.AGENT),
    "deal.add": Right(Role.AGENT),
    "deal.move": Right(Role.AGENT),
    "deal.read": Right(Role.VIEWER),
    "file.attach": Right(Role.AGENT),
    "file.read": Right(Role.VIEWER),
    "retention.carry-out": Right(Role.ADMIN),
    "task.add": Right(Role.AGENT),
    "task.finish": Right(Role.AGENT),
    "task.read": Right(Role.VIEWER),
    "ticket.assign": Right(Role.AGENT),
    "ticket.claim": Right(Role.AGENT),
    "ticket.comment": Right(Role.AGENT),
    "ticket.open": Right(Role.AGENT, Proof.NONE),
    "ticket.read": Right(Role.VIEWER),
    "ticket.read-own": Right(Role.VIEWER, Proof.CALLER_ID),
    "ticket.resolve": Right(Role.AGENT),
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
