"""People, companies, and how to reach them."""

from crm_core import references
from crm_core.contacts import (
    changes,
    chat_identities,
    consents,
    contacts,
    customers,
    do_not_call,
    duplicates,
    emails,
    exports,
    imports,
    merges,
    numbers,
    pins,
    refused_texts,
    search,
    tags,
    texts,
    tokens,
)
from crm_core.contacts.consents import Consent
from crm_core.contacts.contacts import Contact

references.register("C", Contact, contacts.remove_parts, contacts.refresh)
references.register("CONS", Consent, consents.remove_parts)

__all__ = [
    "changes",
    "chat_identities",
    "consents",
    "contacts",
    "customers",
    "do_not_call",
    "duplicates",
    "emails",
    "exports",
    "imports",
    "merges",
    "numbers",
    "pins",
    "refused_texts",
    "search",
    "tags",
    "texts",
    "tokens",
]
