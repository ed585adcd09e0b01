"""What is texted back at once: only where the sender would otherwise not know what their text did."""

from __future__ import annotations

from twilio.twiml.messaging_response import MessagingResponse

from crm_core import phones
from crm_core.callcenter.texting import Outcome
from crm_core.company import Company
from crm_core.message import Message, Param
from intents import catalogue

ANSWERED = {Outcome.STOPPED, Outcome.STARTED, Outcome.HELPED, Outcome.RATED, Outcome.OPENED}


def answer(company: Company, outcome: Outcome, language: str, *, by_carrier: bool) -> bytes:
    """An empty document where nothing is to be said, or the carrier says it itself."""
    response = MessagingResponse()
    if outcome in ANSWERED and not by_carrier:
        values: dict[str, Param] = {"company": company.name, "number": phones.shown(company.phone.number)}
        response.message(catalogue.render(Message(f"texted.{outcome}", values), language, company.zone))
    return str(response).encode()
