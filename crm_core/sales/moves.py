"""What happens to a deal: it moves on, is won or lost, gets a next step, another value, another owner."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, cards, fields, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.errors import Invalid, Refused
from crm_core.message import Local, Message, listed, say
from crm_core.money import Money
from crm_core.names import fold
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage, ending, rule_of, stage_of

LONGEST_STEP = 300
LONGEST_REASON = 200


async def move(session: AsyncSession, actor: Actor, deal_id: int, stage: Stage, now: datetime) -> Deal:
    """Raises Refused naming what the deal needs before it may come there."""
    rights.require(actor, "deal.move")
    deal = await _locked(session, actor, "deal.move", deal_id)
    entering = _entering(session, deal, stage, now)
    await activity.change(session, actor, deal, "deal.moved", now, **entering)
    return await _shown(session, deal, now)


async def win(session: AsyncSession, actor: Actor, deal_id: int, now: datetime, reason: str | None = None) -> Deal:
    rights.require(actor, "deal.move")
    deal = await _locked(session, actor, "deal.move", deal_id)
    stage = await ending(session, (await stage_of(session, deal.stage_id)).pipeline, "won")
    entering = _entering(session, deal, stage, now, known_reason(session, "won", reason))
    await activity.change(session, actor, deal, "deal.won", now, **entering)
    return await _shown(session, deal, now)


async def lose(session: AsyncSession, actor: Actor, deal_id: int, now: datetime, reason: str | None = None) -> Deal:
    rights.require(actor, "deal.move")
    deal = await _locked(session, actor, "deal.move", deal_id)
    stage = await ending(session, (await stage_of(session, deal.stage_id)).pipeline, "lost")
    entering = _entering(session, deal, stage, now, known_reason(session, "lost", reason))
    await activity.change(session, actor, deal, "deal.lost", now, **entering)
    return await _shown(session, deal, now)


async def set_next_step(
    session: AsyncSession, actor: Actor, deal_id: int, step: str, now: datetime, due_at: datetime | None = None
) -> Deal:
    rights.require(actor, "deal.edit")
    clean = " ".join(step.split())
    if not clean:
        raise Invalid("deal.step-missing")
    deal = await _locked(session, actor, "deal.edit", deal_id)
    planned = {"next_step": clean[:LONGEST_STEP], "next_step_due": due_at}
    await activity.change(session, actor, deal, "deal.planned", now, **planned)
    return await _shown(session, deal, now)


async def set_value(session: AsyncSession, actor: Actor, deal_id: int, value: Money, now: datetime) -> Deal:
    rights.require(actor, "deal.edit")
    deal = await _locked(session, actor, "deal.edit", deal_id)
    worth = {"value_minor": value.minor, "currency": value.currency}
    await activity.change(session, actor, deal, "deal.valued", now, **worth)
    return await _shown(session, deal, now)


async def expect(session: AsyncSession, actor: Actor, deal_id: int, day: date, now: datetime) -> Deal:
    """The day on which it should be closed."""
    rights.require(actor, "deal.edit")
    deal = await _locked(session, actor, "deal.edit", deal_id)
    await activity.change(session, actor, deal, "deal.expected", now, expected_close=day)
    return await _shown(session, deal, now)


async def set_field(session: AsyncSession, actor: Actor, deal_id: int, key: str, value: Any, now: datetime) -> Deal:
    """A custom field of offhook.yml; None empties it. Raises Invalid, naming the field."""
    rights.require(actor, "deal.edit")
    deal = await _locked(session, actor, "deal.edit", deal_id)
    custom = fields.put(deal.custom, fields.read_all(company_of(session).deal_fields, "deal", {key: value}))
    await activity.change(session, actor, deal, "deal.field-set", now, custom=custom)
    return await _shown(session, deal, now)


async def give(session: AsyncSession, actor: Actor, deal_id: int, owner_id: int, now: datetime) -> Deal:
    rights.require(actor, "deal.give")
    deal = await _locked(session, actor, "deal.give", deal_id)
    await activity.change(session, actor, deal, "deal.given", now, owner_id=owner_id)
    return await _shown(session, deal, now)


def known_reason(session: AsyncSession, outcome: str, said: str | None) -> str | None:
    """The key of a reason that offhook.yml declares, by key, name or the beginning of one; else what was said.

    Raises Invalid for another one where the file allows none.
    """
    clean = " ".join((said or "").split())[:LONGEST_REASON]
    if not clean:
        return None
    reasons = company_of(session).reasons
    declared = reasons.won if outcome == "won" else reasons.lost
    wanted = fold(clean)
    labels = {key: {fold(key), *(fold(name) for name in names.values())} for key, names in declared.items()}
    exact = [key for key, names in labels.items() if wanted in names]
    begins = [key for key, names in labels.items() if any(name.startswith(wanted) for name in names)]
    if exact or len(begins) == 1:
        return (exact or begins)[0]
    if declared and not reasons.others:
        raise Invalid("deal.reason-unknown", reason=clean[:60], reasons=", ".join(declared))
    return clean


def reason_shown(session: AsyncSession, outcome: str, reason: str, language: str) -> str:
    reasons = company_of(session).reasons
    names = (reasons.won if outcome == "won" else reasons.lost).get(reason, {})
    return names.get(language) or next(iter(names.values()), reason)


def _entering(
    session: AsyncSession, deal: Deal, stage: Stage, now: datetime, reason: str | None = None
) -> dict[str, Any]:
    if deal.stage_id == stage.id:
        raise Refused("deal.already-there", ref=deal.ref, stage=Local(stage.name))
    lacking = _lacking(session, deal, stage)
    if lacking:
        raise Refused("deal.lacks", ref=deal.ref, stage=Local(stage.name), fields=listed(lacking))
    if stage.outcome == "won":
        fields.refuse_when_missing(company_of(session).deal_fields, "deal", deal.ref, deal.custom)
    return {"stage_id": stage.id, "stage_since": now, "reason": reason}


def _lacking(session: AsyncSession, deal: Deal, stage: Stage) -> list[Message]:
    rule = rule_of(session, stage)
    there = {
        "value": deal.value_minor > 0,
        "expected_close": deal.expected_close is not None,
        "contact": deal.contact_id is not None,
        "next_step": deal.next_step is not None,
    }
    labels = {
        "value": say("card.value"),
        "expected_close": say("card.expected-close"),
        "contact": say("card.contact"),
        "next_step": say("card.next-step"),
    }
    return [labels[field] for field in (rule.required if rule is not None else []) if not there[field]]


async def _locked(session: AsyncSession, actor: Actor, verb: str, deal_id: int) -> Deal:
    deal = cast("Deal", await references.lock(session, "deal", deal_id))
    await rights.require_reach(session, actor, verb, deal.owner_id)
    return deal


async def _shown(session: AsyncSession, deal: Deal, now: datetime) -> Deal:
    await cards.refresh(session, "deal", deal.id, now)
    return deal
