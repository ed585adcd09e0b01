"""Help, history, undo, language, linking an account: what belongs to no subject."""

from __future__ import annotations

from crm_core import activity, agents, cards, conversation, references, rights
from crm_core.activity import Activity
from crm_core.contacts.merges import merged_into
from crm_core.db import Record
from crm_core.errors import Invalid, NotFound
from crm_core.message import say
from crm_core.support import tickets
from intents import catalogue, tongues
from intents.cards import card, in_words
from intents.registry import Command, Context, command, commands
from intents.reply import Fields, Reply, Table
from intents.samples import filled
from intents.slots import CodeArg, LanguageArg, RecordArg, TextArg, TongueArg
from intents.understand.grammar import plain

_MOST_STEPS = 20
SUBJECTS = ("support", "contacts", "sales", "projects", "callcenter", "help")
SHOWN_KINDS = {
    "agent",
    "appointment",
    "article",
    "call",
    "callee",
    "calllist",
    "contact",
    "deal",
    "hours",
    "incident",
    "project",
    "quote",
    "task",
    "ticket",
}
FOR_CUSTOMERS = ("ticket.mine", "ticket.show", "ticket.open", "satisfaction.rate", "language")
_NAMES = {
    "support": ("support", "ticket", "tickets", "vorgänge"),
    "contacts": ("contacts", "contact", "kontakte", "kunden"),
    "sales": ("sales", "deals", "deal", "vertrieb", "verkauf"),
    "projects": ("projects", "project", "tasks", "task", "hours", "aufgaben", "projekte", "stunden"),
    "callcenter": ("callcenter", "calls", "call", "anrufe", "telefon"),
    "help": ("help", "general", "allgemein"),
}


@command(
    "help",
    {
        "en": [
            "help",
            "help [me] [with|about] {topic}",
            "(help me|what can you do|what can i say|what can i do|commands|start|?)",
            "(hello|hi|hey|good morning|good afternoon|good evening)",
        ],
        "de": [
            "Hilfe",
            "hilfe [zu|mit|bei] {topic}",
            "(was kannst du|was können sie|was kann ich sagen|was kann ich tun|befehle|help|?)",
            "(hallo|moin|guten tag|guten morgen|guten abend|grüß gott|servus)",
        ],
    },
)
async def show_help(context: Context, topic: TextArg | None = None) -> Reply:
    """A topic narrows it; the text then names every example, else one a subject. A customer is told what is theirs."""
    if context.actor.role is None and context.actor.contact_id is not None:
        said = [_example(commands()[name], context) for name in FOR_CUSTOMERS]
        return context.reply("help.topic", examples="; ".join(said))
    subjects = _subjects()
    wanted = [subject for subject in subjects if topic is not None and topic.casefold() in _names_of(subject, context)]
    if wanted:
        said = [example for subject in wanted for example in _examples(subject, context)]
    else:
        wanted = subjects
        said = [_examples(subject, context)[0] for subject in wanted]
    parts = [Fields(_title(subject, context), [], "\n".join(_examples(subject, context))) for subject in wanted]
    id = "help.intro" if len(wanted) > 1 else "help.topic"
    return context.reply(id, *parts, examples="; ".join(said))


@command(
    "record.show",
    {
        "en": ["show {record}", "(show|open|display|what about|details|details of) [me] {record}", "{record}"],
        "de": [
            "zeige {record}",
            "(zeig|zeige|zeigen sie|öffne|öffnen sie|was ist mit|details zu) [mir] {record}",
            "{record} (zeigen|anzeigen|öffnen)",
            "{record}",
        ],
    },
)
async def show(context: Context, record: RecordArg) -> Reply:
    kind, record_id = record
    ref = references.ref(kind, record_id)
    if kind not in SHOWN_KINDS:
        raise NotFound("record.unknown", ref=ref)
    if kind == "ticket":
        found: Record = await tickets.read_ticket(context.session, context.actor, record_id)
    else:
        rights.require(context.actor, f"{kind}.read")
        found = await references.read(context.session, kind, record_id)
    drawn = await card(context, found)
    return Reply(in_words(drawn), drawn, shown=[ref], language=context.language, lead="")


@command(
    "record.history",
    {
        "en": [
            "history {record}",
            "[the] (history of|history for|timeline of|log of|audit) {record}",
            "what (happened to|happened with|was done on|was done to) {record}",
            "who (changed|touched) {record}",
        ],
        "de": [
            "Verlauf {record}",
            "[der] (verlauf von|historie von|protokoll von|protokoll) {record}",
            "was (ist mit|geschah mit) {record} (passiert|geschehen)",
            "wer hat {record} (geändert|bearbeitet)",
        ],
    },
)
async def show_history(context: Context, record: RecordArg) -> Reply:
    kind, record_id = record
    ref = references.ref(kind, record_id)
    if context.ask.is_public:
        return context.reply("public.ask-privately")
    ids = await merged_into(context.session, record_id) if kind == "contact" else [record_id]
    found = await activity.history(context.session, context.actor, kind, *ids, limit=_MOST_STEPS)
    if not found:
        return context.reply("history.none", ref=ref)
    rows = [
        [context.shown_as(step.at), step.actor_name, context.say(f"did.{step.verb}"), step.channel] for step in found
    ]
    columns = [context.say(label) for label in ("card.when", "history.who", "history.what", "history.channel")]
    listed = "; ".join(context.shown_as(say("history.step", name=row[1], what=row[2], when=row[0])) for row in rows)
    return context.reply("history.shown", Table(columns, rows), shown=[ref], ref=ref, count=len(found), listed=listed)


@command(
    "undo",
    {
        "en": ["undo", "(undo that|undo it|undo the last step|take that back|take it back|oops)"],
        "de": [
            "rückgängig",
            "(mach das rückgängig|machen sie das rückgängig|rückgängig machen|zurücknehmen|undo)",
            "(nimm das zurück|nehmen sie das zurück|ups)",
        ],
    },
    changes=True,
)
async def undo(context: Context) -> Reply:
    undone = await activity.undo(context.session, context.actor, context.now)
    if undone.kind == "agent":
        return _undone_of_a_colleague(context, undone)
    steps = await activity.steps_of(context.session, undone)
    for kind, record_id in dict.fromkeys((step.kind, step.record_id) for step in steps):
        await cards.refresh(context.session, kind, record_id, context.now)
    ref = references.ref(undone.kind, undone.record_id)
    restored = await context.session.get(references.KINDS[undone.kind].model, undone.record_id)
    parts = await card(context, restored) if restored is not None else []
    shown = [ref] if restored is not None else []
    what = say(f"did.{undone.verb}")
    if len(steps) > 1:
        return context.reply(
            "undo.done-together", shown=shown, ref=ref, name=undone.actor_name, what=what, count=len(steps)
        )
    return context.reply("undo.done", *parts, shown=shown, ref=ref, name=undone.actor_name, what=what)


def _undone_of_a_colleague(context: Context, undone: Activity) -> Reply:
    before = undone.data.get("before", {}).get("presence")
    if before is not None and undone.record_id == context.actor.agent_id:
        return context.reply("undo.presence", state=say(f"agent.presence-{before}"))
    ref = references.ref("agent", undone.record_id)
    return context.reply("undo.done", ref=ref, name=undone.actor_name, what=say(f"did.{undone.verb}"))


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
        "en": [
            "language {wanted}",
            "(speak|switch to|talk) {wanted}",
            "(set|change) [the|my] language to {wanted}",
            "[let us|let's] (in|switch to|go on in|talk in|speak in|answer in) {tongue}",
        ],
        "de": [
            "Sprache {wanted}",
            "(sprich|sprechen sie|wechsle zu|wechseln sie zu|antworte auf) {wanted}",
            "(stelle|stellen sie|ändere|ändern sie) die sprache auf {wanted} [um]",
            "[jetzt|nun|weiter] (auf|in|ins|wechsle ins|wechseln sie ins|antworten sie auf) {tongue}",
        ],
    },
    changes=True,
)
async def set_language(context: Context, wanted: LanguageArg | None = None, tongue: TongueArg | None = None) -> Reply:
    """It stays so, whatever language is spoken, until another is wanted."""
    named = wanted or tongue
    if named is None:
        raise Invalid("language.which")
    chosen = tongues.code_of(named)
    if chosen not in catalogue.languages():
        known = ", ".join(tongues.name_of(code, context.language) for code in catalogue.languages())
        raise Invalid("language.unknown", text=named[:40], languages=known)
    remembered = await conversation.remembered(context.session, context.ask.conversation, context.now)
    remembered.language = chosen
    return Reply(catalogue.render(say("language.set"), chosen, context.company.zone), language=chosen)


def _subjects() -> list[str]:
    """The house's own first."""
    return list(dict.fromkeys([*SUBJECTS, *(command.subject for command in commands().values())]))


def _title(subject: str, context: Context) -> str:
    """A subject that a company added needs no text of its own."""
    id = f"help.{subject}"
    return context.say(id) if catalogue.has(context.language, id) else subject.replace("_", " ").capitalize()


def _names_of(subject: str, context: Context) -> set[str]:
    return {*_NAMES.get(subject, ()), subject, _title(subject, context).casefold()}


def _examples(subject: str, context: Context) -> list[str]:
    """One example a command."""
    return [_example(command, context) for command in commands().values() if command.subject == subject]


def _example(command: Command, context: Context) -> str:
    """Arguments as people would write them; in another language where there is none in theirs."""
    language = next(known for known in (context.language, "en", *command.examples) if command.examples.get(known))
    return filled(plain(command.examples[language][0]), language, command.arguments)
