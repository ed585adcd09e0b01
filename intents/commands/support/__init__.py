"""Tickets and what belongs to them."""

# The first command of a subject is the one that help shows of it.
from intents.commands.support import tickets

__all__ = ["tickets"]
