"""Contacts: people and companies, what is known of them, and who is twice there."""

from intents.commands.contacts.which import name_for, the_contact

__all__ = ["name_for", "the_contact"]
