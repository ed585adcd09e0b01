"""People, companies, and how to reach them."""

from crm_core import references
from crm_core.contacts import changes, contacts, duplicates, emails, merges, numbers, search, tags, tokens
from crm_core.contacts.contacts import Contact

references.register("C", Contact, contacts.remove_parts, contacts.refresh)

__all__ = ["changes", "contacts", "duplicates", "emails", "merges", "numbers", "search", "tags", "tokens"]
