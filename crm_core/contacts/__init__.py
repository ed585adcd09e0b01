"""People, companies and their numbers."""

from crm_core import references
from crm_core.contacts import contacts, numbers
from crm_core.contacts.contacts import Contact

references.register("C", Contact, contacts.remove_parts)

__all__ = ["contacts", "numbers"]
