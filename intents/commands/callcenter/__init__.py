"""Calls, who is on duty, and numbers that are turned away."""

# The first command of a subject is the one that help shows of it.
from intents.commands.callcenter import calls

__all__ = ["calls"]
