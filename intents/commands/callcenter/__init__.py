"""Calls, the people who take them, and numbers that are turned away."""

# The help shows commands in the order in which they are registered.
from intents.commands.callcenter import calls, presence, floor, places, colleagues, shifts, blocking  # noqa: I001

__all__ = ["blocking", "calls", "colleagues", "floor", "places", "presence", "shifts"]
