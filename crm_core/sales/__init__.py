"""Deals on their way through the stages."""

from sqlalchemy import select

from crm_core import agenda, handover, references
from crm_core.sales import deals, stages
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage
from crm_core.sales.steps import needing_a_step

references.register("D", Deal)
agenda.register("deals", needing_a_step)
handover.register("deal", "owner_id", Deal.stage_id.in_(select(Stage.id).where(Stage.outcome == "open")))

__all__ = ["deals", "stages"]
