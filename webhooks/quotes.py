"""`offhook quote`: a quote as a page that a browser prints to PDF."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import cast

from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact
from crm_core.errors import NotFound
from crm_core.money import Money
from crm_core.sales import quotes
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote, QuoteState
from crm_core.sales.totals import Rate, totals_of
from intents.ask import Ask
from intents.cards.sales import decimal, quote_table
from intents.registry import Context
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

TEMPLATES = Path(__file__).parent / "console" / "templates"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole page, and the language in which it was written."""

    html: str
    language: str


async def write(settings: Settings, ref: str, file: Path) -> str:
    """Raises NotFound."""
    parsed = references.parse(ref, "quote")
    if parsed is None or parsed[0] != "quote":
        raise NotFound("quote.unknown", ref=ref[:40])
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            document = await drawn(session, SYSTEM, runtime, parsed[1], runtime.clock())
    await asyncio.to_thread(file.write_text, document.html, encoding="utf-8")
    return f"{file} is {references.ref(*parsed)}. Open it in a browser and print it to PDF."


async def drawn(session: AsyncSession, actor: Actor, runtime: Runtime, quote_id: int, now: datetime) -> Document:
    """In the customer's own language where it is one of the house's. Raises NotFound."""
    rights.require(actor, "quote.read")
    quote = cast("Quote", await references.read(session, "quote", quote_id))
    deal = await session.get_one(Deal, quote.deal_id)
    contact = await session.get(Contact, deal.contact_id) if deal.contact_id is not None else None
    spoken = contact.language if contact is not None else None
    language = spoken if spoken in runtime.company.languages else runtime.company.language
    context = Context(session, actor, Ask(channel="page", conversation="page", account=""), language, [], now)
    template = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("quote.html")
    lines = await quotes.lines_of(session, quote.id)
    html = template.render(
        language=language,
        company=runtime.company.name,
        sender=runtime.company.quotes.sender,
        closing=runtime.company.quotes.closing.get(language, ""),
        recipient=await _recipient(session, contact),
        title=f"{context.say('quote.quote')} {quote.ref}",
        subject=deal.title,
        facts=_facts(context, quote),
        table=quote_table(context, quote, lines, partial(_exactly, context)),
        totals=_totals(context, quote, lines),
    )
    return Document(html, language)


async def _recipient(session: AsyncSession, contact: Contact | None) -> list[str]:
    if contact is None:
        return []
    company = await contacts.organisation_name(session, contact)
    return [line for line in (company, contact.name) if line]


def _facts(context: Context, quote: Quote) -> list[tuple[str, str]]:
    made = (quote.sent_at or quote.created_at).astimezone(context.company.zone).date()
    facts = [
        (context.say("quote.made-on"), context.shown_as(made)),
        (context.say("quote.valid-until"), context.shown_as(quote.valid_until)),
    ]
    # Whoever prints a draft should see that it is one; what became of it later is no business of the page.
    is_draft = quote.state == QuoteState.DRAFT
    return [*facts, (context.say("card.state"), context.say("quote.state-draft"))] if is_draft else facts


def _exactly(context: Context, value: Money) -> str:
    """Always with cents, so that the columns line up."""
    return str(format_currency(Decimal(value.minor) / 100, value.currency, "#,##0.00 ¤", locale=context.language))


def _totals(context: Context, quote: Quote, lines: Sequence[quotes.QuoteLine]) -> list[tuple[str, str]]:
    total = totals_of(lines)

    def money(minor: int) -> str:
        return _exactly(context, Money(minor, quote.currency))

    def taxed(rate: Rate) -> str:
        return context.say("quote.vat-of", rate=f"{decimal(context, rate.vat_bp, 100)} %", net=money(rate.net))

    rates = [(taxed(rate), money(rate.vat)) for rate in total.rates]
    return [
        (context.say("quote.net"), money(total.net)),
        *rates,
        (context.say("quote.gross"), money(total.gross)),
    ]
