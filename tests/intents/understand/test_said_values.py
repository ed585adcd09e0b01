"""Times, sums, numbers and references in a sentence, as people say and as speech recognition writes them."""

from tests.intents.understand.meaning import Said, assert_meant

ENGLISH: list[Said] = [
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
GERMAN: list[Said] = [
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


def test_english_values_are_taken_as_they_are_said() -> None:
    assert_meant("en", ENGLISH)


def test_german_values_are_taken_as_they_are_said() -> None:
    assert_meant("de", GERMAN)
