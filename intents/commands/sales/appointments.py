"""Appointments: make, list, show, say what one is about, invite, postpone, cancel."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from crm_core import agents, references, rights
from crm_core.sales import appointments
from crm_core.sales.appointments import Appointment
from intents.cards.layout import contact_name
from intents.cards.sales import appointment_card
from intents.commands.contacts import name_for, the_contact
from intents.commands.sales.deals import MOST_LISTED
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AgentArg, AppointmentArg, ContactArg, DueArg, MeantAppointmentArg, MinutesArg, TextArg

_COMING = timedelta(days=60)


@command(
    "appointment.make",
    {
        "en": [
            "appointment with {contact} {due} at {place}",
            "[new|make an|book an] appointment with {contact} [on] {due} for {minutes} minutes (at|in) {place}",
            "[new|make an|book an] (appointment|meeting) with {contact} [on] {due} for {minutes} minutes",
            "[new|make an|book an] (appointment|meeting) with {contact} [on] {due} for {minutes} (at|in) {place}",
            "[new|make an|book an] (appointment|meeting) with {contact} [on] {due} for {minutes}",
            "[new|make an|book an] (appointment|meeting) with {contact} [on] {due} (at|in) {place}",
            "[new|make an|book an] (appointment|meeting) with {contact} [on] {due} about {title}",
            "[new|make an|book an] (appointment|meeting) with {contact} [on] {due}",
            "(new|make an|book an) appointment with {contact}",
            "(new|make an|book an) appointment",
        ],
        "de": [
            "Termin mit {contact} {due} in {place}",
            "[neuer] termin mit {contact} {due} für {minutes} minuten (in|bei|im) {place}",
            "[neuer] termin mit {contact} {due} für {minutes} minuten",
            "[neuer] termin mit {contact} {due} für {minutes} (in|bei|im) {place}",
            "[neuer] termin mit {contact} {due} für {minutes}",
            "[neuer] termin mit {contact} {due} (in|bei|im) {place}",
            "[neuer] termin mit {contact} {due} (wegen|zum thema) {title}",
            "[neuer] termin mit {contact} {due}",
            "(neuer termin|termin anlegen|termin vereinbaren) mit {contact}",
            "(neuer termin|termin anlegen|termin vereinbaren)",
        ],
    },
    changes=True,
)
async def make(
    context: Context,
    contact: ContactArg,
    due: DueArg,
    place: TextArg | None = None,
    minutes: MinutesArg | None = None,
    title: TextArg = "",
) -> Reply:
    customer = await the_contact(context, contact)
    made = await appointments.make_appointment(
        context.session,
        context.actor,
        contact_id=customer.id,
        start_at=due,
        end_at=due + timedelta(minutes=minutes) if minutes is not None else None,
        place=place,
        title=title,
        now=context.now,
    )
    return await _about(context, "appointment.made", made, name=name_for(context, customer))


@command(
    "appointment.list",
    {
        "en": ["my appointments", "(list|show) [me] [all] [my] appointments", "appointments", "my meetings"],
        "de": ["meine Termine", "(zeige|zeig|zeigen sie) [mir] [alle] [meine] termine", "termine"],
    },
)
async def list_mine(context: Context) -> Reply:
    found = list(
        await appointments.my_appointments(
            context.session, context.actor, context.now, context.now + _COMING, limit=MOST_LISTED + 1
        )
    )
    if not found:
        return context.reply("appointment.list-none")
    id = "appointment.list-more" if len(found) > MOST_LISTED else "appointment.list"
    found = found[:MOST_LISTED]
    rows = [[one.ref, context.shown_as(one.start_at), await _what(context, one)] for one in found]
    columns = [context.say(label) for label in ("appointment.appointment", "card.when", "card.contact")]
    refs = [one.ref for one in found]
    choices = Choices([Choice(ref, f"show appointment {ref}") for ref in refs[:5]])
    listed = "; ".join(" ".join(row) for row in rows)
    return context.reply(id, Table(columns, rows), choices, shown=refs, count=len(found), listed=listed)


@command(
    "appointment.show",
    {
        "en": ["show appointment {appointment}", "[show|open] [me] [the] (appointment|meeting) {appointment}"],
        "de": ["zeige Termin {appointment}", "[zeig|zeige|zeigen sie] [mir] [den] termin {appointment}"],
    },
)
async def show(context: Context, appointment: AppointmentArg) -> Reply:
    rights.require(context.actor, "appointment.read")
    found = cast("Appointment", await references.read(context.session, "appointment", appointment))
    return await _about(context, "appointment.shown", found, what=await _what(context, found))


@command(
    "appointment.rename",
    {
        "en": [
            "title of {appointment} {title}",
            "(set|change) [the] (title|subject) of {appointment} (to|:) {title}",
            "[the] title of {appointment} [is|:] {title}",
            "{appointment} is about {title}",
        ],
        "de": [
            "Titel von {appointment} {title}",
            "(setze|setzen sie|ändere|ändern sie) [den] (titel|betreff) von {appointment} (auf|in|:) {title}",
            "[der] titel von {appointment} [ist|:] {title}",
            "bei {appointment} geht es um {title}",
        ],
    },
    changes=True,
)
async def rename(context: Context, appointment: MeantAppointmentArg, title: TextArg) -> Reply:
    renamed = await appointments.rename(context.session, context.actor, appointment, title, context.now)
    return await _about(context, "appointment.renamed", renamed)


@command(
    "appointment.invite",
    {
        "en": ["invite {agent} to {appointment}", "(take|bring) {agent} along to {appointment}"],
        "de": ["{agent} zu {appointment} einladen", "(lade|laden sie) {agent} zu {appointment} ein"],
    },
    changes=True,
)
async def invite(context: Context, agent: AgentArg, appointment: AppointmentArg) -> Reply:
    colleague = await agents.find_agent(context.session, agent)
    joined = await appointments.invite(context.session, context.actor, appointment, colleague.id, context.now)
    return await _about(context, "appointment.joined", joined, name=colleague.name)


@command(
    "appointment.postpone",
    {
        "en": ["postpone {appointment} to {due}", "(move|postpone|shift) {appointment} to {due}"],
        "de": [
            "{appointment} verschieben auf {due}",
            "(verschiebe|verschieben sie) {appointment} auf {due}",
            "{appointment} auf {due} (verschieben|verlegen)",
        ],
    },
    changes=True,
)
async def postpone(context: Context, appointment: AppointmentArg, due: DueArg) -> Reply:
    moved = await appointments.postpone(context.session, context.actor, appointment, due, context.now)
    return await _about(context, "appointment.postponed", moved)


@command(
    "appointment.cancel",
    {
        "en": ["cancel {appointment}", "(cancel|call off) [the] (appointment|meeting) {appointment}"],
        "de": ["{appointment} absagen", "[den] termin {appointment} absagen", "(sage|sagen sie) {appointment} ab"],
    },
    changes=True,
)
async def cancel(context: Context, appointment: AppointmentArg) -> Reply:
    cancelled = await appointments.cancel(context.session, context.actor, appointment, context.now)
    return await _about(context, "appointment.cancelled", cancelled)


async def _what(context: Context, appointment: Appointment) -> str:
    if context.ask.is_public:
        return context.say("public.somebody")
    who = await contact_name(context, appointment.contact_id)
    return ", ".join(part for part in (who, appointment.title, appointment.place) if part) or "–"


async def _about(context: Context, id: str, appointment: Appointment, **more: str) -> Reply:
    parts = await appointment_card(context, appointment)
    return context.reply(id, *parts, shown=[appointment.ref], ref=appointment.ref, when=appointment.start_at, **more)
