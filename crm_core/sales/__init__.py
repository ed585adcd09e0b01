"""Deals on their way through the stages."""

from crm_core import references
from crm_core.sales import deals, stages
from crm_core.sales.deals import Deal

references.register("D", Deal)

__all__ = ["deals", "stages"]
