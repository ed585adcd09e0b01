"""What is texted back at once: only where the sender would otherwise not know what their text did."""

from __future__ import annotations

from twilio.twiml.messaging_response import MessagingResponse

from crm_core.callcenter.texting import Outcome
from crm_core.company import Company
from crm_core.message import Message
from intents import catalogue


def answer(company: Company, outcome: Outcome, language: str, *, by_carrier: bool) -> bytes:
    """An empty document where nothing is to be said, or the carrier says it itself."""
    response = MessagingResponse()
    if outcome in {Outcome.STOPPED, Outcome.STARTED, Outcome.RATED, Outcome.OPENED} and not by_carrier:
        text = catalogue.render(Message(f"texted.{outcome}", {"company": company.name}), language, company.zone)
        response.message(text)
    return str(response).encode()
