"""Macros: which there are, how one would read, and to apply it."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core import rights
from crm_core.errors import Refused
from crm_core.support import macros
from crm_core.support.macros import Filled
from intents.cards.layout import record_button, row
from intents.commands.support.answers import about, sent
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import MacroArg, TicketArg


@command(
    "macro.list",
    {
        "en": [
            "macros",
            "[all] [the] (macros|saved replies|canned replies|templates)",
            "(list|show) [me] [all] [the] (macros|saved replies|canned replies|templates)",
            "(what|which) macros (are there|do we have)",
        ],
        "de": [
            "Makros",
            "[alle] [die] (makros|textbausteine|antwortvorlagen|vorlagen)",
            "(zeige|zeig|zeigen sie) [mir] [alle] [die] (makros|textbausteine|antwortvorlagen|vorlagen)",
            "welche (makros|textbausteine|vorlagen) gibt es",
        ],
    },
)
async def list_macros(context: Context) -> Reply:
    rights.require(context.actor, "macro.read")
    known = context.company.macros
    if not known:
        return context.reply("macro.list-none")
    rows = []
    for key, macro in known.items():
        values: dict[str, str | None] = {"status": macro.status, "priority": macro.priority}
        rows.append([key, macro.text.get(context.language, ""), _effects(context, values)])
    columns = [context.say("card.macro"), context.say("card.text"), context.say("card.status")]
    return context.reply("macro.list", Table(columns, rows), count=len(rows), listed=", ".join(known))


@command(
    "macro.preview",
    {
        "en": [
            "macro {macro} for {ticket}",
            "(macro|saved reply|preview|preview macro|try macro) {macro} (for|on) [ticket] {ticket}",
        ],
        "de": [
            "Makro {macro} für {ticket}",
            "(makro|textbaustein|vorlage|vorschau|vorschau makro) {macro} (für|zu|bei) [ticket] {ticket}",
        ],
    },
)
async def preview(context: Context, macro: MacroArg, ticket: TicketArg) -> Reply:
    if context.ask.is_public:
        raise Refused("public.ask-privately")
    filled = await macros.preview(context.session, context.actor, macro, ticket)
    ref = filled.ticket.ref
    button = record_button(
        context, "button.apply", f"apply macro {filled.key} to {ref}", filled.ticket, is_primary=True
    )
    id = "macro.preview" if filled.text else "macro.preview-silent"
    effects = _effects(context, filled.changes)
    reply = context.reply(id, *row([button]), shown=[ref], name=filled.key, ref=ref, text=filled.text, effects=effects)
    return Reply(reply.text.strip(), reply.parts, shown=reply.shown, language=reply.language)


@command(
    "macro.apply",
    {
        "en": [
            "apply macro {macro} to {ticket}",
            "(apply|use|send|run) [the] (macro|saved reply) {macro} (to|on|for) [ticket] {ticket}",
        ],
        "de": [
            "Makro {macro} auf {ticket} anwenden",
            "(wende|wenden sie) [das] (makro|textbaustein) {macro} auf [ticket] {ticket} an",
            "(makro|textbaustein|vorlage) {macro} (auf|für|bei) [ticket] {ticket} (anwenden|senden|schicken)",
        ],
    },
    changes=True,
)
async def apply(context: Context, macro: MacroArg, ticket: TicketArg) -> Reply:
    filled: Filled = await macros.apply(context.session, context.actor, macro, ticket, context.now)
    reply = await about(context, "macro.applied", filled.ticket, name=filled.key)
    return sent(context, reply, filled.way) if filled.text else reply


def _effects(context: Context, values: Mapping[str, str | None]) -> str:
    """What it sets, in words."""
    said = []
    if values.get("status"):
        said.append(context.say("macro.sets-status", value=context.say(f"ticket.status-{values['status']}")))
    if values.get("priority"):
        said.append(context.say("macro.sets-priority", value=context.say(f"ticket.priority-{values['priority']}")))
    return " ".join(said)
