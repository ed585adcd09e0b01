import re
import time

import pytest

from intents.registry import Command, commands
from intents.samples import filled
from intents.understand.grammar import LONGEST_ASK, plain, understand

# What people type, the command it means, and the words found for its arguments.
ENGLISH: list[tuple[str, str, dict[str, str]]] = [
    ("claim T-42", "ticket.claim", {"ticket": "T-42"}),
    ("/claim T-42", "ticket.claim", {"ticket": "T-42"}),
    ("Can you claim t42, please?", "ticket.claim", {"ticket": "t42"}),
    ("I'll take T-42", "ticket.claim", {"ticket": "T-42"}),
    ("I’ll take T-42", "ticket.claim", {"ticket": "T-42"}),
    ("ill take T-42", "ticket.claim", {"ticket": "T-42"}),
    ("claim it", "ticket.claim", {"ticket": "it"}),
    ("claim a ticket", "ticket.claim", {}),
    ("resolve T-42!", "ticket.resolve", {"ticket": "T-42"}),
    ("close ticket 42", "ticket.close", {"ticket": "42"}),
    ("T-42 is fixed", "ticket.resolve", {"ticket": "T-42"}),
    ("done T-42", "ticket.resolve", {"ticket": "T-42"}),
    ("mark T-42 as done", "ticket.resolve", {"ticket": "T-42"}),
    ("open ticket T-42", "ticket.show", {"ticket": "T-42"}),
    ("Show me please T-42", "record.show", {"record": "T-42"}),
    ("next", "ticket.next", {}),
    ("/next", "ticket.next", {}),
    ("what's next?", "ticket.next", {}),
    ("/tickets", "ticket.list", {}),
    ("show me all open tickets", "ticket.list", {}),
    ("which tickets are open?", "ticket.list", {}),
    ("my tickets", "ticket.mine", {}),
    ("show me my open tickets", "ticket.mine", {}),
    ("open ticket heating is cold", "ticket.open", {"subject": "heating is cold"}),
    ("open a ticket: heating is cold", "ticket.open", {"subject": "heating is cold"}),
    ("new ticket – no hot water", "ticket.open", {"subject": "no hot water"}),
    ("I need a new ticket", "ticket.open", {}),
    ("report a problem", "ticket.open", {}),
    ("urgent: gas smell", "ticket.open", {"priority": "urgent", "subject": "gas smell"}),
    ("open an urgent ticket: gas smell", "ticket.open", {"priority": "urgent", "subject": "gas smell"}),
    (
        "open ticket for Greta Sommer: heating cold",
        "ticket.open",
        {"contact": "Greta Sommer", "subject": "heating cold"},
    ),
    ("T-42", "record.show", {"record": "T-42"}),
    ("show T-42", "record.show", {"record": "T-42"}),
    ("open D-4", "record.show", {"record": "D-4"}),
    ("show ticket 42", "ticket.show", {"ticket": "42"}),
    ("what is the status of T-42?", "ticket.show", {"ticket": "T-42"}),
    ("assign T-42 to Mira", "ticket.assign", {"ticket": "T-42", "agent": "Mira"}),
    ("hand T-42 over to Mira Okafor", "ticket.assign", {"ticket": "T-42", "agent": "Mira Okafor"}),
    ("assign it to me", "ticket.assign", {"ticket": "it", "agent": "me"}),
    ("T-42 to Mira", "ticket.assign", {"ticket": "T-42", "agent": "Mira"}),
    ("note T-42 back on Friday", "ticket.comment", {"ticket": "T-42", "body": "back on Friday"}),
    ("add a note to T-42: called back", "ticket.comment", {"ticket": "T-42", "body": "called back"}),
    ("find Greta", "contact.find", {"contact": "Greta"}),
    ("find contact Greta", "contact.find", {"contact": "Greta"}),
    ("who is Greta Sommer", "contact.find", {"contact": "Greta Sommer"}),
    ("look up 030 23125010", "contact.find", {"contact": "030 23125010"}),
    ("show contact Greta", "contact.show", {"contact": "Greta"}),
    ("add contact Paul Winter 030 23125077", "contact.add", {"name": "Paul Winter", "phone": "030 23125077"}),
    ("new contact: Paul Winter, 030 23125077", "contact.add", {"name": "Paul Winter", "phone": "030 23125077"}),
    (
        "add contact Paul Winter from Winter GmbH, 030 23125077",
        "contact.add",
        {"name": "Paul Winter", "organisation": "Winter GmbH", "phone": "030 23125077"},
    ),
    ("add contact Paul paul@example.com", "contact.add", {"name": "Paul", "email": "paul@example.com"}),
    ("add task call Greta due tomorrow", "task.add", {"title": "call Greta", "due": "tomorrow"}),
    ("remind me to call Greta tomorrow", "task.remind-me", {"title": "call Greta", "due": "tomorrow"}),
    (
        "remind me to call Greta on Friday at 15:00",
        "task.remind-me",
        {"title": "call Greta", "due": "on Friday at 15:00"},
    ),
    ("new task: send the offer", "task.add", {"title": "send the offer"}),
    ("/tasks", "task.list", {}),
    ("what do I have to do today?", "task.list", {}),
    ("done TASK-2", "task.finish", {"task": "TASK-2"}),
    ("TASK-2 is done", "task.finish", {"task": "TASK-2"}),
    ("finish task 2", "task.finish", {"task": "2"}),
    ("deals", "deal.list", {}),
    ("my deals", "deal.mine", {}),
    ("show deal D-4", "deal.show", {"deal": "D-4"}),
    ("move D-4 to site visit", "deal.move", {"deal": "D-4", "stage": "site visit"}),
    ("D-4 is won", "deal.move", {"deal": "D-4", "stage": "won"}),
    ("D-4 to negotiation", "deal.move", {"deal": "D-4", "stage": "negotiation"}),
    (
        "add deal Heat pump for Greta Sommer 12000",
        "deal.add",
        {"title": "Heat pump", "contact": "Greta Sommer", "value": "12000"},
    ),
    ("new deal: Heat pump worth 12,500 €", "deal.add", {"title": "Heat pump", "value": "12,500 €"}),
    ("/pipeline", "deal.pipeline", {}),
    ("show me the pipeline", "deal.pipeline", {}),
    ("how is our pipeline looking?", "deal.pipeline", {}),
    ("log call with Greta Sommer: an offer", "call.log", {"contact": "Greta Sommer", "note": "an offer"}),
    ("log a 12 minute call with Greta: hi", "call.log", {"contact": "Greta", "minutes": "12", "note": "hi"}),
    ("I called Greta Sommer about the offer", "call.log", {"contact": "Greta Sommer", "note": "the offer"}),
    ("recent calls", "call.list", {}),
    ("accept CALL-7", "call.accept", {"call": "CALL-7"}),
    ("take CALL-7", "call.accept", {"call": "CALL-7"}),
    ("who is on duty?", "agent.list", {}),
    ("who's available", "agent.list", {}),
    ("I'm back", "agent.available", {}),
    ("going to lunch", "agent.away", {"word": "lunch"}),
    ("away dentist, back at 3", "agent.away", {"pause": "dentist, back at 3"}),
    ("I'm off duty", "agent.offline", {}),
    ("/undo", "undo", {}),
    ("take that back", "undo", {}),
    ("/help", "help", {}),
    ("?", "help", {}),
    ("help with tickets", "help", {"topic": "tickets"}),
    ("/start a1B2c3D4e5F6", "agent.link", {"code": "a1B2c3D4e5F6"}),
    ("speak German", "language", {"wanted": "German"}),
    ("we won D-4", "deal.win", {"deal": "D-4"}),
    ("win D-4 because of the price", "deal.win", {"deal": "D-4", "reason": "the price"}),
    ("we lost D-4 to a competitor", "deal.lose", {"deal": "D-4", "reason": "a competitor"}),
    (
        "next step for D-4: call Greta on Friday",
        "deal.next-step",
        {"deal": "D-4", "step": "call Greta", "due": "on Friday"},
    ),
    ("D-4 is worth 12,500 €", "deal.value", {"deal": "D-4", "value": "12,500 €"}),
    ("D-4 closes next Friday", "deal.expect", {"deal": "D-4", "due": "next Friday"}),
    ("give D-4 to Mira", "deal.give", {"deal": "D-4", "agent": "Mira"}),
    ("give T-4 to Mira", "ticket.assign", {"ticket": "T-4", "agent": "Mira"}),
    (
        "Greta Sommer is the architect for D-4",
        "deal.involve",
        {"contact": "Greta Sommer", "role": "architect", "deal": "D-4"},
    ),
    ("show me my pipeline", "deal.pipeline", {"mine": "my"}),
    ("pipeline of Mira Okafor", "deal.pipeline", {"whose": "Mira Okafor"}),
    ("pipeline service", "deal.pipeline", {"whose": "service"}),
    ("show me the sales forecast", "deal.forecast", {}),
    ("forecast for the team roof", "deal.forecast", {"whose": "roof"}),
    ("my rotten deals", "deal.rotten", {"mine": "my"}),
    ("what changed in the pipeline this week?", "deal.changes", {}),
    ("what is my win rate?", "deal.win-rate", {"mine": "my"}),
    ("why do we lose deals?", "deal.losses", {}),
    ("make a quote for D-4", "quote.make", {"deal": "D-4"}),
    ("add 2 heat pumps to Q-3", "quote.add", {"quantity": "2", "item": "heat pumps", "quote": "Q-3"}),
    (
        "add 2.5 x hours at 68 € to Q-3 less 5 %",
        "quote.add",
        {"quantity": "2.5", "item": "hours", "value": "68 €", "quote": "Q-3", "discount": "5 %"},
    ),
    ("remove line 2 from Q-3", "quote.remove-line", {"line": "2", "quote": "Q-3"}),
    ("accept Q-3", "quote.accept", {"quote": "Q-3"}),
    ("Q-3 was rejected", "quote.decline", {"quote": "Q-3"}),
    (
        "make an appointment with Greta Sommer on Friday at 14:00 for 90 minutes at Seestraße 4",
        "appointment.make",
        {"contact": "Greta Sommer", "due": "Friday at 14:00", "minutes": "90", "place": "Seestraße 4"},
    ),
    ("move M-5 to Friday 15:00", "appointment.postpone", {"appointment": "M-5", "due": "Friday 15:00"}),
    ("cancel M-5", "appointment.cancel", {"appointment": "M-5"}),
]
ENGLISH += [
    ("link to Q-3", "quote.share", {"quote": "Q-3"}),
    ("link for the quote Q-3", "quote.share", {"quote": "Q-3"}),
    ("quote Q-3 link", "quote.share", {"quote": "Q-3"}),
    ("quote Q-3", "quote.show", {"quote": "Q-3"}),
    ("revoke the link to Q-3", "quote.close-links", {"quote": "Q-3"}),
    ("link CALL-9 to T-7", "ticket.link-call", {"call": "CALL-9", "ticket": "T-7"}),
    ("set the title of M-5 to Site visit", "appointment.rename", {"appointment": "M-5", "title": "Site visit"}),
    (
        "meeting with Greta on Friday at 14:00 about the oven",
        "appointment.make",
        {"contact": "Greta", "due": "Friday at 14:00", "title": "the oven"},
    ),
    (
        "Mira is on holiday from 1 December until 8 December",
        "absence.holiday",
        {"agent": "Mira", "days": "1 December until 8 December"},
    ),
    ("find ticket printer", "ticket.find", {"words": "printer"}),
    ("search for a ticket about cold heating", "ticket.find", {"words": "cold heating"}),
    ("tickets tagged outage", "ticket.list", {"filter": "tagged outage"}),
    ("T-7 is urgent", "ticket.prioritise", {"ticket": "T-7", "level": "urgent"}),
    ("set the priority of ticket 7 to high", "ticket.prioritise", {"ticket": "7", "level": "high"}),
    ("mark T-7 as low", "ticket.prioritise", {"ticket": "T-7", "level": "low"}),
    ("T-7 is done", "ticket.resolve", {"ticket": "T-7"}),
    ("change the subject of T-7 to leak", "ticket.rename", {"ticket": "T-7", "subject": "leak"}),
    ("T-7 is from Greta Sommer", "ticket.set-contact", {"ticket": "T-7", "contact": "Greta Sommer"}),
    ("set serial number of T-7 to 123", "ticket.set-field", {"field": "serial number", "ticket": "T-7", "text": "123"}),
    ("change the roof for D-4: flat", "deal.set-field", {"field": "roof", "deal": "D-4", "text": "flat"}),
    ("set the value of D-4 to 9000", "deal.value", {"deal": "D-4", "value": "9000"}),
    ("set city of C-1001 to Bonn", "contact.set", {"field": "city", "contact": "C-1001", "text": "Bonn"}),
    ("give TASK-2 to Jonas", "task.give", {"task": "TASK-2", "agent": "Jonas"}),
    ("give 2 to Jonas", "ticket.assign", {"ticket": "2", "agent": "Jonas"}),
    ("check TASK-2 1", "task.check", {"task": "TASK-2", "number": "1"}),
    ("TASK-2 waits for TASK-1", "task.block", {"task": "TASK-2", "blocker": "TASK-1"}),
    ("repeat TASK-2 every 2 weeks", "task.repeat", {"task": "TASK-2", "rule": "every 2 weeks"}),
    ("TASK-2 due Friday", "task.put-off", {"task": "TASK-2", "due": "Friday"}),
    ("remind me 30 min before TASK-2", "task.remind", {"lead": "30 min", "task": "TASK-2"}),
    ("log 1:30 on TASK-2 wiring", "hours.log", {"duration": "1:30", "on": "TASK-2", "work": "wiring"}),
    ("log 45 min on T-7", "hours.log", {"duration": "45 min", "on": "T-7"}),
    (
        "log 2 h on P-1 yesterday: plans",
        "hours.log",
        {"duration": "2 h", "on": "P-1", "day": "yesterday", "work": "plans"},
    ),
    ("start TASK-2", "hours.start", {"on": "TASK-2"}),
    ("stop", "hours.stop", {}),
    ("my hours last week", "hours.mine", {"week": "last week"}),
    ("approve hours of Mira week 47", "hours.approve", {"agent": "Mira", "week": "week 47"}),
    ("new project Heat pump for Greta Sommer", "project.add", {"title": "Heat pump", "contact": "Greta Sommer"}),
    ("add Jonas to P-1", "project.join", {"agent": "Jonas", "project": "P-1"}),
]
ENGLISH += [
    ("claim t forty two", "ticket.claim", {"ticket": "t forty two"}),
    ("open ticket forty two", "ticket.show", {"ticket": "forty two"}),
    ("open ticket two radiators are cold", "ticket.open", {"subject": "two radiators are cold"}),
    (
        "remind me at half past four to call Greta",
        "task.remind-me",
        {"due": "at half past four", "title": "call Greta"},
    ),
    ("remind me to call Greta in half an hour", "task.remind-me", {"due": "in half an hour", "title": "call Greta"}),
    (
        "add deal Heat pump for Greta Sommer twelve thousand euros",
        "deal.add",
        {"title": "Heat pump", "contact": "Greta Sommer", "value": "twelve thousand euros"},
    ),
    ("D-4 closes at the end of next month", "deal.expect", {"deal": "D-4", "due": "at the end of next month"}),
    ("log an hour and a half on TASK-2", "hours.log", {"duration": "an hour and a half", "on": "TASK-2"}),
    ("remind me half an hour before task two", "task.remind", {"lead": "half an hour", "task": "task two"}),
    (
        "add task send the offer due in 3 working days",
        "task.add",
        {"title": "send the offer", "due": "in 3 working days"},
    ),
    ("add task buy three filters", "task.add", {"title": "buy three filters"}),
    ("note T-42 call back at three", "ticket.comment", {"ticket": "T-42", "body": "call back at three"}),
    (
        "call oh three oh two three one two five oh",
        "call.dial-number",
        {"phone": "oh three oh two three one two five oh"},
    ),
    ("make it three", "call.join", {}),
    (
        "meeting with Greta on Friday at half past two for an hour and a half",
        "appointment.make",
        {"contact": "Greta", "due": "Friday at half past two", "minutes": "an hour and a half"},
    ),
]
GERMAN: list[tuple[str, str, dict[str, str]]] = [
    ("T-42 übernehmen", "ticket.claim", {"ticket": "T-42"}),
    ("übernimm T-42", "ticket.claim", {"ticket": "T-42"}),
    ("Übernehmen Sie bitte T-42", "ticket.claim", {"ticket": "T-42"}),
    ("uebernimm T-42", "ticket.claim", {"ticket": "T-42"}),
    ("Kannst du bitte T-42 übernehmen?", "ticket.claim", {"ticket": "T-42"}),
    ("ich nehme Ticket 42", "ticket.claim", {"ticket": "42"}),
    ("löse T-42", "ticket.resolve", {"ticket": "T-42"}),
    ("könnten Sie bitte T-42 lösen?", "ticket.resolve", {"ticket": "T-42"}),
    ("T-42 ist erledigt", "ticket.resolve", {"ticket": "T-42"}),
    ("schließe T-42", "ticket.close", {"ticket": "T-42"}),
    ("schliesse T-42", "ticket.close", {"ticket": "T-42"}),
    ("nächstes Ticket", "ticket.next", {}),
    ("geben Sie mir das nächste Ticket", "ticket.next", {}),
    ("was ist dran?", "ticket.next", {}),
    ("/tickets", "ticket.list", {}),
    ("zeig mir die offenen Tickets", "ticket.list", {}),
    ("zeigen Sie mir alle Tickets", "ticket.list", {}),
    ("Kannst du mir die Tickets zeigen?", "ticket.list", {}),
    ("welche Tickets sind offen?", "ticket.list", {}),
    ("meine Tickets", "ticket.mine", {}),
    ("zeigen Sie mir meine Tickets", "ticket.mine", {}),
    ("Ticket anlegen Heizung kalt", "ticket.open", {"subject": "Heizung kalt"}),
    ("Ticket anlegen: Heizung kalt", "ticket.open", {"subject": "Heizung kalt"}),
    ("lege ein Ticket an: Heizung kalt", "ticket.open", {"subject": "Heizung kalt"}),
    ("Störung melden: kein Warmwasser", "ticket.open", {"subject": "kein Warmwasser"}),
    ("Ich möchte eine Störung melden", "ticket.open", {}),
    ("dringend: Gasgeruch", "ticket.open", {"priority": "dringend", "subject": "Gasgeruch"}),
    (
        "neues Ticket für Greta Sommer: Heizung kalt",
        "ticket.open",
        {"contact": "Greta Sommer", "subject": "Heizung kalt"},
    ),
    ("T-42", "record.show", {"record": "T-42"}),
    ("zeige T-42", "record.show", {"record": "T-42"}),
    ("zeigen Sie mir D-4", "record.show", {"record": "D-4"}),
    ("Ticket 42", "ticket.show", {"ticket": "42"}),
    ("wer hat T-42?", "ticket.show", {"ticket": "T-42"}),
    ("T-42 an Mira", "ticket.assign", {"ticket": "T-42", "agent": "Mira"}),
    ("gib T-42 an Mira", "ticket.assign", {"ticket": "T-42", "agent": "Mira"}),
    ("gib T-42 Mira Okafor", "ticket.assign", {"ticket": "T-42", "agent": "Mira Okafor"}),
    ("weisen Sie T-42 Mira zu", "ticket.assign", {"ticket": "T-42", "agent": "Mira"}),
    ("T-42 an mich", "ticket.assign", {"ticket": "T-42", "agent": "mich"}),
    ("Notiz T-42 hat angerufen", "ticket.comment", {"ticket": "T-42", "body": "hat angerufen"}),
    ("Notiz zu T-42: hat angerufen", "ticket.comment", {"ticket": "T-42", "body": "hat angerufen"}),
    ("suche Greta", "contact.find", {"contact": "Greta"}),
    ("suchen Sie nach Greta", "contact.find", {"contact": "Greta"}),
    ("wer ist Greta Sommer?", "contact.find", {"contact": "Greta Sommer"}),
    ("zeige Kontakt Greta", "contact.show", {"contact": "Greta"}),
    ("neuer Kontakt Paul Winter 030 23125077", "contact.add", {"name": "Paul Winter", "phone": "030 23125077"}),
    ("neuer Kontakt: Paul Winter, 030 23125077", "contact.add", {"name": "Paul Winter", "phone": "030 23125077"}),
    ("Kontakt anlegen Paul Winter", "contact.add", {"name": "Paul Winter"}),
    ("lege einen Kontakt an: Paul Winter", "contact.add", {"name": "Paul Winter"}),
    ("neue Aufgabe Angebot senden bis morgen", "task.add", {"title": "Angebot senden", "due": "morgen"}),
    ("erinnere mich an das Angebot am Freitag", "task.remind-me", {"title": "das Angebot", "due": "am Freitag"}),
    (
        "erinnern Sie mich morgen um 9 Uhr an das Angebot",
        "task.remind-me",
        {"title": "das Angebot", "due": "morgen um 9 Uhr"},
    ),
    ("Aufgabe anlegen: Angebot senden", "task.add", {"title": "Angebot senden"}),
    ("meine Aufgaben", "task.list", {}),
    ("was muss ich heute tun?", "task.list", {}),
    ("TASK-2 erledigt", "task.finish", {"task": "TASK-2"}),
    ("Aufgabe 2 ist fertig", "task.finish", {"task": "Aufgabe 2"}),
    ("offene Deals", "deal.list", {}),
    ("meine Deals", "deal.mine", {}),
    ("zeige Deal D-4", "deal.show", {"deal": "D-4"}),
    ("D-4 nach Angebot", "deal.move", {"deal": "D-4", "stage": "Angebot"}),
    ("verschieben Sie D-4 nach Verhandlung", "deal.move", {"deal": "D-4", "stage": "Verhandlung"}),
    ("D-4 ist gewonnen", "deal.move", {"deal": "D-4", "stage": "gewonnen"}),
    (
        "neuer Deal Wärmepumpe für Greta Sommer 12.000 €",
        "deal.add",
        {"title": "Wärmepumpe", "contact": "Greta Sommer", "value": "12.000 €"},
    ),
    ("Deal anlegen: Wärmepumpe über 12k", "deal.add", {"title": "Wärmepumpe", "value": "12k"}),
    ("Pipeline", "deal.pipeline", {}),
    ("wie sieht unsere Pipeline aus?", "deal.pipeline", {}),
    ("zeigen Sie mir die Pipeline", "deal.pipeline", {}),
    ("Anruf mit Greta Sommer: will ein Angebot", "call.log", {"contact": "Greta Sommer", "note": "will ein Angebot"}),
    (
        "Telefonat mit Greta, 12 Minuten: will ein Angebot",
        "call.log",
        {"contact": "Greta", "minutes": "12", "note": "will ein Angebot"},
    ),
    ("letzte Anrufe", "call.list", {}),
    ("CALL-7 annehmen", "call.accept", {"call": "CALL-7"}),
    ("nimm CALL-7 an", "call.accept", {"call": "CALL-7"}),
    ("wer ist da?", "agent.list", {}),
    ("ich bin wieder da", "agent.available", {}),
    ("Mittagspause", "agent.away", {"word": "Mittagspause"}),
    ("Pause Mittag", "agent.away", {"pause": "Mittag"}),
    ("ich mache Feierabend", "agent.offline", {}),
    ("ich bin nicht da", "agent.away", {}),
    ("mach das rückgängig", "undo", {}),
    ("rueckgaengig", "undo", {}),
    ("nehmen Sie das zurück", "undo", {}),
    ("Hilfe", "help", {}),
    ("was können Sie?", "help", {}),
    ("Hilfe zu Deals", "help", {"topic": "Deals"}),
    ("verbinde a1B2c3D4e5F6", "agent.link", {"code": "a1B2c3D4e5F6"}),
    ("sprechen Sie Englisch", "language", {"wanted": "Englisch"}),
    ("wir haben D-4 gewonnen", "deal.win", {"deal": "D-4"}),
    ("D-4 verloren an einen Mitbewerber", "deal.lose", {"deal": "D-4", "reason": "einen Mitbewerber"}),
    ("löse T-4", "ticket.resolve", {"ticket": "T-4"}),
    (
        "nächster Schritt bei D-4: Greta anrufen am Freitag",
        "deal.next-step",
        {"deal": "D-4", "step": "Greta anrufen", "due": "am Freitag"},
    ),
    ("D-4 ist 12k wert", "deal.value", {"deal": "D-4", "value": "12k"}),
    ("gib D-4 an Mira", "deal.give", {"deal": "D-4", "agent": "Mira"}),
    ("zeig mir meine Pipeline", "deal.pipeline", {"mine": "meine"}),
    ("Pipeline des Teams Dach", "deal.pipeline", {"whose": "Dach"}),
    ("Prognose für Mira", "deal.forecast", {"whose": "Mira"}),
    ("meine liegengebliebenen Deals", "deal.rotten", {"mine": "meine"}),
    ("wie hoch ist unsere Abschlussquote?", "deal.win-rate", {}),
    ("warum verlieren wir?", "deal.losses", {}),
    ("Angebot erstellen für D-4", "quote.make", {"deal": "D-4"}),
    (
        "2,5 Stunden für 68 € zu Q-3 abzüglich 5 %",
        "quote.add",
        {"quantity": "2,5", "item": "Stunden", "value": "68 €", "quote": "Q-3", "discount": "5 %"},
    ),
    ("Q-3 annehmen", "quote.accept", {"quote": "Q-3"}),
    ("zeige Angebot Q-3", "quote.show", {"quote": "Q-3"}),
    (
        "Termin mit Greta Sommer am Freitag um 14 Uhr in der Seestraße",
        "appointment.make",
        {"contact": "Greta Sommer", "due": "am Freitag um 14 Uhr", "place": "der Seestraße"},
    ),
    ("Termin M-5 absagen", "appointment.cancel", {"appointment": "M-5"}),
    ("suchen Sie nach Tickets über Lüftung", "ticket.find", {"words": "Lüftung"}),
    ("suche Artikel Lüftung", "article.search", {"words": "Lüftung"}),
    ("Titel von M-5: Besichtigung", "appointment.rename", {"appointment": "M-5", "title": "Besichtigung"}),
    (
        "Mira ist vom 1.12. bis zum 8.12. im Urlaub",
        "absence.holiday",
        {"agent": "Mira", "days": "1.12. bis zum 8.12."},
    ),
    ("Link zum Angebot Q-3", "quote.share", {"quote": "Q-3"}),
    ("CALL-9 gehört zu T-7", "ticket.link-call", {"call": "CALL-9", "ticket": "T-7"}),
    ("T-7 hat hohe Priorität", "ticket.prioritise", {"ticket": "T-7", "level": "hohe Priorität"}),
    ("T-7 ist nicht dringend", "ticket.prioritise", {"ticket": "T-7", "level": "nicht dringend"}),
    ("benenne T-7 um in Leck", "ticket.rename", {"ticket": "T-7", "subject": "Leck"}),
    ("T-7 kommt von Greta Sommer", "ticket.set-contact", {"ticket": "T-7", "contact": "Greta Sommer"}),
    ("ändern Sie die Farbe bei T-7 in rot", "ticket.set-field", {"field": "Farbe", "ticket": "T-7", "text": "rot"}),
    ("setze das Dach von D-4 auf flach", "deal.set-field", {"field": "Dach", "deal": "D-4", "text": "flach"}),
    ("setze Ort von C-1001 auf Köln", "contact.set", {"field": "Ort", "contact": "C-1001", "text": "Köln"}),
]
GERMAN += [
    ("übernimm Ticket vierundzwanzig", "ticket.claim", {"ticket": "vierundzwanzig"}),
    ("T vier zwei lösen", "ticket.resolve", {"ticket": "T vier zwei"}),
    ("erinnere mich halb vier an das Angebot", "task.remind-me", {"due": "halb vier", "title": "das Angebot"}),
    (
        "erinnere mich an das Angebot nächsten Dienstag um Viertel vor drei",
        "task.remind-me",
        {"title": "das Angebot", "due": "nächsten Dienstag um Viertel vor drei"},
    ),
    (
        "neue Aufgabe Angebot senden bis Ende des Monats",
        "task.add",
        {"title": "Angebot senden", "due": "Ende des Monats"},
    ),
    (
        "neuer Deal Wärmepumpe für Greta Sommer zwölftausend Euro",
        "deal.add",
        {"title": "Wärmepumpe", "contact": "Greta Sommer", "value": "zwölftausend Euro"},
    ),
    ("D-4 ist 1,2 Mio wert", "deal.value", {"deal": "D-4", "value": "1,2 Mio"}),
    ("anderthalb Stunden auf T-7", "hours.log", {"duration": "anderthalb Stunden", "on": "T-7"}),
    (
        "Mira ist vom ersten bis zum achten Dezember im Urlaub",
        "absence.holiday",
        {"agent": "Mira", "days": "ersten bis zum achten Dezember"},
    ),
    (
        "Mira arbeitet morgen von zehn bis vierzehn Uhr",
        "shift.change",
        {"agent": "Mira", "due": "morgen", "start": "zehn", "end": "vierzehn Uhr"},
    ),
    (
        "Termin mit Greta übermorgen um halb zehn für anderthalb Stunden im Büro",
        "appointment.make",
        {"contact": "Greta", "due": "übermorgen um halb zehn", "minutes": "anderthalb Stunden", "place": "Büro"},
    ),
    ("suche Tickets über drei Heizkörper", "ticket.find", {"words": "drei Heizkörper"}),
]
TABLE = [("en", *row) for row in ENGLISH] + [("de", *row) for row in GERMAN]
_PIECES = re.compile(r"\[([^\]]+)\]|\(([^)]+)\)")


@pytest.mark.parametrize(("language", "text", "command", "words"), TABLE, ids=[f"{row[0]}: {row[1]}" for row in TABLE])
def test_people_are_understood(language: str, text: str, command: str, words: dict[str, str]) -> None:
    understood = understand(text, language)
    assert understood is not None
    assert (understood.command.name, understood.words) == (command, words)


def _variants(template: str) -> set[str]:
    """The template with each alternative and each optional word once, the others left at their simplest."""
    matches = list(_PIECES.finditer(template))
    simplest = [(match[2] or "").split("|")[0] for match in matches]
    chosen = [simplest]
    for index, match in enumerate(matches):
        words = (match[1] or match[2]).split("|")
        chosen += [[*simplest[:index], word, *simplest[index + 1 :]] for word in words]
    literals = _PIECES.sub("\0", template).split("\0")
    return {" ".join("".join(_woven(literals, words)).split()) for words in chosen}


def _woven(literals: list[str], words: list[str]) -> list[str]:
    return [part for pair in zip(literals, [*words, ""], strict=True) for part in pair]


EXAMPLES = [
    (language, command.name, template)
    for command in commands().values()
    for language, templates in command.examples.items()
    for template in templates
]


@pytest.mark.parametrize(("language", "name", "template"), EXAMPLES)
def test_every_example_means_its_own_command(language: str, name: str, template: str) -> None:
    meant = {}
    for variant in _variants(template):
        understood = understand(filled(variant, language), language)
        meant[variant] = (understood.command.name, understood.language) if understood else None
    assert meant == dict.fromkeys(meant, (name, language))


@pytest.mark.parametrize("command", commands().values(), ids=lambda command: command.name)
def test_every_command_speaks_both_languages_and_its_first_example_is_short(command: Command) -> None:
    assert set(command.examples) == {"en", "de"}
    for templates in command.examples.values():
        assert plain(templates[0]) == templates[0], "the help shows it as it is"
        assert len(templates[0]) <= 50


@pytest.mark.parametrize(
    "text",
    [
        "in the cellar it smells of gas",
        "auf dem Dach ist ein Leck",
        "auf Wiedersehen",
        "thanks",
        "delete T-42",
        "ticketing is hard",
        "nextdoor",
        "undoing",
        "<script>alert(1)</script>",
        "'; DROP TABLE ticket; --",
        "((((",
        "[[{{",
        "\x00",
    ],
)
def test_what_is_no_command_is_not_guessed(text: str) -> None:
    assert understand(text, "en") is None


@pytest.mark.parametrize("text", ["T-42", "team", "undo", "/tickets", "Pipeline"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_words_of_both_languages_are_read_in_the_askers_own(text: str, language: str) -> None:
    understood = understand(text, language)
    assert understood is not None
    assert understood.language == language


def test_a_reference_of_another_kind_is_the_last_resort() -> None:
    understood = understand("claim D-4", "en")
    assert understood is not None
    assert understood.command.name == "ticket.claim", "so that the refusal can say that there is no such ticket"


@pytest.mark.parametrize(
    "start",
    ["add deal x for ", "neuer Deal für 1 über ", "log call with 12 minutes ", "Anruf mit a ", "add contact a 030 "],
)
def test_a_long_message_does_not_hold_up_the_others(start: str) -> None:
    text = (start + start.split(" ", 2)[2] * LONGEST_ASK)[:LONGEST_ASK]
    began = time.perf_counter()
    understand(text, "en")
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("step T-1 Frau Sommer anrufen", "ticket.add-step"),
        ("notiz T-1 bitte Frau Sommer anrufen", "ticket.comment"),
        ("Notiz CALL-1 bitte Frau Sommer anrufen", "call.note"),
        ("reply T-1 wir werden anrufen", "ticket.reply"),
        ("Frau Sommer anrufen", "call.dial"),
    ],
)
def test_a_sentence_that_ends_in_a_call_is_about_what_it_begins_with(text: str, command: str) -> None:
    understood = understand(text, "de")
    assert understood is not None
    assert understood.command.name == command
