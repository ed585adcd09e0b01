"""Calls: taken, made, held, passed on, recorded; the people who take them; and numbers that are turned away."""

# The help shows commands in the order in which they are registered.
from intents.commands.callcenter import calls, control, transfers, dialling, recordings, supervision  # noqa: I001
from intents.commands.callcenter import call_lists, calling_lists
from intents.commands.callcenter import presence, floor, places, colleagues, shifts, blocking, emergencies

__all__ = [
    "blocking",
    "call_lists",
    "calling_lists",
    "calls",
    "colleagues",
    "control",
    "dialling",
    "emergencies",
    "floor",
    "places",
    "presence",
    "recordings",
    "shifts",
    "supervision",
    "transfers",
]
