"""The kinds of argument a command takes: how one looks in a sentence, and what it becomes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, TypeAlias

from crm_core.agents import Presence
from crm_core.contacts.chat_identities import Messenger
from crm_core.contacts.consents import Channel, Purpose
from crm_core.money import Money
from crm_core.support.knowledge import Audience
from crm_core.support.tickets import Priority
from intents import pointing, reading, tongues, words
from intents.priorities import LEVEL, PRIORITY
from intents.slot import Slot
from intents.ticket_filter import FILTER
from intents.values.clocks import CLOCK_PATTERN, read_clock
from intents.values.due import DUE_PATTERN, UNTIL_PATTERN
from intents.values.durations import DURATION_PATTERN
from intents.values.money import AMOUNT_PATTERN
from intents.values.shares import PERCENT_PATTERN, QUANTITY_PATTERN, read_percent, read_quantity, read_whole

# Bounded, so that several free texts in one sentence stay cheap to tell apart; only a text at the end is unbounded.
_NAME = r".{1,80}?"
_TITLE = r".{1,200}?"
RECORD = Slot("record", rf"#?[a-z]{{1,5}}\s?[-#]?\s?\d{{1,15}}|{pointing.pattern()}", reading.any_record)
TICKET = reading.record("ticket")
DEAL = reading.record("deal")
TASK = reading.record("task")
CALL = reading.record("call")
TICKETS = Slot("tickets", rf"{reading.ONE_TICKET}{reading.MORE_TICKETS}{{1,400}}", reading.tickets)
SOME_TICKETS = Slot("tickets", rf"{reading.ONE_TICKET}{reading.MORE_TICKETS}{{0,400}}", reading.tickets)
INCIDENT = Slot(
    "incident",
    rf"(?:(?:incident|störfall)\s+)?inc\s?[-#–]?\s?\d{{1,15}}|{pointing.pattern('incident')}",
    reading.incident,
)
SURE = Slot("sure", r"(?:yes|yeah|yep|ja|jawohl|no|nope|nein),?", reading.sure)
TAG = Slot("tag", r"#?[\w\-]{1,40}", reading.plain)
QUEUE = Slot("queue", r"[\w\-]{1,40}", reading.plain)
NUMBER = Slot("number", r"\d{1,4}", lambda text, _heard: read_whole(text))
ARTICLE = reading.record("article")
QUOTE = reading.record("quote")
APPOINTMENT = reading.record("appointment")
# With their letter or noun: a bare number is a ticket's, a deal's or a task's.
GIVEN_DEAL = Slot("deal", r"(?:(?:deal|auftrag)\s)?#?d\s?[-#–]?\s?\d{1,15}", DEAL.read)
MEANT_DEAL = reading.meant(DEAL, "d", "deal|auftrag")
MEANT_APPOINTMENT = reading.meant(APPOINTMENT, "m", "appointment|meeting|termin")
# A call is said to be one: `hold 7` is about a ticket.
GIVEN_CALL = Slot("call", rf"(?:call|anruf)\s?[-#–]?\s?\d{{1,15}}|{pointing.pattern('call')}", CALL.read)
GIVEN_TASK = Slot("task", rf"(?:task|aufgabe)\s?[-#–]?\s?\d{{1,15}}|{pointing.pattern('task')}", TASK.read)
PROJECT = Slot(
    "project",
    rf"(?:(?:project|projekt)\s)?#?p\s?[-#–]?\s?\d{{1,15}}|(?:project|projekt)\s#?\d{{1,15}}|{pointing.pattern('project')}",
    reading.record("project").read,
)
HOURS = Slot("hours", rf"#?h\s?[-#–]?\s?\d{{1,15}}|{pointing.pattern('hours')}", reading.record("hours").read)
CALLEE = Slot(
    "callee",
    rf"(?:(?:entry|eintrag)\s)?#?le\s?[-#–]?\s?\d{{1,15}}|{pointing.pattern('callee')}",
    reading.record("callee").read,
)
CALL_LIST = Slot("calllist", r"[^\s:,;][^:,;]{0,59}?", reading.plain, is_free=True)
MEMBERS = Slot("members", r".+", reading.plain, is_free=True)
# How a call ended is no outcome of a list: `outcome CALL-1 sold: two of them`.
OUTCOME = Slot("outcome", r"(?!(?:call|anruf)\s?[-#–]?\s?\d)[^\W\d_][\w \-]{0,39}?", reading.plain, is_free=True)
TEXT = Slot("text", r".+", reading.plain, is_free=True)
TITLE = Slot("text", _TITLE, reading.plain, is_free=True)
CONTACT = Slot("contact", _NAME, reading.plain, is_free=True)
# Nobody is called T-3.
AGENT = Slot("agent", r"(?![a-z]{1,5}[-#–]\d)@?[\w.\-]+(?:\s[\w.\-]+)?|me|mich|mir", reading.plain)
# Whom to call: what begins with a digit is a number or a reference, and `note T-1 call Greta` is about a ticket.
_ABOUT_SOMETHING = r"task|todo|ticket|note|step|with|aufgabe|notiz|schritt|termin|frage|suche"
CUSTOMER = Slot(
    "contact",
    rf"(?!(?:{_ABOUT_SOMETHING})\b)(?!.*(?:\b[a-z]{{1,5}}-\d|[:?]))(?:\d{{1,4}})?[^\W\d_].{{0,79}}?",
    reading.plain,
    is_free=True,
)
DIALLED = Slot("phone", r"(?:\+|0|\(0)[\d\s()/\-.–]{4,30}", reading.digits)
TARGET = Slot("target", r"[^\s,:][^,:]{0,59}?", reading.plain, is_free=True)
STAGE = Slot("stage", r"[\w\- ]{1,40}?", reading.plain)
PHONE = Slot("phone", r"\+?[\d(][\d\s()/\-.–]{4,30}", reading.digits)
# A number, or the beginning of one with a star behind.
BLOCKABLE = Slot("phone", r"\+?[\d(][\d\s()/\-.–]{2,30}\*?", reading.digits)
WHY = Slot("why", _TITLE, reading.plain, is_free=True)
AMOUNT = Slot("amount", AMOUNT_PATTERN, reading.amount)
# Minutes where the sentence says that they are, or any length of time.
MINUTES = Slot("minutes", rf"\d{{1,4}}|{DURATION_PATTERN}", reading.minutes)
DUE = Slot("due", DUE_PATTERN, reading.due, is_long=True)
ORGANISATION = Slot("text", _NAME, reading.plain, is_free=True)
EMAIL = Slot("email", r"[^\s@<>]{1,64}@[^\s@<>]{1,190}", reading.plain)
MESSENGER = Slot("messenger", "|".join(Messenger), lambda text, _heard: Messenger(text.casefold()))
ACCOUNT = Slot("account", r"[@#]?[\w.\-]{1,40}", reading.plain)
FIELD = Slot("field", r"[\w\- ]{1,40}?", reading.plain)
CONTACT_REF = reading.record("contact")
AUDIENCE = Slot("audience", words.pattern("audience"), reading.audience)
RATING = Slot("rating", r"[1-5]", lambda text, _heard: read_whole(text))
MACRO = Slot("macro", r"[a-z][\w\-]{1,39}", reading.plain)
LANGUAGE = Slot("language", r"[^\W\d_]{2,20}", reading.plain)
# One of ours, where any other word would be something else: `in English`, `ins Deutsche`.
TONGUE = Slot("tongue", rf"(?:{'|'.join(tongues.names())})(?:en|e)?", reading.tongue)
WHOSE = Slot("whose", r"[\w.\-&' ]{1,60}?", reading.plain, is_free=True)
MINE = Slot("mine", "my|mine|meine|mein|meiner|meinen", reading.plain)
ITEM = Slot("item", r".{1,120}?", reading.plain, is_free=True)
WORDS = Slot("words", r".+", reading.plain, is_free=True)
QUANTITY = Slot("quantity", QUANTITY_PATTERN, lambda text, _heard: read_quantity(text))
PERCENT = Slot("percent", PERCENT_PATTERN, lambda text, _heard: read_percent(text))
LINE = Slot("line", r"\d{1,3}", lambda text, _heard: read_whole(text))
# With the note that may follow it: which words are the name of one, the company file says.
DISPOSITION = Slot("disposition", r"[^\s:][^\n]{0,999}", reading.plain, is_free=True)
PAUSE = Slot("pause", r"[^\W_][^\n]{0,59}", reading.plain, is_free=True)
# What everybody calls a pause, whether or not the company file has a name for it.
PAUSE_WORD = Slot("word", words.pattern("pause"), reading.plain)
ANNOUNCEMENT = Slot("announcement", r".{1,1000}?", reading.plain, is_free=True)
CLOSING = Slot("closing", r"close(?: (?:all|the queues))?|(?:(?:die )?warteschlangen )?schlie(?:ß|ss)en", reading.plain)
EARLY = Slot("early", "now|at once|jetzt|sofort", reading.plain)
UNTIL = Slot("until", UNTIL_PATTERN, reading.until, is_long=True)
WHEN = Slot("when", UNTIL_PATTERN, reading.until, is_long=True)
CLOCK = Slot("clock", CLOCK_PATTERN, lambda text, _heard: read_clock(text))
PRESENCE = Slot("presence", words.pattern("presence"), reading.presence)
LANGUAGES = Slot("languages", rf"[^\W\d_]{{2,20}}(?:{reading.AND}[^\W\d_]{{2,20}}){{0,9}}", reading.listed)
SKILLS = Slot("skills", rf"[\w\-]{{2,40}}(?:{reading.AND}[\w\-]{{2,40}}){{0,9}}", reading.listed)
TEAM = Slot("team", r"[\w\-&./ ]{1,40}?", reading.plain)
PIN = Slot("pin", r"\d{1,20}", reading.digits)
DEVICE = Slot("device", rf"{PHONE.pattern}|sip:\S{{1,200}}", reading.device)
CODE = Slot("code", r"(?!(?:task|call|[a-z])-?\d+(?:\s|$))[\w\-]{6,64}", reading.plain)
PURPOSE = Slot("purpose", words.pattern("purpose"), reading.purpose)
CHANNEL = Slot("channel", words.pattern("channel"), reading.channel)
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
TongueArg: TypeAlias = Annotated[str, TONGUE]
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
