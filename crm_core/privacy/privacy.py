"""A person's right to know and to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import String, case, delete, func, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, files, references, rights
from crm_core.agents import Actor
from crm_core.callcenter import blocking, recordings
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee, CalleeState, Why
from crm_core.callcenter.recordings import Recording
from crm_core.contacts.contacts import Contact
from crm_core.contacts.merges import merged_into
from crm_core.inbox import Receipt
from crm_core.lease import Leased, State
from crm_core.outbox import Effect
from crm_core.privacy import evidence, legal_holds
from crm_core.privacy.erasures import Erasure
from crm_core.privacy.holdings import holdings, table_of
from crm_core.privacy.person import Person, person
from crm_core.support.tickets import TicketComment

ERASED = "(erased)"


def _given_up(model: type[Leased]) -> Any:
    """What waits still and would say something of the person is not done any more."""
    return case((model.state == State.PENDING, State.DEAD.value), else_=model.state)


def _not_called() -> dict[str, Any]:
    """Whoever was still to be called is not called any more; that somebody was stays counted."""
    waits = Callee.state.in_([CalleeState.OPEN, CalleeState.CALLING])
    return {
        "deal_id": None,
        "tag": None,
        "note": None,
        "lease_token": None,
        "lease_until": None,
        "state": case((waits, CalleeState.DROPPED.value), else_=Callee.state),
        "why": case((waits, Why.GONE.value), else_=Callee.why),
    }


# By this anybody who finds what was handed over could guess it.
_SECRET: dict[str, dict[str, Any]] = {"contact_pin": {"hash": "***"}}
# Rows that go entirely; the others stay for the statistics, without what they said.
_DELETED = (
    "token_variant",
    "contact_token",
    "contact_pin",
    "contact_tag",
    "contact_merge",
    "distinct_pair",
    "email_address",
    "phone_number",
    "chat_identity",
    "choice_token",
    "conversation",
    "callback_request",
    "listening",
    "recording",
    "deal_contact",
    "ticket_tag",
    "ticket_token",
    "quote_link",
    "consent_use",
    "consent",
    "text_message",
)
_EMPTIED: dict[str, dict[str, Any]] = {
    "activity": {"data": {}, "reversible": False},
    "appointment": {"title": ERASED, "place": None},
    # Told by its digest when it calls again.
    "blocked_number": {"number": None, "reason": ERASED},
    "call": {"from_number": None, "to_number": None, "note": None, "ivr": {}},
    "callee": _not_called(),
    "calllist": {"name": ERASED, "key": cast_to(CallList.id, String)},
    "contact": {
        **dict.fromkeys(("title", "salutation", "organisation_id", "street", "postcode", "city", "note")),
        "name": ERASED,
        "sort_name": ERASED,
        "custom": {},
    },
    "deal": {"title": ERASED, "next_step": None, "reason": None, "custom": {}},
    "effect": {"address": ERASED, "payload": {}, "state": _given_up(Effect)},
    "incident": {"title": ERASED},
    "quote_line": {"text": ERASED},
    "hours": {"note": ""},
    "project": {"name": ERASED},
    "do_not_call": {"number": None},
    "legal_hold": {"reason": ERASED},
    "receipt": {"payload": {}, "response": None, "state": _given_up(Receipt)},
    "satisfaction": {"comment": None},
    "task": {"title": ERASED},
    "task_item": {"text": ERASED},
    "ticket": {"subject": ERASED, "description": "", "custom": {}},
    "ticket_comment": {"body": ERASED},
    "ticket_step": {"title": ERASED},
    "transfer": {"to_number": None},
}


async def known_of(session: AsyncSession, actor: Actor, contact_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row about the person, by table. Raises NotFound."""
    rights.require(actor, "contact.export")
    await references.read(session, "contact", contact_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in await merged_into(session, contact_id):
        about = await person(session, cast("Contact", await references.read(session, "contact", one)))
        for name, condition in holdings(about).items():
            table = table_of(name)
            query = select(table).where(condition).order_by(*table.primary_key.columns)
            rows = found.setdefault(name, [])
            told = [{**row, **_SECRET.get(name, {})} for row in (await session.execute(query)).mappings()]
            rows += [row for row in told if row not in rows]
    return found


async def erase(session: AsyncSession, actor: Actor, contact_id: int, now: datetime, *, again: bool = False) -> Erasure:
    """Cannot be undone: that is its purpose. Raises NotFound, and Refused under a legal hold.

    `again`: they were erased before, and a backup brought them back, with whatever stood in the way then.
    """
    rights.require(actor, "contact.erase")
    contact = cast("Contact", await references.lock(session, "contact", contact_id))
    if not again:
        await legal_holds.refuse_when_held(session, contact_id)
    for part in (await merged_into(session, contact_id))[1:]:
        await _empty(session, await person(session, cast("Contact", await references.lock(session, "contact", part))))
    about = await person(session, contact)
    elsewhere = await _elsewhere(session, about)
    await _forget_elsewhere(session, about, now)
    kept = await evidence.keep(session, contact_id, about.numbers, _names(contact, about), now)
    if kept:
        elsewhere.append(f"evidence of {kept} consent(s) to advertising calls, kept without a name as the law wants")
    counted = await _empty(session, about)
    await files.remove(session, about.files, now)
    await session.execute(
        update(activity.Activity).where(activity.Activity.actor_name == about.name).values(actor_name=ERASED)
    )
    await session.execute(update(TicketComment).where(TicketComment.author == about.name).values(author=ERASED))
    session.expire_all()
    for kind, ids in (("ticket", about.tickets), ("call", about.calls)):
        for record_id in ids:
            await cards.refresh(session, kind, record_id, now)
    done = Erasure(contact_id=contact_id, at=now, actor_name=actor.name, rows=counted, elsewhere=elsewhere)
    session.add(done)
    await session.flush()
    await activity.record(session, actor, "contact.erased", "contact", contact_id, now)
    return done


async def _empty(session: AsyncSession, about: Person) -> dict[str, int]:
    """How many rows of each table were about them."""
    counted = {}
    where = holdings(about)
    for name, condition in where.items():
        counted[name] = await session.scalar(select(func.count()).select_from(table_of(name)).where(condition)) or 0
    await blocking.keep_digests(session, about.numbers)
    for name in _DELETED:
        await session.execute(delete(table_of(name)).where(where[name]))
    for name, values in _EMPTIED.items():
        await session.execute(update(table_of(name)).where(where[name]).values(values))
    return {name: count for name, count in counted.items() if count}


async def _elsewhere(session: AsyncSession, about: Person) -> list[str]:
    """Recordings lie at the carrier; what was posted is edited with its card, and what was answered stays in chats."""
    condition = holdings(about)["recording"]
    found = (await session.scalars(select(Recording).where(condition))).all()
    left = [f"recording {one.sid} at the carrier, who is asked to delete it" for one in found if one.sid is not None]
    heard = sum(one.transcript is not None for one in found)
    if heard:
        left.append(f"the sound of {heard} voicemail(s) at the transcriber, which wrote them out")
    return [*left, "answers in the chats of colleagues"]


async def _forget_elsewhere(session: AsyncSession, about: Person, now: datetime) -> None:
    for recording in (await session.scalars(select(Recording).where(holdings(about)["recording"]))).all():
        await recordings.forget(session, recording, now)


def _names(contact: Contact, about: Person) -> list[str]:
    digits = [number.removeprefix("+") for number in about.numbers]
    return [contact.name, *contact.name.split(), *about.numbers, *digits, *about.emails]
