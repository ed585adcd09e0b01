"""Deals on their way through the stages, quotes and appointments."""

from crm_core import references
from crm_core.sales import appointments, deals, figures, moves, people, pipeline, quotes, stages
from crm_core.sales.appointments import Appointment
from crm_core.sales.deals import Deal
from crm_core.sales.quotes import Quote

references.register("D", Deal, people.remove_people)
references.register("M", Appointment, appointments.remove_attendees)
references.register("Q", Quote, quotes.remove_lines)

__all__ = ["appointments", "deals", "figures", "moves", "people", "pipeline", "quotes", "stages"]
