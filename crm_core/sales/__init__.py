"""Deals on their way through the stages, quotes and appointments."""

from sqlalchemy import select

from crm_core import agenda, handover, references
from crm_core.sales import appointments, deals, figures, moves, people, pipeline, quote_links, quotes, stages
from crm_core.sales.appointments import Appointment
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote
from crm_core.sales.stages import Stage
from crm_core.sales.steps import needing_a_step

references.register("D", Deal, people.remove_people)
references.register("M", Appointment, appointments.remove_attendees)
references.register("Q", Quote, quotes.remove_parts)
quotes.REMOVALS.append(quote_links.remove_links)
agenda.register("appointments", appointments.on_the_day)
agenda.register("deals", needing_a_step)
handover.register("deal", "owner_id", Deal.stage_id.in_(select(Stage.id).where(Stage.outcome == "open")))

__all__ = ["appointments", "deals", "figures", "moves", "people", "pipeline", "quote_links", "quotes", "stages"]
