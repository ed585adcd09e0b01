"""The cards of a deal, a quote and an appointment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from babel.numbers import format_decimal

from crm_core.agents import Agent
from crm_core.message import say
from crm_core.money import Money
from crm_core.sales import appointments, quotes, stages
from crm_core.sales.appointments import Appointment
from crm_core.sales.deals import Deal
from crm_core.sales.moves import reason_shown
from crm_core.sales.people import involved
from crm_core.sales.quotes import Quote, QuoteLine, QuoteState
from crm_core.sales.stages import Stage
from crm_core.sales.totals import PER_UNIT, net_of, totals_of
from intents import fields as custom
from intents.cards.layout import Pair, contact_name, fields, files_line, record_button, row
from intents.registry import Context
from intents.reply import Choice, Part, Table


async def deal_card(context: Context, deal: Deal) -> list[Part]:
    stage = await context.session.get(Stage, deal.stage_id)
    pairs: list[Pair] = [
        ("card.stage", stage.shown(context.language) if stage else None),
        ("card.since", deal.stage_since.astimezone(context.company.zone).date()),
        ("card.value", deal.value),
        ("card.expected-close", deal.expected_close),
    ]
    if not context.ask.is_public:
        owner = await context.session.get(Agent, deal.owner_id) if deal.owner_id else None
        pairs += [
            ("card.contact", await contact_name(context, deal.contact_id)),
            *[
                ("card.involved", f"{person.name} ({role})")
                for person, role in await involved(context.session, deal.id)
            ],
            ("card.owner", owner.name if owner else None),
            ("card.next-step", deal.next_step),
            ("card.due", deal.next_step_due),
            ("card.reason", _reason(context, stage, deal)),
            ("quote.quotes", await _quotes(context, deal)),
            await files_line(context, deal),
        ]
    following = await _next_stage(context, stage)
    choices = []
    if following is not None:
        label = context.say("button.move-to", stage=following.shown(context.language))
        choices.append(
            Choice(label, f"move {deal.ref} to {following.short_key}", record=deal.ref, version=deal.version)
        )
    if deal.contact_id is not None and stage is not None and stage.outcome == "open":
        choices.append(record_button(context, "button.call", f"call {deal.ref}", deal))
    shown = fields(context, f"{deal.ref} · {deal.title}", pairs)
    if not context.ask.is_public:
        shown.pairs.extend(custom.pairs(context, context.company.deal_fields, deal.custom))
    return [shown, *row(choices)]


async def quote_card(context: Context, quote: Quote) -> list[Part]:
    """Its lines are for a direct conversation."""
    deal = await context.session.get_one(Deal, quote.deal_id)
    lines = await quotes.lines_of(context.session, quote.id)
    total = totals_of(lines)
    pairs: list[Pair] = [("card.deal", deal.ref), ("card.state", say(f"quote.state-{quote.state}"))]
    if not context.ask.is_public:
        pairs += [("card.contact", await contact_name(context, deal.contact_id))]
    pairs += [("quote.net", Money(total.net, quote.currency))]
    vat = [f"{decimal(context, rate.vat_bp, 100)} %: {_money(context, quote, rate.vat)}" for rate in total.rates]
    pairs += [("quote.vat", ", ".join(vat) or None), ("quote.gross", Money(total.gross, quote.currency))]
    pairs += [("quote.valid-until", quote.valid_until)]
    parts: list[Part] = [fields(context, f"{quote.ref} · {deal.title}", pairs)]
    if lines and not context.ask.is_public:
        parts.append(quote_table(context, quote, lines))
    if quote.state == QuoteState.DRAFT and lines:
        return [*parts, *row([record_button(context, "button.mark-sent", f"send {quote.ref}", quote, is_primary=True)])]
    if quote.state == QuoteState.SENT:
        accept = record_button(context, "button.accepted", f"accept {quote.ref}", quote, is_primary=True)
        return [*parts, *row([accept, record_button(context, "button.declined", f"decline {quote.ref}", quote)])]
    return parts


def quote_table(
    context: Context, quote: Quote, lines: Sequence[QuoteLine], written: Callable[[Money], str] | None = None
) -> Table:
    """`written` is how amounts look, where not as in every answer."""
    amount = written or context.shown_as
    labels = ("quote.line", "quote.item", "quote.quantity", "quote.unit", "quote.net")
    rows = [
        [
            str(place),
            _item(context, line),
            decimal(context, line.quantity, PER_UNIT),
            amount(Money(line.unit_minor, quote.currency)),
            amount(Money(net_of(line), quote.currency)),
        ]
        for place, line in enumerate(lines, start=1)
    ]
    return Table([context.say(label) for label in labels], rows)


def _item(context: Context, line: QuoteLine) -> str:
    if not line.discount_bp:
        return line.text
    return line.text + context.say("quote.less", discount=f"{decimal(context, line.discount_bp, 100)} %")


async def appointment_card(context: Context, appointment: Appointment) -> list[Part]:
    """With whom, what about and where is for a direct conversation."""
    pairs: list[Pair] = [
        ("card.when", appointment.start_at),
        ("appointment.until", appointment.end_at),
        ("card.cancelled", appointment.cancelled_at),
    ]
    title = appointment.ref
    if not context.ask.is_public:
        title = f"{appointment.ref} · {appointment.title}" if appointment.title else appointment.ref
        pairs += [
            ("card.contact", await contact_name(context, appointment.contact_id)),
            ("appointment.place", appointment.place),
        ]
    there = await appointments.attendees(context.session, appointment.id)
    pairs += [("appointment.attendees", ", ".join(agent.name for agent in there) or None)]
    choices = []
    if appointment.cancelled_at is None:
        choices.append(record_button(context, "button.cancel", f"cancel {appointment.ref}", appointment))
    return [fields(context, title, pairs), *row(choices)]


def decimal(context: Context, value: int, per: int) -> str:
    """Without zeros at the end, as people of the language write it."""
    return str(format_decimal(Decimal(value) / per, locale=context.language))


def _money(context: Context, quote: Quote, minor: int) -> str:
    return context.shown_as(Money(minor, quote.currency))


async def _next_stage(context: Context, stage: Stage | None) -> Stage | None:
    if stage is None or stage.position is None or stage.outcome != "open":
        return None
    described = await stages.list_stages(context.session, stage.pipeline)
    later = [other for other in described if (other.position or 0) > stage.position]
    return next((other for other in later if other.outcome != "lost"), None)


def _reason(context: Context, stage: Stage | None, deal: Deal) -> str | None:
    if stage is None or deal.reason is None:
        return None
    return reason_shown(context.session, stage.outcome, deal.reason, context.language)


async def _quotes(context: Context, deal: Deal) -> str | None:
    made = await quotes.quotes_of(context.session, deal.id)
    return ", ".join(f"{quote.ref} ({context.say(f'quote.state-{quote.state}')})" for quote in made) or None
