"""The few errors that are safe to show. Anything else is a fault of ours and gets a reference instead."""

from __future__ import annotations

from crm_core.message import Message, Param


class CrmError(Exception):
    """Carries what to say; the reader's channel renders it."""

    def __init__(self, id: str, **params: Param) -> None:
        super().__init__(id)
        self.message = Message(id, params)


class NotFound(CrmError):
    pass


class Invalid(CrmError):
    pass


class NotAllowed(CrmError):
    pass


class Refused(CrmError):
    """Allowed in general, but not now: somebody else was first, or the record is not in a fitting state."""
