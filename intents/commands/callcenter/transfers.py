"""Pass a call on: transfer, consult, complete, back, join."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from crm_core import phones, references
from crm_core.callcenter import calls, passing, presence, transfers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.speaking import Foreign
from crm_core.callcenter.states import TransferState
from crm_core.callcenter.transfers import Kind, Transfer
from crm_core.company import QueueRule
from crm_core.errors import Invalid
from crm_core.message import say
from crm_core.names import fold
from intents.colleagues import colleague
from intents.commands.callcenter.answers import about, the_call
from intents.commands.callcenter.misfits import ask, misfit, told
from intents.dialogue import Open
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import GivenCallArg, SureArg, TargetArg

# A keyboard stays readable.
MOST_OFFERED = 6
MOST_QUEUES = 4


@command(
    "call.transfer",
    {
        "en": [
            "transfer {call} to {target}",
            "(transfer|pass|connect|put|send|give) {call} (to|on to|with|through to) {target}",
            "(transfer|pass on|put through) [the call|the caller|them] to {target}",
            "transfer {call}",
            "transfer [the call|the caller|them]",
            "{sure} transfer {call} to {target}",
        ],
        "de": [
            "{call} an {target} weitergeben",
            "{call} (an|zu) {target} [geben|übergeben|weiterleiten]",
            "(gib|geben sie|leite|leiten sie|übergib) {call} an {target} [weiter]",
            "(verbinde|verbinden sie) {call} mit {target}",
            "[den] anruf an {target} weitergeben",
            "{call} weitergeben",
            "{sure} {call} an {target} weitergeben",
        ],
    },
    changes=True,
)
async def transfer(
    context: Context, target: TargetArg | None = None, call: GivenCallArg | None = None, sure: SureArg | None = None
) -> Reply:
    meant = await the_call(context, call)
    if target is None:
        raise await _to_whom(context, meant, "transfer {ref} to {target}", queues=context.company.queues)
    if sure is False:
        return context.reply("dialogue.cancelled")
    queue = _queue(context, target)
    if queue is None:
        found = await _misfit(context, meant, target)
        if found is not None and found.others_do and sure is None:
            ref = references.ref("call", meant)
            words = {"call": ref, "target": target}
            return await ask(context, found, "call.transfer", words, f"transfer {ref} to {target}")
        begun = await _rung(context, "transfer.begun", await _pass(context, meant, target, Kind.BLIND))
        return told(context, begun, found)
    passed = await passing.to_queue(context.session, context.actor, meant, queue, context.now)
    name = context.company.queues[queue].shown(context.language)
    return await about(context, "transfer.queued", passed, queue=name)


@command(
    "call.consult",
    {
        "en": [
            "consult {target} about {call}",
            "(consult|ask|consult with|talk to) {target} (about|on|regarding) {call}",
            "consult [with] {target}",
            "(warm transfer|consult first for) {call}",
        ],
        "de": [
            "Rückfrage bei {target} zu {call}",
            "(frag|frage|fragen sie) {target} (zu|wegen) {call}",
            "{target} (zu|wegen) {call} fragen",
            "rückfrage bei {target}",
            "rückfrage zu {call}",
            "{call} mit rückfrage weitergeben",
        ],
    },
    changes=True,
)
async def consult(context: Context, target: TargetArg | None = None, call: GivenCallArg | None = None) -> Reply:
    meant = await the_call(context, call)
    if target is None:
        raise await _to_whom(context, meant, "consult {target} about {ref}", queues={})
    if _queue(context, target) is not None:
        raise Invalid("transfer.no-person", text=target)
    return await _rung(context, "transfer.consulting", await _pass(context, meant, target, Kind.WARM))


@command(
    "call.complete",
    {
        "en": ["complete {call}", "complete [the] transfer [of] {call}", "complete [the transfer]"],
        "de": ["{call} übergeben", "[die] übergabe [von] {call} abschließen", "[die] übergabe abschließen"],
    },
    changes=True,
)
async def complete(context: Context, call: GivenCallArg | None = None) -> Reply:
    meant = await the_call(context, call)
    done = await passing.complete(context.session, context.actor, meant, context.now)
    return await _rung(context, "transfer.completed" if done.state == TransferState.DONE else "transfer.begun", done)


@command(
    "call.take-back",
    {
        "en": ["back {call}", "(take|get|bring) {call} back", "(take|get|bring) them back"],
        "de": ["{call} zurückholen", "(hol|hole|holen sie) {call} zurück", "zurück zu {call}"],
    },
    changes=True,
)
async def take_back(context: Context, call: GivenCallArg | None = None) -> Reply:
    meant = await the_call(context, call)
    return await _rung(
        context, "transfer.back", await passing.take_back(context.session, context.actor, meant, context.now)
    )


@command(
    "call.join",
    {
        "en": ["join {call}", "(conference|merge) {call}", "(join|join them|make it three|make it a conference)"],
        "de": ["{call} zu dritt", "konferenz [in|mit|für] {call}", "(zu dritt|dreierkonferenz)"],
    },
    changes=True,
)
async def join(context: Context, call: GivenCallArg | None = None) -> Reply:
    meant = await the_call(context, call)
    return await _rung(
        context, "transfer.joined", await passing.join(context.session, context.actor, meant, context.now)
    )


async def _to_whom(context: Context, call_id: int, said: str, queues: Mapping[str, QueueRule]) -> Open:
    """Those who are free now, the longest first, and the queues; anybody else may be named as well."""
    call = cast("Call", await references.read(context.session, "call", call_id))
    free = await presence.free_now(context.session, context.actor, MOST_OFFERED)
    candidates = [(agent.name, said.format(ref=call.ref, target=agent.name)) for agent in free]
    others = [(key, rule) for key, rule in queues.items() if key != call.queue][:MOST_QUEUES]
    candidates += [(rule.shown(context.language), said.format(ref=call.ref, target=key)) for key, rule in others]
    return Open("target", say("transfer.to-whom" if queues else "transfer.whom-to-ask", ref=call.ref), candidates)


async def _misfit(context: Context, call: int, target: str) -> Foreign | None:
    if phones.e164(target, context.company.country) is not None:
        return None
    return await misfit(context, call, (await colleague(context, target)).id)


async def _pass(context: Context, call: int, target: str, kind: Kind) -> Transfer:
    session, actor, now = context.session, context.actor, context.now
    if phones.e164(target, context.company.country) is not None:
        return await passing.to_number(session, actor, call, target, now, kind=kind)
    return await passing.to_agent(session, actor, call, await colleague(context, target), now, kind=kind)


async def _rung(context: Context, id: str, transfer: Transfer) -> Reply:
    call = await calls.lock_call(context.session, transfer.call_id)
    return await about(context, id, call, name=await transfers.target_name(context.session, transfer))


def _queue(context: Context, said: str) -> str | None:
    """By its key or its name in any language."""
    wanted = fold(said)
    for key, rule in context.company.queues.items():
        if wanted in {fold(key), *map(fold, rule.name.values())}:
            return key
    return None
