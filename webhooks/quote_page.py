"""A quote as a page that a browser prints to PDF, for whoever has its address."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import cast

from aiohttp import web
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, Template
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.contacts import contacts
from crm_core.contacts.contacts import Contact
from crm_core.money import Money
from crm_core.sales import quote_links, quotes
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote, QuoteState
from crm_core.sales.totals import Rate, totals_of
from intents.ask import Ask
from intents.cards.sales import decimal, quote_table
from intents.registry import Context
from webhooks.errors import problem
from webhooks.runtime import Runtime

TEMPLATES = Path(__file__).parent / "console" / "templates"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A whole page, and the language in which it was written."""

    html: str
    language: str


def routes(runtime: Runtime) -> list[web.RouteDef]:
    async def page(request: web.Request) -> web.Response:
        now = runtime.clock()
        async with runtime.database.reading() as session:
            quote = await quote_links.opened(session, request.match_info["token"])
            if quote is None:
                return problem(404, "Not Found")
            if quote_links.is_over(session, quote, now):
                return _answer(await _over(session, runtime, quote, now), status=410)
            return _answer(await drawn(session, SYSTEM, runtime, quote.id, now))

    return [web.get(r"/quote/{token:[\w\-]{16,64}}", page)]


def _answer(document: Document, status: int = 200) -> web.Response:
    """Kept by nobody on the way, found by no search engine, and unable to load or run anything."""
    [style] = re.findall(r"<style>(.*?)</style>", document.html, re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    headers = {**HEADERS, "Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return web.Response(text=document.html, status=status, content_type="text/html", charset="utf-8", headers=headers)


async def drawn(session: AsyncSession, actor: Actor, runtime: Runtime, quote_id: int, now: datetime) -> Document:
    """In the customer's own language where it is one of the house's. Raises NotFound."""
    rights.require(actor, "quote.read")
    quote = cast("Quote", await references.read(session, "quote", quote_id))
    deal, contact = await _deal_of(session, quote)
    context = _context(session, actor, runtime, contact, now)
    language = context.language
    lines = await quotes.lines_of(session, quote.id)
    html = _template("quote.html").render(
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


async def _over(session: AsyncSession, runtime: Runtime, quote: Quote, now: datetime) -> Document:
    """Whom to ask for a new one, and nothing of what was offered."""
    _deal, contact = await _deal_of(session, quote)
    context = _context(session, SYSTEM, runtime, contact, now)
    html = _template("quote_over.html").render(
        language=context.language,
        company=runtime.company.name,
        sender=runtime.company.quotes.sender,
        title=f"{context.say('quote.quote')} {quote.ref}",
        told=context.say("quote.page-over", day=context.shown_as(quote.valid_until)),
    )
    return Document(html, context.language)


async def _deal_of(session: AsyncSession, quote: Quote) -> tuple[Deal, Contact | None]:
    deal = await session.get_one(Deal, quote.deal_id)
    return deal, await session.get(Contact, deal.contact_id) if deal.contact_id is not None else None


def _context(session: AsyncSession, actor: Actor, runtime: Runtime, contact: Contact | None, now: datetime) -> Context:
    """In the customer's own language where it is one of the house's."""
    spoken = contact.language if contact is not None else None
    language = spoken if spoken in runtime.company.languages else runtime.company.language
    return Context(session, actor, Ask(channel="page", conversation="page", account=""), language, [], now)


def _template(name: str) -> Template:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template(name)


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
