"""Help, undo, language, linking an account: what belongs to no subject."""

from __future__ import annotations

from crm_core import activity, agents, cards, conversation, references, rights
from crm_core.errors import Invalid, NotFound
from crm_core.message import say
from intents import catalogue
from intents.cards import card, in_words
from intents.registry import Context, command, commands
from intents.reply import Fields, Reply
from intents.slots import CodeArg, RecordArg, TextArg
from intents.understand.grammar import plain

SUBJECTS = ("support", "contacts", "sales", "projects", "callcenter", "help")
SHOWN_KINDS = {"ticket", "contact", "deal", "task", "call"}
_NAMES = {
    "support": ("support", "ticket", "tickets", "vorgänge"),
    "contacts": ("contacts", "contact", "kontakte", "kunden"),
    "sales": ("sales", "deals", "deal", "vertrieb", "verkauf"),
    "projects": ("projects", "tasks", "task", "aufgaben"),
    "callcenter": ("callcenter", "calls", "call", "anrufe", "telefon"),
    "help": ("help", "general", "allgemein"),
}
_LANGUAGES = {"en": ("english", "englisch", "en"), "de": ("german", "deutsch", "de")}


@command(
    "help",
    {
        "en": ["help", "help [with|about] {topic}", "(what can you do|what can i say|commands|start)", "?"],
        "de": ["hilfe", "hilfe [zu|mit|bei] {topic}", "(was kannst du|was kann ich sagen|befehle)"],
    },
)
async def show_help(context: Context, topic: TextArg | None = None) -> Reply:
    wanted = [subject for subject in SUBJECTS if topic is None or topic.casefold() in _NAMES[subject]] or list(SUBJECTS)
    parts = [Fields(context.say(f"help.{subject}"), [], "\n".join(_examples(subject, context))) for subject in wanted]
    first = ", ".join(_examples(subject, context)[0] for subject in wanted)
    return context.reply("help.intro", *parts, examples=first)


@command(
    "record.show",
    {
        "en": ["show {record}", "(show|open|display|what about|details) [me] {record}", "{record}"],
        "de": ["zeige {record}", "(zeig|zeige|öffne) [mir] {record}", "{record} zeigen", "was ist mit {record}"],
    },
)
async def show(context: Context, record: RecordArg) -> Reply:
    kind, record_id = record
    ref = references.ref(kind, record_id)
    if kind not in SHOWN_KINDS:
        raise NotFound("record.unknown", ref=ref)
    rights.require(context.actor, f"{kind}.read")
    found = await references.read(context.session, kind, record_id)
    drawn = await card(context, found)
    return Reply(in_words(drawn), drawn, shown=[ref], language=context.language)


@command(
    "undo",
    {
        "en": ["undo", "(undo that|undo it|take that back|take it back|oops)"],
        "de": ["rückgängig", "(mach das rückgängig|zurücknehmen|nimm das zurück|undo)"],
    },
    changes=True,
)
async def undo(context: Context) -> Reply:
    undone = await activity.undo(context.session, context.actor, context.now)
    ref = references.ref(undone.kind, undone.record_id)
    await cards.refresh(context.session, undone.kind, undone.record_id, context.now)
    return context.reply("undo.done", shown=[ref], ref=ref, what=context.say(f"did.{undone.verb}"))


@command(
    "agent.link",
    {"en": ["link {code}", "start {code}", "my code is {code}"], "de": ["verbinde {code}", "mein code ist {code}"]},
)
async def link(context: Context, code: CodeArg) -> Reply:
    agent = await agents.redeem(context.session, code, context.ask.channel, context.ask.account, context.now)
    return context.reply("agent.linked", name=agent.name, role=context.say(f"agent.role-{agent.role}"))


@command(
    "language",
    {
        "en": ["language {wanted}", "(speak|switch to|in) {wanted}"],
        "de": ["sprache {wanted}", "(sprich|wechsle zu|auf) {wanted}"],
    },
    changes=True,
)
async def set_language(context: Context, wanted: TextArg) -> Reply:
    chosen = next((code for code, names in _LANGUAGES.items() if wanted.casefold() in names), None)
    if chosen is None:
        known = ", ".join(catalogue.languages())
        raise Invalid("language.unknown", text=wanted[:40], languages=known)
    remembered = await conversation.remembered(context.session, context.ask.conversation, context.now)
    remembered.language = chosen
    return Reply(catalogue.render(say("language.set"), chosen, context.company.zone), language=chosen)


def _examples(subject: str, context: Context) -> list[str]:
    """One example a command; arguments as people would write them."""
    return [
        filled(plain(command.examples.get(context.language, command.examples["en"])[0]))
        for command in commands().values()
        if command.subject == subject
    ]


_SAMPLES = {
    "record": "D-4",
    "ticket": "T-7",
    "deal": "D-4",
    "task": "TASK-2",
    "call": "CALL-9",
    "agent": "Mira",
    "contact": "Greta Sommer",
    "stage": "offer",
    "phone": "030 23125077",
    "value": "12.000 €",
    "minutes": "12",
    "name": "Paul Winter",
    "code": "CODE",
}


def filled(template: str) -> str:
    """`claim T-7` from `claim {ticket}`; free words stay an ellipsis."""
    text = template
    for argument, sample in _SAMPLES.items():
        text = text.replace("{" + argument + "}", sample)
    while "{" in text:
        text = text[: text.index("{")] + "…" + text[text.index("}") + 1 :]
    return text
