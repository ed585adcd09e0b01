"""Deals on their way through the stages."""

from crm_core import references
from crm_core.sales import deals, figures, moves, people, pipeline, stages
from crm_core.sales.deals import Deal

references.register("D", Deal, people.remove_people)

__all__ = ["deals", "figures", "moves", "people", "pipeline", "stages"]
