"""Calls, the people who take them, and numbers that are turned away."""

# The help shows commands in the order in which they are registered.
from intents.commands.callcenter import calls, presence, floor, places, colleagues, shifts, blocking, emergencies  # noqa: I001

__all__ = ["blocking", "calls", "colleagues", "emergencies", "floor", "places", "presence", "shifts"]
