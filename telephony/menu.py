"""A menu: a key, a word that means the key, or the whole wish in one sentence."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import calls
from crm_core.company import Company, Menu, MyTickets, Node, OpenTicket, Option
from crm_core.company.fitting import LANGUAGE_KEY
from intents.ask import Ask
from intents.registry import commands, missing
from intents.reply import Tone
from intents.router import answer
from intents.understand.grammar import Understood, understand
from intents.understand.meant import SURE
from telephony import telling
from telephony.outcome import GoTo, NotUnderstood, Outcome
from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

# With more words than that beside the option's own, the caller has said what it is about.
FEW_WORDS = 2
# What a caller may say in one sentence; everything else is for the people who work here.
SENTENCES = {"ticket.open", "ticket.show", "ticket.mine"}


def ask(turn: Turn, node: Menu, before: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    listen(
        response,
        [*before, turn.written(node.prompt)],
        turn.next_action(),
        turn.language,
        hints=hints(node, turn.language),
    )
    return response


def hints(node: Menu, language: str) -> str:
    return ",".join(word for option in node.options for word in option.words.get(language, []))


async def choose(turn: Turn, node: Menu, heard: Heard) -> Outcome:
    if wants_another_language(turn, heard):
        return await switch_language(turn)
    option = next((option for option in node.options if heard.digits == option.key), None)
    if option is not None:
        return GoTo(option.goto)
    return await _choose_by_words(turn, node, heard) if heard.speech else NotUnderstood()


async def _choose_by_words(turn: Turn, node: Menu, heard: Heard) -> Outcome:
    found = _option_said(turn, node, heard)
    if found is not None and found[1] <= FEW_WORDS:
        return GoTo(found[0].goto)
    outcome = await _as_a_sentence(turn, heard)
    if outcome is not None:
        return outcome
    if found is None:
        return NotUnderstood()
    if isinstance(turn.company.phone.nodes[found[0].goto], OpenTicket):
        return telling.take(turn, found[0].goto, heard.speech)
    return GoTo(found[0].goto)


def _option_said(turn: Turn, node: Menu, heard: Heard) -> tuple[Option, int] | None:
    """The option whose words were said, and how many words were said beside them."""
    for option in node.options:
        beside = heard.beside(",".join(option.words.get(turn.language, [])))
        if beside is not None:
            return option, beside
    return None


async def _as_a_sentence(turn: Turn, heard: Heard) -> Outcome | None:
    """A caller who says the whole wish at once is understood like anybody in chat, within their rights."""
    understood = understand(heard.speech, turn.language) or _as_meant(turn, heard)
    if understood is None or understood.command.name not in SENTENCES:
        return None
    node = _node_for(turn.company, understood)
    if node is not None:
        return GoTo(node)
    if missing(understood.command, understood.words) is not None:
        return None
    guarded = _guarded(turn)
    if guarded is not None and understood.command.name == "ticket.show":
        return GoTo(guarded)
    key, number = f"phone:{turn.call.id}", turn.caller.number or ""
    said = Ask("phone", key, number, heard.speech, call_id=turn.call.id, meant=heard.meant)
    reply = await answer(turn.session, turn.actor, said, turn.now)
    return GoTo(turn.home, [Spoken(reply.text, reply.language)]) if reply.tone is Tone.OK else None


def _as_meant(turn: Turn, heard: Heard) -> Understood | None:
    """Nobody is asked back in a menu: what is not sure is told to the people who work here."""
    meant = heard.meant
    if meant is None or meant.intent is None or meant.confidence < SURE:
        return None
    return Understood(commands()[meant.intent], dict(meant.words), turn.language, len(heard.speech))


def _guarded(turn: Turn) -> str | None:
    """The node of one's own tickets, when it asks for the PIN and that was not given yet."""
    nodes = turn.company.phone.nodes.items()
    guarded = (name for name, node in nodes if isinstance(node, MyTickets) and node.proof == "pin")
    return None if turn.is_proved else next(guarded, None)


def _node_for(company: Company, understood: Understood) -> str | None:
    """Where a node of the menu does it better than one answer: the list to choose from, and the telling."""
    kind: type[Node]
    if understood.command.name == "ticket.mine":
        kind = MyTickets
    elif understood.command.name == "ticket.open" and missing(understood.command, understood.words) is not None:
        kind = OpenTicket
    else:
        return None
    return next((name for name, node in company.phone.nodes.items() if isinstance(node, kind)), None)


def wants_another_language(turn: Turn, heard: Heard) -> bool:
    return heard.digits == LANGUAGE_KEY or heard.means(turn.words("phone.language-words"), FEW_WORDS)


async def switch_language(turn: Turn) -> Outcome:
    languages = turn.company.languages
    if len(languages) < 2:
        return NotUnderstood()
    turn.language = other_language(languages, turn.language)
    await calls.speak(turn.session, turn.call, turn.language, turn.now)
    return GoTo(turn.state.get("node", turn.home))


def other_language(languages: list[str], language: str) -> str:
    """The one that key 9 leads to: the next in the company's list."""
    return languages[(languages.index(language) + 1) % len(languages)]
