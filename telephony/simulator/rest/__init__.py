"""The REST interface: what each request may carry, what it does, and what it is answered."""

from telephony.simulator.rest.table import ENDPOINTS, routes

__all__ = ["ENDPOINTS", "routes"]
