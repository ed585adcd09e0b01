"""People, companies and their numbers."""

from crm_core import references
from crm_core.contacts import consents, contacts, do_not_call, numbers
from crm_core.contacts.consents import Consent
from crm_core.contacts.contacts import Contact

references.register("C", Contact, contacts.remove_parts)
references.register("CONS", Consent, consents.remove_parts)

__all__ = ["consents", "contacts", "do_not_call", "numbers"]
