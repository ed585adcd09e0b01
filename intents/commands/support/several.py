"""Several tickets at once: shown first, done when they are confirmed."""

from __future__ import annotations

from crm_core import conversation
from crm_core.errors import Invalid, NotFound
from crm_core.support import lists, several, states, tags
from crm_core.support import tickets as core
from crm_core.support.several import MOST_AT_ONCE, Verb
from crm_core.support.tickets import Ticket
from intents import asking, dialogue
from intents.commands.support.answers import listed
from intents.commands.support.working import colleague
from intents.registry import Context, command, commands
from intents.reply import Reply
from intents.slots import AgentArg, SureArg, TagArg, TicketsArg


@command(
    "ticket.resolve-several",
    {
        "en": [
            "resolve {tickets}",
            "(resolve|solve|finish) all [tickets] tagged {tag}",
            "(resolve|solve|finish|done) {tickets}",
            "{sure} resolve {tickets}",
        ],
        "de": [
            "löse {tickets}",
            "(löse|erledige|lösen sie) alle [tickets] mit [der] markierung {tag}",
            "(löse|erledige|lösen sie) {tickets}",
            "{tickets} (lösen|erledigen|erledigt|gelöst)",
            "{sure} löse {tickets}",
        ],
    },
    changes=True,
)
async def resolve(
    context: Context, tickets: TicketsArg | None = None, tag: TagArg | None = None, sure: SureArg | None = None
) -> Reply:
    meant = await _meant(context, tickets, tag)
    if sure is None:
        return await _ask(context, "resolve", "ticket.several-resolve", meant)
    return await _do(context, sure, meant, lambda id: core.resolve(context.session, context.actor, id, context.now))


@command(
    "ticket.close-several",
    {
        "en": ["close {tickets}", "close all [tickets] tagged {tag}", "{sure} close {tickets}"],
        "de": [
            "schließe {tickets}",
            "(schließe|schließen sie) alle [tickets] mit [der] markierung {tag}",
            "{tickets} schließen",
            "{sure} schließe {tickets}",
        ],
    },
    changes=True,
)
async def close(
    context: Context, tickets: TicketsArg | None = None, tag: TagArg | None = None, sure: SureArg | None = None
) -> Reply:
    meant = await _meant(context, tickets, tag)
    if sure is None:
        return await _ask(context, "close", "ticket.several-close", meant)
    return await _do(context, sure, meant, lambda id: states.close(context.session, context.actor, id, context.now))


@command(
    "ticket.claim-several",
    {
        "en": [
            "claim {tickets}",
            "(claim|take) all [tickets] tagged {tag}",
            "(claim|take) {tickets}",
            "{sure} claim {tickets}",
        ],
        "de": [
            "übernimm {tickets}",
            "(übernimm|übernehmen sie) alle [tickets] mit [der] markierung {tag}",
            "{tickets} übernehmen",
            "{sure} übernimm {tickets}",
        ],
    },
    changes=True,
)
async def claim(
    context: Context, tickets: TicketsArg | None = None, tag: TagArg | None = None, sure: SureArg | None = None
) -> Reply:
    meant = await _meant(context, tickets, tag)
    if sure is None:
        return await _ask(context, "claim", "ticket.several-claim", meant)
    return await _do(context, sure, meant, lambda id: core.claim(context.session, context.actor, id, context.now))


@command(
    "ticket.assign-several",
    {
        "en": [
            "assign {tickets} to {agent}",
            "(assign|give) all [tickets] tagged {tag} to {agent}",
            "(assign|give|hand) {tickets} to {agent}",
            "{sure} assign {tickets} to {agent}",
        ],
        "de": [
            "{tickets} an {agent}",
            "(gib|geben sie) alle [tickets] mit [der] markierung {tag} an {agent}",
            "(gib|geben sie) {tickets} an {agent}",
            "{sure} gib {tickets} an {agent}",
        ],
    },
    changes=True,
)
async def assign(
    context: Context,
    agent: AgentArg,
    tickets: TicketsArg | None = None,
    tag: TagArg | None = None,
    sure: SureArg | None = None,
) -> Reply:
    chosen = await colleague(context, agent)
    meant = await _meant(context, tickets, tag)
    if sure is None:
        return await _ask(context, "assign", "ticket.several-assign", meant, to=f"to {chosen.name}", agent=chosen.name)
    return await _do(
        context, sure, meant, lambda id: core.assign(context.session, context.actor, id, chosen, context.now)
    )


@command(
    "ticket.tag-several",
    {
        "en": ["tag {tickets} {tag}", "(tag|label) {tickets} [as|with] {tag}", "{sure} tag {tickets} {tag}"],
        "de": [
            "markiere {tickets} {tag}",
            "(markiere|markieren sie) {tickets} [als|mit] {tag}",
            "{sure} markiere {tickets} {tag}",
        ],
    },
    changes=True,
)
async def tag_several(context: Context, tickets: TicketsArg, tag: TagArg, sure: SureArg | None = None) -> Reply:
    word = tags.clean(tag)
    meant = await _meant(context, tickets, None)
    if sure is None:
        return await _ask(context, "tag", "ticket.several-tag", meant, to=word, tag=word)
    return await _do(context, sure, meant, lambda id: tags.tag(context.session, context.actor, id, word, context.now))


async def _meant(context: Context, ids: list[int] | None, tag: str | None) -> list[Ticket]:
    """Raises NotFound for one that is unknown, Invalid for too many."""
    if ids is not None:
        return [await core.read_ticket(context.session, context.actor, id) for id in ids]
    if tag is None:
        raise Invalid("ticket.which-ones")
    word = tags.clean(tag)
    found = await lists.list_tickets(context.session, context.actor, tag=word, limit=MOST_AT_ONCE + 1)
    if not found:
        raise NotFound("ticket.none-tagged", tag=word)
    if len(found) > MOST_AT_ONCE:
        raise Invalid("ticket.too-many", limit=MOST_AT_ONCE)
    return list(found)


async def _ask(context: Context, verb: str, id: str, meant: list[Ticket], *, to: str = "", **words: str) -> Reply:
    """What would be done, by name. Yes means these and no others, whatever is tagged meanwhile."""
    refs = " ".join(ticket.ref for ticket in meant)
    remembered = await conversation.remembered(context.session, context.ask.conversation, context.now)
    asked = {"tickets": refs, **words}
    several_command = commands()[f"ticket.{verb}-several"]
    question = dialogue.ask_for(remembered, several_command, asked, asking.SURE, context.language)
    choices = asking.yes_or_no(context, question.id, f"yes {verb} {refs} {to}".strip())
    shown = [ticket.ref for ticket in meant]
    return context.reply(
        id, choices, shown=shown, count=len(meant), names=listed(meant), agent=words.get("agent"), tag=words.get("tag")
    )


async def _do(context: Context, sure: bool, meant: list[Ticket], verb: Verb) -> Reply:
    if not sure:
        return context.reply("dialogue.cancelled")
    done = await several.each(context.session, [ticket.id for ticket in meant], verb)
    refs = [ticket.ref for ticket in done.tickets]
    reply = context.reply("ticket.several-done", shown=refs, count=len(refs), refs=", ".join(refs) or "–")
    for why in done.refused:
        reply = reply.also(context.shown_as(why))
    return reply
