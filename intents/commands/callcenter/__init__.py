"""Calls, and the people who take them."""

# The help shows commands in the order in which they are registered.
from intents.commands.callcenter import calls, presence, floor, places, colleagues, shifts, emergencies  # noqa: I001

__all__ = ["calls", "colleagues", "emergencies", "floor", "places", "presence", "shifts"]
