"""A handful of orders in two languages, and what no command is for."""

from __future__ import annotations

from intents.understand.examples import OUT_OF_SCOPE, Example

_SAID = {
    "ticket.open": """
        open a ticket: the printer is pink
        please take down a new ticket
        bitte ein neues ticket anlegen
        mach ein ticket auf, die heizung ist kalt
        i need a new ticket for the lift
        kannst du ein ticket anlegen
    """,
    "call.hold": """
        put the caller on hold
        hold the line for a moment
        den anrufer in die warteschleife
        bitte den anruf halten
        hold this call please
        leg den anrufer mal kurz auf halten
    """,
    "deal.won": """
        we won the deal
        mark the deal as won
        der deal ist gewonnen
        setz den deal auf gewonnen
        that deal is won
        wir haben den deal gewonnen
    """,
    OUT_OF_SCOPE: """
        what is the weather like on mars
        sing me a song about cats
        wie wird das wetter morgen
        erzähl einen witz
        who was the first emperor of rome
        backe einen kuchen mit äpfeln
    """,
}
SAYINGS = [Example(line.strip(), intent) for intent, lines in _SAID.items() for line in lines.strip().splitlines()]
ASKED = {
    "could you open a new ticket for the heating": "ticket.open",
    "leg bitte ein neues ticket an": "ticket.open",
    "hold the caller": "call.hold",
    "den anruf bitte kurz halten": "call.hold",
    "the deal is won": "deal.won",
    "deal gewonnen!": "deal.won",
}
