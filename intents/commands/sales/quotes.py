"""Quotes: make, lines, show, a page to share, list, send, accept, decline; and what is for sale."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from crm_core import references, rights
from crm_core.errors import Invalid
from crm_core.money import Money
from crm_core.sales import products, quote_links, quotes
from crm_core.sales.quotes import Quote
from crm_core.sales.totals import PER_UNIT
from intents.cards.sales import decimal, quote_card
from intents.commands.sales.deals import MOST_LISTED
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AmountArg, DealArg, DueArg, ItemArg, LineArg, PercentArg, QuantityArg, QuoteArg


@command(
    "quote.make",
    {
        "en": [
            "quote for {deal}",
            "(make|create|write|draft|new) [a] [new] (quote|quotation) for [deal] {deal}",
            "(make|create|write|draft|new) [a] [new] (quote|quotation)",
        ],
        "de": [
            "Angebot für {deal}",
            "(neues angebot|angebot erstellen|angebot anlegen) für [deal] {deal}",
            "(erstelle|schreibe|erstellen sie|schreiben sie) [ein] angebot für [deal] {deal}",
            "(neues angebot|angebot erstellen|angebot anlegen)",
        ],
    },
    changes=True,
)
async def make(context: Context, deal: DealArg) -> Reply:
    return await _about(
        context, "quote.made", await quotes.make_quote(context.session, context.actor, deal, context.now)
    )


@command(
    "quote.add",
    {
        "en": [
            "add {quantity} {item} to {quote}",
            "(add|put) {quantity} [x|×] {item} (at|for|à|@) {value} [each] (to|on) {quote} (less|minus) {discount}",
            "(add|put) {quantity} [x|×] {item} (at|for|à|@) {value} [each] (to|on) {quote}",
            "(add|put) {quantity} [x|×] {item} (to|on) {quote} (less|minus) {discount}",
            "(add|put) {quantity} [x|×] {item} (to|on) {quote}",
        ],
        "de": [
            "{quantity} {item} zu {quote}",
            "{quantity} [x|×] {item} (für|à|zu je) {value} (zu|auf|in) {quote} (abzüglich|minus) {discount}",
            "{quantity} [x|×] {item} (für|à|zu je) {value} (zu|auf|in) {quote}",
            "{quantity} [x|×] {item} (zu|auf|in) {quote} (abzüglich|minus) {discount}",
            "{quantity} [x|×] {item} (zu|auf|in) {quote}",
        ],
    },
    changes=True,
)
async def add(
    context: Context,
    quote: QuoteArg,
    quantity: QuantityArg,
    item: ItemArg,
    value: AmountArg | None = None,
    discount: PercentArg | None = None,
) -> Reply:
    """What offhook.yml knows has its price there; anything else needs one."""
    text, price, vat_bp = _priced(context, item, value)
    draft = cast("Quote", await references.read(context.session, "quote", quote))
    if price.currency != draft.currency:
        raise Invalid("quote.currency", ref=draft.ref, currency=draft.currency)
    extended = await quotes.add_line(
        context.session,
        context.actor,
        quote,
        text=text,
        unit_minor=price.minor,
        vat_bp=vat_bp,
        quantity=quantity,
        discount_bp=discount or 0,
        now=context.now,
    )
    return await _about(context, "quote.extended", extended, item=text, quantity=decimal(context, quantity, PER_UNIT))


@command(
    "quote.remove-line",
    {
        "en": [
            "remove line {line} from {quote}",
            "(remove|delete|drop) (line|position|item) {line} (from|of|on) {quote}",
        ],
        "de": ["Position {line} aus {quote} entfernen", "(entferne|lösche|streiche) position {line} (aus|von) {quote}"],
    },
    changes=True,
)
async def remove_line(context: Context, line: LineArg, quote: QuoteArg) -> Reply:
    shortened = await quotes.remove_line(context.session, context.actor, quote, line, context.now)
    return await _about(context, "quote.shortened", shortened, line=line)


@command(
    "quote.valid",
    {
        "en": ["quote {quote} valid until {due}", "{quote} is valid (until|to|till) {due}"],
        "de": ["Angebot {quote} gültig bis {due}", "{quote} ist gültig bis {due}", "{quote} gilt bis {due}"],
    },
    changes=True,
)
async def valid(context: Context, quote: QuoteArg, due: DueArg) -> Reply:
    day = due.astimezone(context.company.zone).date()
    dated = await quotes.set_validity(context.session, context.actor, quote, day, context.now)
    return await _about(context, "quote.dated", dated, day=context.shown_as(day))


@command(
    "quote.show",
    {
        "en": ["show quote {quote}", "(show|open) [me] [the] (quote|quotation) {quote}", "quote {quote}"],
        "de": ["zeige Angebot {quote}", "(zeig|zeige|zeigen sie|öffne) [mir] [das] angebot {quote}", "angebot {quote}"],
    },
)
async def show(context: Context, quote: QuoteArg) -> Reply:
    rights.require(context.actor, "quote.read")
    return await _about(context, "quote.shown", cast("Quote", await references.read(context.session, "quote", quote)))


@command(
    "quote.share",
    {
        "en": [
            "link to {quote}",
            "(link|address|page|url) (to|of|for) [the] [quote] {quote}",
            "quote {quote} link",
            "share [the] [quote] {quote}",
        ],
        "de": [
            "Link zu {quote}",
            "(link|adresse|seite|url) (zu|zum|von|für|für das) [angebot] {quote}",
            "angebot {quote} link",
            "(teile|teilen sie) [das] [angebot] {quote}",
        ],
    },
    changes=True,
)
async def share(context: Context, quote: QuoteArg) -> Reply:
    """Whoever has the address reads the quote: it is told in private, once."""
    if context.ask.is_public:
        return context.reply("quote.ask-privately")
    token = await quote_links.share(context.session, context.actor, quote, context.now)
    shared = cast("Quote", await references.read(context.session, "quote", quote))
    address = quote_links.address(context.session, token)
    told = context.reply(
        "quote.shared", shown=[shared.ref], ref=shared.ref, address=address, day=context.shown_as(shared.valid_until)
    )
    return replace(told, is_secret=True)


@command(
    "quote.close-links",
    {
        "en": [
            "close link to {quote}",
            "(close|revoke|stop) [the] (link|links|address) (to|of|for) [the] [quote] {quote}",
        ],
        "de": [
            "Link zu {quote} schließen",
            "(link|links|adresse) (zu|zum|von|für) [angebot] {quote} (schließen|sperren)",
            "(schließe|schließen sie|sperre|sperren sie) [den|die] (link|links|adresse) (zu|zum|von) [angebot] {quote}",
        ],
    },
    changes=True,
)
async def close_links(context: Context, quote: QuoteArg) -> Reply:
    return await _about(
        context, "quote.closed", await quote_links.close(context.session, context.actor, quote, context.now)
    )


@command(
    "quote.list",
    {
        "en": ["quotes", "(list|show) [me] [all] [the|our] [open] quotes", "[our] open quotes"],
        "de": ["Angebote", "(zeige|zeig|zeigen sie|liste) [mir] [alle] [die] [offenen] angebote", "offene angebote"],
    },
)
async def list_quotes(context: Context) -> Reply:
    found = list(await quotes.list_quotes(context.session, context.actor, limit=MOST_LISTED + 1))
    if not found:
        return context.reply("quote.list-none")
    id = "quote.list-more" if len(found) > MOST_LISTED else "quote.list"
    found = found[:MOST_LISTED]
    columns = [context.say(label) for label in ("quote.quote", "card.title", "card.state")]
    rows = [[quote.ref, deal.title, context.say(f"quote.state-{quote.state}")] for quote, deal in found]
    refs = [quote.ref for quote, _deal in found]
    choices = Choices([Choice(ref, f"show quote {ref}") for ref in refs[:5]])
    listed = "; ".join(f"{row[0]} {row[1]} ({row[2]})" for row in rows)
    return context.reply(id, Table(columns, rows), choices, shown=refs, count=len(found), listed=listed)


@command(
    "quote.send",
    {
        "en": ["send {quote}", "mark {quote} as sent", "{quote} (is|was) sent"],
        "de": [
            "{quote} senden",
            "(sende|senden sie|schicke|schicken sie) {quote}",
            "{quote} [ist|wurde] (gesendet|verschickt)",
        ],
    },
    changes=True,
)
async def send(context: Context, quote: QuoteArg) -> Reply:
    return await _about(context, "quote.sent", await quotes.send(context.session, context.actor, quote, context.now))


@command(
    "quote.accept",
    {
        "en": ["accept {quote}", "{quote} (is|was) accepted", "mark {quote} as accepted"],
        "de": ["{quote} angenommen", "{quote} (ist|wurde) angenommen", "{quote} annehmen"],
    },
    changes=True,
)
async def accept(context: Context, quote: QuoteArg) -> Reply:
    return await _about(
        context, "quote.accepted", await quotes.accept(context.session, context.actor, quote, context.now)
    )


@command(
    "quote.decline",
    {
        "en": ["decline {quote}", "{quote} (is|was) (declined|rejected)", "mark {quote} as (declined|rejected)"],
        "de": ["{quote} abgelehnt", "{quote} (ist|wurde) abgelehnt", "{quote} ablehnen"],
    },
    changes=True,
)
async def decline(context: Context, quote: QuoteArg) -> Reply:
    return await _about(
        context, "quote.declined", await quotes.decline(context.session, context.actor, quote, context.now)
    )


@command(
    "product.list",
    {
        "en": ["products", "(list|show) [me] [all] [the|our] products", "(price list|what do we sell)"],
        "de": [
            "Produkte",
            "(zeige|zeig|zeigen sie) [mir] [alle] [die|unsere] produkte",
            "(preisliste|was verkaufen wir)",
        ],
    },
)
async def list_products(context: Context) -> Reply:
    rights.require(context.actor, "quote.read")
    found = products.list_products(context.session)
    if not found:
        return context.reply("product.none")
    columns = [context.say(label) for label in ("product.key", "card.name", "product.price", "quote.vat")]
    rows = [
        [
            product.key,
            product.shown(context.language),
            context.shown_as(product.price),
            f"{decimal(context, product.vat_bp, 100)} %",
        ]
        for product in found
    ]
    listed = "; ".join(f"{row[1]}: {row[2]}" for row in rows)
    return context.reply("product.list", Table(columns, rows), count=len(found), listed=listed)


def _priced(context: Context, item: str, value: Money | None) -> tuple[str, Money, int]:
    if value is not None:
        return item, value, products.basis_points(context.company.quotes.vat)
    product = products.find_product(context.session, item)
    return product.shown(context.language), product.price, product.vat_bp


async def _about(context: Context, id: str, quote: Quote, **more: str | int) -> Reply:
    total = await quotes.totals(context.session, quote.id)
    gross = Money(total.gross, quote.currency)
    parts = await quote_card(context, quote)
    return context.reply(id, *parts, shown=[quote.ref], ref=quote.ref, gross=gross, **more)
