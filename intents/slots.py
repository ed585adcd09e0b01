"""The kinds of argument a command takes: how one looks in a sentence, and what it becomes."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated, TypeAlias

from crm_core import references
from crm_core.agents import Presence
from crm_core.contacts.chat_identities import Messenger
from crm_core.contacts.consents import Channel, Purpose
from crm_core.errors import Invalid
from crm_core.money import Money
from crm_core.names import fold
from crm_core.support.knowledge import Audience
from crm_core.support.tickets import Priority
from intents.dates import CLOCK_PATTERN, DAY_PATTERN, read_clock, read_due
from intents.priorities import LEVEL, PRIORITY
from intents.slot import Heard, Slot
from intents.ticket_filter import FILTER

THAT = "that"
_THAT = {"it", "that", "this", "that one", "this one", "es", "das", "ihn", "sie", "den", "dieses", "diesen"}
_THAT_PATTERN = "|".join(sorted((re.escape(word) for word in _THAT), key=len, reverse=True))


def _record(kind: str, words: str) -> Slot:
    nouns = rf"(?:(?:{words})\s+)?"
    these = r"(?:that|this|the|das|dieses|diesen|den|die)?\s*"
    # No other word before a number is a prefix: "printer 3" is a subject, not a reference.
    pattern = rf"{these}{nouns}#?(?:(?:task|call|[a-z])\s?[-#–]?\s?)?\d{{1,15}}|{_THAT_PATTERN}"

    def read(text: str, heard: Heard) -> int:
        cleaned = re.sub(r"^(?:that|this|the|das|dieses|diesen|den|die)\s+", "", fold(text).strip())
        # TASK-2 and CALL-9 begin with the noun, but it is part of the reference.
        cleaned = re.sub(rf"^(?:{words})\s*(?![-–\s])", "", cleaned)
        if cleaned in {fold(word) for word in _THAT} | {""}:
            return _shown(kind, heard)
        parsed = references.parse(cleaned, kind)
        if parsed is None or parsed[0] != kind:
            raise Invalid(f"{kind}.unknown", ref=text.strip()[:40])
        return parsed[1]

    return Slot(kind, pattern, read)


def _meant(slot: Slot, letter: str, nouns: str) -> Slot:
    """With its letter or noun, or what was just shown: a bare number is a ticket's."""
    written = rf"(?:(?:{nouns})\s)?#?{letter}\s?[-#–]?\s?\d{{1,15}}|(?:{nouns})\s#?\d{{1,15}}"
    return Slot(slot.name, f"{written}|{_THAT_PATTERN}", slot.read)


def is_that(text: str) -> bool:
    """Whether the words point back at what was just shown."""
    return fold(text).strip() in {fold(word) for word in _THAT}


def _shown(kind: str, heard: Heard) -> int:
    for reference in heard.shown:
        parsed = references.parse(reference)
        if parsed is not None and parsed[0] == kind:
            return parsed[1]
    raise Invalid("dialogue.which", kind=kind)


def _text(text: str, _heard: Heard) -> str:
    return text.strip().strip("\"'“”„«»").strip()


def _amount(text: str, heard: Heard) -> Money:
    """`12000`, `12.000`, `12,500.50`, `12.500,50 €`, `3k`: the last separator before two digits is the decimal one."""
    lowered = text.casefold().replace(" ", "").replace("\u00a0", "")
    currency = heard.currency
    for mark, code in (("€", "EUR"), ("euro", "EUR"), ("eur", "EUR"), ("$", "USD"), ("usd", "USD"), ("£", "GBP")):
        if mark in lowered:
            currency, lowered = code, lowered.replace(mark, "")
            break
    thousand = lowered.endswith("k")
    digits = lowered.removesuffix("k")
    match = re.fullmatch(r"(\d{1,3}(?:[.,']\d{3})+|\d+)(?:[.,](\d{1,2}))?", digits)
    if match is None or len(digits) > 16:
        raise Invalid("money.invalid", text=text.strip()[:40])
    whole = int(re.sub(r"\D", "", match[1]))
    cents = int((match[2] or "0").ljust(2, "0"))
    return Money((whole * 100 + cents) * (1000 if thousand else 1), currency)


def _quantity(text: str, _heard: Heard) -> int:
    """In thousandths: `2`, `2.5`, `0,125`."""
    whole, _, part = text.strip().replace(",", ".").partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0") or 0)


def _percent(text: str, _heard: Heard) -> int:
    """In hundredths of a percent: `10 %`, `2,5%`."""
    whole, _, part = re.sub(r"[\s%]|percent|prozent", "", text.casefold()).replace(",", ".").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _due(text: str, heard: Heard) -> datetime:
    return read_due(text, heard.now)


def _until(text: str, heard: Heard) -> datetime:
    """A time of day alone is the next that comes within half a day. Raises Invalid for what is longer over today."""
    if re.fullmatch(CLOCK_PATTERN, text.strip(), re.IGNORECASE) is None:
        return read_due(text, heard.now)
    at = read_clock(text)
    due = heard.now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if due > heard.now:
        return due
    if due + timedelta(hours=12) > heard.now:
        raise Invalid("date.over-today", text=text.strip()[:40])
    return due + timedelta(days=1)


_PRESENCES = {
    Presence.AVAILABLE: ("available", "verfügbar", "verfuegbar", "erreichbar"),
    Presence.AWAY: ("away", "abwesend", "pause"),
    Presence.OFFLINE: ("offline", "off duty", "feierabend", "nicht im dienst"),
}


def _presence(text: str, _heard: Heard) -> Presence:
    wanted = text.strip().casefold()
    return next(presence for presence, words in _PRESENCES.items() if wanted in words)


_AND = r"(?:\s*,\s*(?:(?:and|und)\s+)?|\s+(?:and|und)\s+)"


def _listed(text: str, _heard: Heard) -> list[str]:
    return [word for word in re.split(_AND, text.strip()) if word]


def _audience(text: str, _heard: Heard) -> Audience:
    return Audience.INTERNAL if text.casefold().startswith("intern") else Audience.PUBLIC


_PURPOSES = {
    Purpose.ADVERTISING: ("advertising", "marketing", "offers", "werbung", "angebote", "angeboten"),
    Purpose.RECORDING: ("recording", "recordings", "aufzeichnung", "aufzeichnungen", "aufnahmen"),
    Purpose.SURVEY: ("surveys", "survey", "umfragen", "umfrage", "befragungen"),
    Purpose.SERVICE: ("service", "service messages", "kundendienst", "servicenachrichten"),
}
_CHANNELS = {
    Channel.PHONE: ("phone", "telephone", "call", "telefon", "anruf"),
    Channel.SMS: ("sms", "text message", "text"),
    Channel.EMAIL: ("e-mail", "email", "mail"),
    Channel.CHAT: ("chat", "messenger"),
}


def _purpose(text: str, _heard: Heard) -> Purpose:
    wanted = fold(text).strip()
    found = next((purpose for purpose, words in _PURPOSES.items() if wanted in map(fold, words)), None)
    if found is None:
        raise Invalid("consent.purpose-unknown", text=text.strip()[:40])
    return found


def _channel(text: str, _heard: Heard) -> Channel:
    wanted = fold(text).strip()
    found = next((channel for channel, words in _CHANNELS.items() if wanted in map(fold, words)), None)
    if found is None:
        raise Invalid("consent.channel-unknown", text=text.strip()[:40])
    return found


def _any_record(text: str, _heard: Heard) -> tuple[str, int]:
    parsed = references.parse(text)
    if parsed is None:
        raise Invalid("record.unknown", ref=text.strip()[:40])
    return parsed


_ONE_TICKET = r"(?:ticket\s+)?t\s?[-#–]?\s?\d{1,15}"
_MORE_TICKETS = rf"(?:(?:\s*,\s*|\s+)(?:(?:and|und)\s+)?{_ONE_TICKET})"
MOST_TICKETS = 200


def _tickets(text: str, _heard: Heard) -> list[int]:
    found = list(dict.fromkeys(int(number) for number in re.findall(r"\d+", text)))
    if len(found) > MOST_TICKETS:
        raise Invalid("ticket.too-many", limit=MOST_TICKETS)
    return found


def _incident(text: str, heard: Heard) -> int:
    digits = re.search(r"\d+", text)
    return int(digits[0]) if digits else _shown("incident", heard)


_YES = {"yes", "yes,", "yeah", "yep", "ja", "ja,", "jawohl"}
_NO = {"no", "nope", "nein"}


def _sure(text: str, _heard: Heard) -> bool:
    said = text.strip().casefold().rstrip("!.")
    if said not in _YES | _NO:
        raise Invalid("dialogue.yes-or-no")
    return said in _YES


# Bounded, so that several free texts in one sentence stay cheap to tell apart; only a text at the end is unbounded.
_NAME = r".{1,80}?"
_TITLE = r".{1,200}?"
RECORD = Slot("record", r"#?[a-z]{1,5}\s?[-#]?\s?\d{1,15}", _any_record)
TICKET = _record("ticket", "ticket|vorgang|anliegen|number|nummer")
DEAL = _record("deal", "deal|auftrag|verkaufschance|opportunity")
TASK = _record("task", "task|aufgabe")
CALL = _record("call", "call|anruf")
TICKETS = Slot("tickets", rf"{_ONE_TICKET}{_MORE_TICKETS}{{1,400}}", _tickets)
SOME_TICKETS = Slot("tickets", rf"{_ONE_TICKET}{_MORE_TICKETS}{{0,400}}", _tickets)
INCIDENT = Slot("incident", r"(?:(?:incident|störfall)\s+)?inc\s?[-#–]?\s?\d{1,15}", _incident)
SURE = Slot("sure", r"(?:yes|yeah|yep|ja|jawohl|no|nope|nein),?", _sure)
TAG = Slot("tag", r"#?[\w\-]{1,40}", _text)
QUEUE = Slot("queue", r"[\w\-]{1,40}", _text)
NUMBER = Slot("number", r"\d{1,4}", lambda text, _heard: int(text))
ARTICLE = _record("article", "article|artikel")
QUOTE = _record("quote", "quote|quotation|angebot")
APPOINTMENT = _record("appointment", "appointment|meeting|termin")
# With their letter or noun: a bare number is a ticket's, a deal's or a task's.
GIVEN_DEAL = Slot("deal", r"(?:(?:deal|auftrag)\s)?#?d\s?[-#–]?\s?\d{1,15}", DEAL.read)
MEANT_DEAL = _meant(DEAL, "d", "deal|auftrag")
MEANT_APPOINTMENT = _meant(APPOINTMENT, "m", "appointment|meeting|termin")
# A call is said to be one: `hold 7` is about a ticket.
GIVEN_CALL = Slot("call", rf"(?:call|anruf)\s?[-#–]?\s?\d{{1,15}}|{_THAT_PATTERN}", CALL.read)
GIVEN_TASK = Slot("task", r"(?:task|aufgabe)\s?[-#–]?\s?\d{1,15}", TASK.read)
PROJECT = Slot(
    "project",
    r"(?:(?:project|projekt)\s)?#?p\s?[-#–]?\s?\d{1,15}|(?:project|projekt)\s#?\d{1,15}",
    _record("project", "project|projekt").read,
)
HOURS = Slot("hours", r"#?h\s?[-#–]?\s?\d{1,15}", _record("hours", "hours|stunden").read)
CALLEE = Slot(
    "callee",
    rf"(?:(?:entry|eintrag)\s)?#?le\s?[-#–]?\s?\d{{1,15}}|{_THAT_PATTERN}",
    _record("callee", "entry|eintrag").read,
)
CALL_LIST = Slot("calllist", r"[^\s:,;][^:,;]{0,59}?", _text, is_free=True)
MEMBERS = Slot("members", r".+", _text, is_free=True)
OUTCOME = Slot("outcome", r"[^\W\d_][\w \-]{0,39}?", _text, is_free=True)
TEXT = Slot("text", r".+", _text, is_free=True)
TITLE = Slot("text", _TITLE, _text, is_free=True)
CONTACT = Slot("contact", _NAME, _text, is_free=True)
AGENT = Slot("agent", r"@?[\w.\-]+(?:\s[\w.\-]+)?|me|mich|mir", _text)
# Whom to call: what begins with a digit is a number or a reference, and `note T-1 call Greta` is about a ticket.
_ABOUT_SOMETHING = r"task|todo|ticket|note|step|with|aufgabe|notiz|schritt|termin|frage|suche"
CUSTOMER = Slot(
    "contact",
    rf"(?!(?:{_ABOUT_SOMETHING})\b)(?!.*(?:\b[a-z]{{1,5}}-\d|[:?]))(?:\d{{1,4}})?[^\W\d_].{{0,79}}?",
    _text,
    is_free=True,
)
DIALLED = Slot("phone", r"(?:\+|0|\(0)[\d\s()/\-.–]{4,30}", _text)
TARGET = Slot("target", r"[^\s,:][^,:]{0,59}?", _text, is_free=True)
STAGE = Slot("stage", r"[\w\- ]{1,40}?", _text)
PHONE = Slot("phone", r"\+?[\d(][\d\s()/\-.–]{4,30}", _text)
# A number, or the beginning of one with a star behind.
BLOCKABLE = Slot("phone", r"\+?[\d(][\d\s()/\-.–]{2,30}\*?", _text)
WHY = Slot("why", _TITLE, _text, is_free=True)
AMOUNT = Slot("amount", r"[€$£]?\s?\d[\d.,']*\s?(?:k|€|\$|£|eur|euro|usd)?", _amount)
MINUTES = Slot("minutes", r"\d{1,4}", lambda text, _heard: int(text))
DUE = Slot("due", DAY_PATTERN, _due)
ORGANISATION = Slot("text", _NAME, _text, is_free=True)
EMAIL = Slot("email", r"[^\s@<>]{1,64}@[^\s@<>]{1,190}", _text)
MESSENGER = Slot("messenger", "|".join(Messenger), lambda text, _heard: Messenger(text.casefold()))
ACCOUNT = Slot("account", r"[@#]?[\w.\-]{1,40}", _text)
FIELD = Slot("field", r"[\w\- ]{1,40}?", _text)
CONTACT_REF = _record("contact", "contact|kontakt")
AUDIENCE = Slot("audience", "public|internal|öffentliche[rn]?|interne[rn]?", _audience)
RATING = Slot("rating", r"[1-5]", lambda text, _heard: int(text))
MACRO = Slot("macro", r"[a-z][\w\-]{1,39}", _text)
LANGUAGE = Slot("language", r"[^\W\d_]{2,20}", _text)
WHOSE = Slot("whose", r"[\w.\-&' ]{1,60}?", _text, is_free=True)
MINE = Slot("mine", "my|mine|meine|mein|meiner|meinen", _text)
ITEM = Slot("item", r".{1,120}?", _text, is_free=True)
WORDS = Slot("words", r".+", _text, is_free=True)
QUANTITY = Slot("quantity", r"\d{1,6}(?:[.,]\d{1,3})?", _quantity)
PERCENT = Slot("percent", r"\d{1,2}(?:[.,]\d{1,2})?\s?(?:%|percent|prozent)", _percent)
LINE = Slot("line", r"\d{1,3}", lambda text, _heard: int(text))
# With the note that may follow it: which words are the name of one, the company file says.
DISPOSITION = Slot("disposition", r"[^\s:][^\n]{0,999}", _text, is_free=True)
PAUSE = Slot("pause", r"[^\W_][^\n]{0,59}", _text, is_free=True)
# What everybody calls a pause, whether or not the company file has a name for it.
PAUSE_WORD = Slot(
    "word", r"lunch(?:\sbreak)?|coffee(?:\sbreak)?|break|mittag(?:spause|essen)?|kaffeepause|pause", _text
)
ANNOUNCEMENT = Slot("announcement", r".{1,1000}?", _text, is_free=True)
CLOSING = Slot("closing", r"close(?: (?:all|the queues))?|(?:(?:die )?warteschlangen )?schlie(?:ß|ss)en", _text)
EARLY = Slot("early", "now|at once|jetzt|sofort", _text)
UNTIL = Slot("until", rf"{DAY_PATTERN}|{CLOCK_PATTERN}", _until)
WHEN = Slot("when", UNTIL.pattern, _until)
CLOCK = Slot("clock", CLOCK_PATTERN, lambda text, _heard: read_clock(text))
PRESENCE = Slot("presence", "|".join(word for words in _PRESENCES.values() for word in words), _presence)
LANGUAGES = Slot("languages", rf"[^\W\d_]{{2,20}}(?:{_AND}[^\W\d_]{{2,20}}){{0,9}}", _listed)
SKILLS = Slot("skills", rf"[\w\-]{{2,40}}(?:{_AND}[\w\-]{{2,40}}){{0,9}}", _listed)
TEAM = Slot("team", r"[\w\-&./ ]{1,40}?", _text)
PIN = Slot("pin", r"\d{1,20}", _text)
DEVICE = Slot("device", rf"{PHONE.pattern}|sip:\S{{1,200}}", _text)
CODE = Slot("code", r"(?!(?:task|call|[a-z])-?\d+(?:\s|$))[\w\-]{6,64}", _text)
PURPOSE = Slot("purpose", "|".join(word for words in _PURPOSES.values() for word in words), _purpose)
CHANNEL = Slot("channel", "|".join(word for words in _CHANNELS.values() for word in words), _channel)
WORDING = Slot("wording", r".+", lambda text, _heard: text.strip(), is_free=True)

RecordArg: TypeAlias = Annotated[tuple[str, int], RECORD]
TicketArg: TypeAlias = Annotated[int, TICKET]
TicketsArg: TypeAlias = Annotated[list[int], TICKETS]
SomeTicketsArg: TypeAlias = Annotated[list[int], SOME_TICKETS]
IncidentArg: TypeAlias = Annotated[int, INCIDENT]
SureArg: TypeAlias = Annotated[bool, SURE]
TagArg: TypeAlias = Annotated[str, TAG]
QueueArg: TypeAlias = Annotated[str, QUEUE]
FilterArg: TypeAlias = Annotated[dict[str, str], FILTER]
NumberArg: TypeAlias = Annotated[int, NUMBER]
DealArg: TypeAlias = Annotated[int, DEAL]
GivenDealArg: TypeAlias = Annotated[int, GIVEN_DEAL]
MeantDealArg: TypeAlias = Annotated[int, MEANT_DEAL]
TaskArg: TypeAlias = Annotated[int, TASK]
CallArg: TypeAlias = Annotated[int, CALL]
GivenCallArg: TypeAlias = Annotated[int, GIVEN_CALL]
CalleeArg: TypeAlias = Annotated[int, CALLEE]
CallListArg: TypeAlias = Annotated[str, CALL_LIST]
MembersArg: TypeAlias = Annotated[str, MEMBERS]
OutcomeArg: TypeAlias = Annotated[str, OUTCOME]
CustomerArg: TypeAlias = Annotated[str, CUSTOMER]
DialledArg: TypeAlias = Annotated[str, DIALLED]
TargetArg: TypeAlias = Annotated[str, TARGET]
GivenTaskArg: TypeAlias = Annotated[int, GIVEN_TASK]
ProjectArg: TypeAlias = Annotated[int, PROJECT]
HoursArg: TypeAlias = Annotated[int, HOURS]
TextArg: TypeAlias = Annotated[str, TEXT]
TitleArg: TypeAlias = Annotated[str, TITLE]
OrganisationArg: TypeAlias = Annotated[str, ORGANISATION]
EmailArg: TypeAlias = Annotated[str, EMAIL]
MessengerArg: TypeAlias = Annotated[Messenger, MESSENGER]
AccountArg: TypeAlias = Annotated[str, ACCOUNT]
PriorityArg: TypeAlias = Annotated[Priority, PRIORITY]
LevelArg: TypeAlias = Annotated[Priority, LEVEL]
FieldArg: TypeAlias = Annotated[str, FIELD]
ContactRefArg: TypeAlias = Annotated[int, CONTACT_REF]
ArticleArg: TypeAlias = Annotated[int, ARTICLE]
AudienceArg: TypeAlias = Annotated[Audience, AUDIENCE]
RatingArg: TypeAlias = Annotated[int, RATING]
MacroArg: TypeAlias = Annotated[str, MACRO]
LanguageArg: TypeAlias = Annotated[str, LANGUAGE]
ContactArg: TypeAlias = Annotated[str, CONTACT]
AgentArg: TypeAlias = Annotated[str, AGENT]
StageArg: TypeAlias = Annotated[str, STAGE]
PhoneArg: TypeAlias = Annotated[str, PHONE]
BlockableArg: TypeAlias = Annotated[str, BLOCKABLE]
WhyArg: TypeAlias = Annotated[str, WHY]
AmountArg: TypeAlias = Annotated[Money, AMOUNT]
MinutesArg: TypeAlias = Annotated[int, MINUTES]
DueArg: TypeAlias = Annotated[datetime, DUE]
WhoseArg: TypeAlias = Annotated[str, WHOSE]
MineArg: TypeAlias = Annotated[str, MINE]
QuoteArg: TypeAlias = Annotated[int, QUOTE]
AppointmentArg: TypeAlias = Annotated[int, APPOINTMENT]
MeantAppointmentArg: TypeAlias = Annotated[int, MEANT_APPOINTMENT]
ItemArg: TypeAlias = Annotated[str, ITEM]
WordsArg: TypeAlias = Annotated[str, WORDS]
QuantityArg: TypeAlias = Annotated[int, QUANTITY]
PercentArg: TypeAlias = Annotated[int, PERCENT]
LineArg: TypeAlias = Annotated[int, LINE]
CodeArg: TypeAlias = Annotated[str, CODE]
DispositionArg: TypeAlias = Annotated[str, DISPOSITION]
PauseArg: TypeAlias = Annotated[str, PAUSE]
PauseWordArg: TypeAlias = Annotated[str, PAUSE_WORD]
AnnouncementArg: TypeAlias = Annotated[str, ANNOUNCEMENT]
ClosingArg: TypeAlias = Annotated[str, CLOSING]
EarlyArg: TypeAlias = Annotated[str, EARLY]
UntilArg: TypeAlias = Annotated[datetime, UNTIL]
WhenArg: TypeAlias = Annotated[datetime, WHEN]
ClockArg: TypeAlias = Annotated[time, CLOCK]
PresenceArg: TypeAlias = Annotated[Presence, PRESENCE]
LanguagesArg: TypeAlias = Annotated[list[str], LANGUAGES]
SkillsArg: TypeAlias = Annotated[list[str], SKILLS]
TeamArg: TypeAlias = Annotated[str, TEAM]
PinArg: TypeAlias = Annotated[str, PIN]
DeviceArg: TypeAlias = Annotated[str, DEVICE]
PurposeArg: TypeAlias = Annotated[Purpose, PURPOSE]
ConsentChannelArg: TypeAlias = Annotated[Channel, CHANNEL]
WordingArg: TypeAlias = Annotated[str, WORDING]
