"""Commands about people: one module a noun."""

from intents.commands.contacts.contacts import name_for, the_contact

__all__ = ["name_for", "the_contact"]
