"""What happens to a deal: move, win, lose, next step, value, closing day, own fields, owner, people."""

from __future__ import annotations

from datetime import datetime

from crm_core import agents
from crm_core.errors import Refused
from crm_core.sales import moves, people, stages
from crm_core.sales.deals import Deal
from crm_core.sales.moves import reason_shown
from intents import fields
from intents.commands.contacts import name_for, the_contact
from intents.commands.sales.deals import changed
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import (
    AgentArg,
    AmountArg,
    ContactArg,
    DealArg,
    DueArg,
    FieldArg,
    GivenDealArg,
    MeantDealArg,
    StageArg,
    TextArg,
    TitleArg,
)


@command(
    "deal.move",
    {
        "en": [
            "move {deal} to {stage}",
            "(move|set|put) [deal] {deal} (to|into|in) [stage] {stage}",
            "{deal} (is|to|is in) {stage}",
            "mark {deal} as {stage}",
            "move [deal] {deal}",
            "move [a] deal",
        ],
        "de": [
            "{deal} nach {stage}",
            "(schiebe|verschiebe|setze|bewege) [deal] {deal} (nach|auf|in) [phase] {stage}",
            "(schieben sie|verschieben sie|setzen sie) [deal] {deal} (nach|auf|in) [phase] {stage}",
            "{deal} (auf|in|ist|ist in) {stage}",
            "{deal} (nach|auf|in) {stage} (verschieben|setzen)",
            "(schiebe|verschiebe|verschieben sie) [deal] {deal}",
            "[einen] deal verschieben",
        ],
    },
    changes=True,
)
async def move(context: Context, deal: DealArg, stage: StageArg) -> Reply:
    pipeline = await _pipeline_of(context, deal)
    target = await stages.find_stage(context.session, stage, pipeline)
    moved = await moves.move(context.session, context.actor, deal, target, context.now)
    return await changed(context, "deal.moved", moved, stage=target.shown(context.language))


@command(
    "deal.win",
    {
        "en": [
            "win {deal}",
            "(win|won|we won|we have won) [deal] {deal} (because|because of|thanks to|:) {reason}",
            "(win|won|we won|we have won) [deal] {deal}",
            "{deal} [was] won (because|because of|thanks to|:) {reason}",
            "{deal} won",
            "win [a] deal",
        ],
        "de": [
            "{deal} gewonnen",
            "[wir haben] [deal] {deal} gewonnen (weil|wegen|dank|:) {reason}",
            "[wir haben] [deal] {deal} gewonnen",
            "(gewinne|gewonnen) [deal] {deal} (weil|wegen|dank|:) {reason}",
            "(gewinne|gewonnen) [deal] {deal}",
            "[einen] deal gewinnen",
        ],
    },
    changes=True,
)
async def win(context: Context, deal: DealArg, reason: TextArg | None = None) -> Reply:
    return await _ended(context, "won", await moves.win(context.session, context.actor, deal, context.now, reason))


@command(
    "deal.lose",
    {
        "en": [
            "lose {deal} because {reason}",
            "(lose|lost|we lost|we have lost) [deal] {deal} (because|because of|due to|to|:) {reason}",
            "(lose|lost|we lost|we have lost) [deal] {deal}",
            "{deal} [was|is] lost (because|because of|due to|to|:) {reason}",
            "{deal} lost",
            "lose [a] deal",
        ],
        "de": [
            "{deal} verloren wegen {reason}",
            "[wir haben] [deal] {deal} verloren (weil|wegen|an|:) {reason}",
            "[wir haben] [deal] {deal} verloren",
            "(verliere|verloren) [deal] {deal} (weil|wegen|an|:) {reason}",
            "(verliere|verloren) [deal] {deal}",
            "[einen] deal verlieren",
        ],
    },
    changes=True,
)
async def lose(context: Context, deal: DealArg, reason: TextArg | None = None) -> Reply:
    return await _ended(context, "lost", await moves.lose(context.session, context.actor, deal, context.now, reason))


@command(
    "deal.next-step",
    {
        "en": [
            "next step {deal} {step} {due}",
            "[the] next step (for|of|on|with|in) [deal] {deal} [:|is|is to] {step} {due}",
            "[the] next step (for|of|on|with|in) [deal] {deal} [:|is|is to] {step}",
            "next step {deal} [:] {step}",
            "[set] [the] next step [for|of] {deal}",
        ],
        "de": [
            "nächster Schritt {deal} {step} {due}",
            "[der] nächster schritt (für|bei|von|zu) [deal] {deal} [:|ist] {step} {due}",
            "[der] nächster schritt (für|bei|von|zu) [deal] {deal} [:|ist] {step}",
            "nächster schritt {deal} [:] {step}",
            "nächster schritt [für|bei] {deal}",
        ],
    },
    changes=True,
)
async def next_step(context: Context, deal: DealArg, step: TitleArg, due: DueArg | None = None) -> Reply:
    planned = await moves.set_next_step(context.session, context.actor, deal, step, context.now, due)
    if context.ask.is_public:
        return await changed(context, "deal.planned-somehow", planned)
    id = "deal.planned" if due is None else "deal.planned-until"
    return await changed(context, id, planned, step=planned.next_step or "", due=_day(context, planned.next_step_due))


@command(
    "deal.value",
    {
        "en": [
            "value {deal} {value}",
            "{deal} is worth {value}",
            "(set|change) [the] value of [deal] {deal} to {value}",
            "(set|change) [the] value of [deal] {deal}",
        ],
        "de": [
            "Wert {deal} {value}",
            "{deal} ist {value} wert",
            "(setze|ändere|setzen sie|ändern sie) [den] wert von [deal] {deal} auf {value}",
            "[den] wert von [deal] {deal} ändern",
        ],
    },
    changes=True,
)
async def value(context: Context, deal: DealArg, value: AmountArg) -> Reply:
    return await changed(
        context, "deal.valued", await moves.set_value(context.session, context.actor, deal, value, context.now)
    )


@command(
    "deal.set-field",
    {
        "en": ["set {field} of {deal} to {text}", "(set|change) [the] {field} (of|for|on) {deal} (to|:) {text}"],
        "de": [
            "setze {field} von {deal} auf {text}",
            "(setze|setzen sie|ändere|ändern sie) [die|den|das] {field} (von|bei|für) {deal} (auf|in|zu|:) {text}",
        ],
    },
    changes=True,
)
async def set_field(context: Context, field: FieldArg, deal: MeantDealArg, text: TextArg) -> Reply:
    declared = fields.meant(context, context.company.deal_fields, field)
    filled = await moves.set_field(context.session, context.actor, deal, declared.key, fields.value(text), context.now)
    return await changed(context, "deal.field-set", filled, field=declared.shown(context.language))


@command(
    "deal.expect",
    {
        "en": [
            "expect {deal} {due}",
            "[deal] {deal} (closes|will close|should close|is expected) {due}",
            "(closing date|closing day|expected close) (of|for) [deal] {deal} [is|:] {due}",
        ],
        "de": [
            "Abschluss {deal} {due}",
            "[deal] {deal} (schließt|wird erwartet|soll abgeschlossen werden) {due}",
            "[erwarteter] abschluss (von|für) [deal] {deal} [ist|:] {due}",
        ],
    },
    changes=True,
)
async def expect(context: Context, deal: DealArg, due: DueArg) -> Reply:
    day = due.astimezone(context.company.zone).date()
    expected = await moves.expect(context.session, context.actor, deal, day, context.now)
    return await changed(context, "deal.expected", expected, day=context.shown_as(day))


@command(
    "deal.give",
    {
        "en": ["give {deal} to {agent}", "(give|pass|transfer) [deal] {deal} to {agent}", "{deal} belongs to {agent}"],
        "de": [
            "gib {deal} an {agent}",
            "(gib|gebt|geben sie|übergib|übergeben sie) [deal] {deal} (an|zu) {agent}",
            "{deal} gehört {agent}",
        ],
    },
    changes=True,
)
async def give(context: Context, deal: GivenDealArg, agent: AgentArg) -> Reply:
    is_me = agent.casefold() in {"me", "mich", "mir"}
    owner_id = context.actor.agent_id if is_me else (await agents.find_agent(context.session, agent)).id
    if owner_id is None:
        raise Refused("deal.nobody-to-own")
    given = await moves.give(context.session, context.actor, deal, owner_id, context.now)
    owner = await context.session.get_one(agents.Agent, owner_id)
    return await changed(context, "deal.given", given, owner=owner.name)


@command(
    "deal.involve",
    {
        "en": ["add {contact} to {deal} as {role}", "{contact} is [the] {role} (in|for|of|on) [deal] {deal}"],
        "de": ["{contact} zu {deal} als {role}", "{contact} ist [der|die|das] {role} (bei|in|für|von) [deal] {deal}"],
    },
    changes=True,
)
async def involve(context: Context, contact: ContactArg, deal: DealArg, role: TitleArg) -> Reply:
    customer = await the_contact(context, contact)
    with_them = await people.involve(context.session, context.actor, deal, customer.id, role, context.now)
    return await changed(context, "deal.involved", with_them, name=name_for(context, customer), role=role)


async def _pipeline_of(context: Context, deal_id: int) -> str | None:
    deal = await context.session.get(Deal, deal_id)
    return (await stages.stage_of(context.session, deal.stage_id)).pipeline if deal is not None else None


async def _ended(context: Context, outcome: str, deal: Deal) -> Reply:
    if deal.reason is None or context.ask.is_public:
        return await changed(context, f"deal.{outcome}", deal)
    reason = reason_shown(context.session, outcome, deal.reason, context.language)
    return await changed(context, f"deal.{outcome}-because", deal, reason=reason)


def _day(context: Context, due: datetime | None) -> str:
    return context.shown_as(due) if due is not None else ""
