"""The nodes of the phone menu: what each says on entering, and what it does with what it hears."""

from __future__ import annotations

from typing import assert_never, cast

from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter import calls, presence, queues
from crm_core.company import CallbackWish, JoinQueue, Menu, MyTickets, Node, OpenTicket, Voicemail
from crm_core.message import say
from crm_core.references import read
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from intents.ask import Ask
from intents.registry import missing
from intents.reply import Tone
from intents.router import answer
from intents.understand.grammar import understand
from telephony import messages
from telephony.turn import MOST_STRIKES, Heard, Turn
from telephony.voice import Spoken, listen, speak

LANGUAGE_KEY = "9"
DONE = "done"


async def enter(turn: Turn, name: str, before: list[Spoken] | None = None) -> VoiceResponse:
    """Go to a node; `before` is said first."""
    turn.remember(node=name, strikes=0, phase="")
    return await say_again(turn, before or [])


async def say_again(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """The prompt of the node the caller is at."""
    node = _node(turn)
    match node:
        case Menu():
            return _menu(turn, node, before)
        case MyTickets():
            return await _own_tickets(turn, before)
        case OpenTicket():
            return _tell(turn, before)
        case JoinQueue():
            return await _queue(turn, node, before)
        case Voicemail():
            return await messages.voicemail(turn, [*before, turn.say("phone.voicemail-ask")])
        case CallbackWish():
            return await messages.callback(turn, before)
        case _:
            assert_never(node)


async def hear(turn: Turn, heard: Heard) -> VoiceResponse:
    """What the caller pressed or said. `0` and `*` mean the same everywhere."""
    if heard.digits == "0" or heard.means(turn.words("phone.person-words")):
        return await enter(turn, turn.company.phone.person)
    if heard.digits == "*" or heard.means(turn.words("phone.repeat-words")):
        return await say_again(turn, [])
    if turn.state.get("phase") == DONE:
        return await _after_done(turn, heard)
    node = _node(turn)
    match node:
        case Menu():
            return await _choose(turn, node, heard)
        case MyTickets():
            return await _choose_ticket(turn, heard)
        case OpenTicket():
            return await _told(turn, heard)
        case JoinQueue() | Voicemail() | CallbackWish():
            return await say_again(turn, [])
        case _:
            assert_never(node)


async def strike(turn: Turn) -> VoiceResponse:
    """Not understood. The third time a person, or the voicemail, takes over."""
    strikes = int(turn.state.get("strikes", 0)) + 1
    turn.remember(strikes=strikes)
    if strikes >= MOST_STRIKES:
        return await enter(turn, turn.company.phone.person, [turn.say("phone.too-many")])
    return await say_again(turn, [turn.say("phone.not-understood")])


def _node(turn: Turn) -> Node:
    phone = turn.company.phone
    return phone.nodes.get(turn.state.get("node", phone.start)) or phone.nodes[phone.start]


def _menu(turn: Turn, node: Menu, before: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    prompt = Spoken(node.prompt[turn.language], turn.language)
    hints = ",".join(word for option in node.options for word in option.words.get(turn.language, []))
    listen(response, [*before, prompt], turn.next_action(), turn.language, hints=hints)
    return response


async def _choose(turn: Turn, node: Menu, heard: Heard) -> VoiceResponse:
    if heard.digits == LANGUAGE_KEY and len(turn.company.languages) > 1:
        return await _switch_language(turn)
    for option in node.options:
        words = ",".join(option.words.get(turn.language, []))
        if heard.digits == option.key or (heard.speech and words and heard.means(words)):
            return await enter(turn, option.goto)
    return await _as_a_sentence(turn, heard)


async def _switch_language(turn: Turn) -> VoiceResponse:
    turn.language = other_language(turn.company.languages, turn.language)
    await calls.speak(turn.session, turn.call, turn.language, turn.now)
    return await enter(turn, turn.state.get("node", turn.company.phone.start))


def other_language(languages: list[str], language: str) -> str:
    """The one that key 9 leads to: the next in the company's list."""
    return languages[(languages.index(language) + 1) % len(languages)]


async def _as_a_sentence(turn: Turn, heard: Heard) -> VoiceResponse:
    """A caller who says the whole wish at once is understood like anybody in chat, within their rights."""
    understood = understand(heard.speech, turn.language) if heard.speech else None
    if understood is None or missing(understood.command, understood.words) is not None:
        return await strike(turn)
    ask = Ask("phone", f"phone:{turn.call.id}", turn.caller.number or "", heard.speech, is_public=False)
    reply = await answer(turn.session, turn.actor, ask, turn.now)
    if reply.tone is not Tone.OK:
        return await strike(turn)
    return await enter(turn, turn.company.phone.start, [Spoken(reply.text, reply.language)])


async def _own_tickets(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    told = turn.state.get("phase")
    if isinstance(told, int):
        return await _tell_status(turn, told)
    own = [] if turn.caller.contact_id is None else list(await tickets.own_tickets(turn.session, turn.actor))
    if not own:
        return await enter(turn, turn.company.phone.start, [*before, turn.say("phone.tickets-none")])
    choices = [
        turn.say("phone.tickets-choice", subject=ticket.subject, key=key) for key, ticket in enumerate(own[:8], start=1)
    ]
    turn.remember(tickets=[ticket.id for ticket in own[:8]])
    response = VoiceResponse()
    intro = turn.say("phone.tickets-intro", count=len(own))
    listen(response, [*before, intro, *choices], turn.next_action(), turn.language)
    return response


async def _choose_ticket(turn: Turn, heard: Heard) -> VoiceResponse:
    if isinstance(turn.state.get("phase"), int):
        return await enter(turn, turn.company.phone.start) if heard.digits == "1" else await strike(turn)
    offered: list[int] = turn.state.get("tickets", [])
    if heard.digits.isdigit() and 0 < int(heard.digits) <= len(offered):
        turn.remember(phase=offered[int(heard.digits) - 1], strikes=0)
        return await say_again(turn, [])
    return await strike(turn)


async def _tell_status(turn: Turn, ticket_id: int) -> VoiceResponse:
    ticket = cast("Ticket", await read(turn.session, "ticket", ticket_id))
    owner = await tickets.assignee_name(turn.session, ticket)
    status = turn.say(
        "phone.ticket-status",
        ref=ticket.ref,
        subject=ticket.subject,
        status=say(f"ticket.status-{ticket.status}"),
        name=owner or say("ticket.nobody"),
    )
    response = VoiceResponse()
    listen(response, [status, turn.say("phone.ticket-again")], turn.next_action(), turn.language)
    return response


def _tell(turn: Turn, before: list[Spoken]) -> VoiceResponse:
    """In the caller's own words. What is said so far arrives in between, so that a hang-up loses nothing."""
    response = VoiceResponse()
    if turn.state.get("draft") and turn.state.get("phase") == "back":
        prompts = [*before, turn.say("phone.open-back", text=turn.state["draft"])]
        listen(response, prompts, turn.next_action(), turn.language)
        return response
    turn.remember(phase="telling")
    prompts = [*before, turn.say("phone.open-ask")]
    listen(response, prompts, turn.next_action(), turn.language, partial=f"/twilio/partial?call={turn.call.id}")
    return response


async def _told(turn: Turn, heard: Heard) -> VoiceResponse:
    if turn.state.get("phase") != "back":
        if not heard.speech.strip():
            return await strike(turn)
        turn.remember(draft=heard.speech.strip(), phase="back", strikes=0)
        return await say_again(turn, [])
    if heard.digits == "2" or heard.means(turn.words("phone.open-again-words")):
        turn.remember(draft="", phase="telling", strikes=0)
        return await say_again(turn, [])
    if heard.digits == "1" or heard.means(turn.words("phone.open-back-words")):
        return await _send(turn)
    return await strike(turn)


async def _send(turn: Turn) -> VoiceResponse:
    ticket = await tickets.open_ticket(
        turn.session,
        turn.actor,
        subject=turn.state["draft"],
        contact_id=turn.caller.contact_id,
        call_id=turn.call.id,
        now=turn.now,
    )
    turn.remember(draft="", phase=DONE)
    response = VoiceResponse()
    listen(response, [turn.say("phone.open-done", ref=ticket.ref)], turn.next_action(), turn.language, seconds=3)
    return response


async def _after_done(turn: Turn, heard: Heard) -> VoiceResponse:
    """Nothing more was asked for: goodbye. Any key or word leads back to the menu."""
    if not heard.is_silence:
        return await enter(turn, turn.company.phone.start)
    response = VoiceResponse()
    speak(response, turn.say("phone.goodbye"))
    response.hangup()
    return response


async def _queue(turn: Turn, node: JoinQueue, before: list[Spoken]) -> VoiceResponse:
    is_open = turn.company.is_open(turn.now)
    if not is_open or not await presence.anyone_available(turn.session):
        return await messages.voicemail(turn, [*before, turn.say("phone.nobody-there")])
    await queues.join(turn.session, turn.call, node.queue, turn.now)
    response = VoiceResponse()
    for spoken in [*before, turn.say("phone.queue-joined")]:
        speak(response, spoken)
    turn.next_action()
    step = turn.state["step"]
    response.enqueue(
        node.queue,
        action=f"/twilio/left?call={turn.call.id}&step={step}",
        method="POST",
        wait_url=f"/twilio/wait?call={turn.call.id}&step={step}",
        wait_url_method="POST",
    )
    return response
