"""What is known about a person: told on request, and erased on request."""

from crm_core.privacy import erasures

__all__ = ["erasures"]
