"""Leads in a talk: listen, whisper, barge."""

from __future__ import annotations

from crm_core.callcenter import queues, supervision
from crm_core.callcenter.legs import Mode
from crm_core.message import say
from intents.commands.callcenter.answers import about
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import GivenCallArg


@command(
    "call.listen",
    {
        "en": ["listen {call}", "listen (to|in|in on|in to) {call}"],
        "de": ["{call} mithören", "(hör|höre|hören sie) [bei] {call} mit"],
    },
    changes=True,
)
async def listen(context: Context, call: GivenCallArg) -> Reply:
    return await _supervise(context, call, Mode.LISTEN)


@command(
    "call.whisper",
    {
        "en": ["whisper {call}", "whisper (to|in|into) {call}", "coach {call}"],
        "de": ["{call} einflüstern", "flüstern (in|bei) {call}"],
    },
    changes=True,
)
async def whisper(context: Context, call: GivenCallArg) -> Reply:
    return await _supervise(context, call, Mode.WHISPER)


@command(
    "call.barge",
    {
        "en": ["barge {call}", "barge (in|into|in on) {call}"],
        "de": ["{call} aufschalten", "(auf|in) {call} aufschalten"],
    },
    changes=True,
)
async def barge(context: Context, call: GivenCallArg) -> Reply:
    return await _supervise(context, call, Mode.BARGE)


async def _supervise(context: Context, call: int, mode: Mode) -> Reply:
    joined = await supervision.supervise(context.session, context.actor, call, mode, context.now)
    name = await queues.agent_name(context.session, joined)
    return await about(context, "supervision.begun", joined, mode=say(f"supervision.mode-{mode}"), name=name or "–")
