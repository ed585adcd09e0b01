"""The buttons of a call: few, and those that fit what it is at."""

from __future__ import annotations

from crm_core.callcenter import legs, offers, recordings, transfers
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import Party
from crm_core.callcenter.recordings import RecordingState
from crm_core.callcenter.states import CallState, TransferState
from crm_core.callcenter.transfers import Kind
from intents.cards.call_lists import next_call
from intents.cards.layout import record_button
from intents.registry import Context
from intents.reply import Choice

MOST_DISPOSITIONS = 6
MISSED = {CallState.ABANDONED, CallState.CALLBACK, CallState.VOICEMAIL, CallState.CLOSED}


async def call_buttons(context: Context, call: Call) -> list[Choice]:
    match CallState(call.state):
        case CallState.RINGING | CallState.QUEUED | CallState.CONNECTING:
            return await _before_the_talk(context, call)
        case CallState.TALKING:
            return await _talking(context, call)
        case CallState.HOLD:
            return await _on_hold(context, call)
        case CallState.WRAP_UP:
            buttons = [*_how_it_ended(context, call), *_writing_down(context, call), *_through(context, call)]
            return buttons + await next_call(context, call)
        case _:
            return [*_still_owed(context, call), *_afterwards(context, call), *await next_call(context, call)]


async def _before_the_talk(context: Context, call: Call) -> list[Choice]:
    """A transfer on its way is for the one whose phone rings."""
    choices = []
    if call.state == CallState.QUEUED:
        choices.append(record_button(context, "button.accept", f"accept {call.ref}", call, is_primary=True))
    if await offers.anybody_rung(context.session, call.id):
        choices.append(record_button(context, "button.decline", f"decline {call.ref}", call))
    return choices


async def _talking(context: Context, call: Call) -> list[Choice]:
    ref = call.ref
    there = await legs.in_the_talk(context.session, call.id, Party.AGENT)
    is_muted = any(leg.is_muted for leg in there)
    mute = ("button.unmute", f"unmute {ref}") if is_muted else ("button.mute", f"mute {ref}")
    labels = [("button.hold", f"hold {ref}"), mute, *_passing_on(call), *await _recording(context, call)]
    return [*(record_button(context, label, said, call) for label, said in labels), *_writing_down(context, call)]


def _passing_on(call: Call) -> list[tuple[str, str]]:
    """To whom is asked, with those who are free to choose from."""
    return [("button.transfer", f"transfer {call.ref}"), ("button.consult", f"warm transfer {call.ref}")]


async def _recording(context: Context, call: Call) -> list[tuple[str, str]]:
    ref = call.ref
    recording = await recordings.shown(context.session, call.id)
    if recording is None:
        return [("button.record", f"record {ref}")]
    if recording.state == RecordingState.ASKED:
        return []
    is_paused = recording.state == RecordingState.PAUSED
    pause = ("button.resume-recording", "resume") if is_paused else ("button.pause-recording", "pause")
    return [(pause[0], f"{pause[1]} recording {ref}"), ("button.stop-recording", f"stop recording {ref}")]


async def _on_hold(context: Context, call: Call) -> list[Choice]:
    ref = call.ref
    transfer = await transfers.shown(context.session, call.id)
    if transfer is None or transfer.kind != Kind.WARM:
        labels = [
            ("button.resume", f"resume {ref}"),
            *_passing_on(call),
            ("button.note", f"note {ref}"),
            ("button.ticket", _ticket(call)),
        ]
    else:
        labels = [("button.complete", f"complete {ref}"), ("button.back", f"back {ref}")]
        if transfer.state == TransferState.CONSULTING:
            labels.insert(1, ("button.join", f"join {ref}"))
    return [
        record_button(context, label, said, call, is_primary=not number) for number, (label, said) in enumerate(labels)
    ]


def _how_it_ended(context: Context, call: Call) -> list[Choice]:
    """While nobody has said it. There may be more than fit: those are typed."""
    if call.disposition is not None:
        return []
    names = context.company.callcenter.dispositions
    return [
        Choice(name.get(context.language, key), f"disposition {call.ref} {key}", record=call.ref, version=call.version)
        for key, name in list(names.items())[:MOST_DISPOSITIONS]
    ]


def _still_owed(context: Context, call: Call) -> list[Choice]:
    """Somebody is still at it: whom we called and did not reach has an ending too."""
    return _how_it_ended(context, call) if call.wrap_up_until is not None else []


def _through(context: Context, call: Call) -> list[Choice]:
    """The wrap-up may end before its time, unless a disposition is owed first."""
    if context.company.callcenter.disposition_required and call.disposition is None:
        return []
    return [record_button(context, "button.wrapped-up", f"done with {call.ref}", call)]


def _afterwards(context: Context, call: Call) -> list[Choice]:
    """Who was missed is to be called back, whom we did not reach again, and whoever we talked to may be too."""
    number = call.from_number if call.direction == "inbound" else call.to_number
    was_missed = call.state in MISSED if call.direction == "inbound" else call.state == CallState.FAILED
    was_talk = call.state == CallState.DONE and call.talk_began_at is not None
    if not was_missed and not was_talk:
        return []
    choices = _writing_down(context, call)
    if number is not None:
        label = "button.call-back" if call.direction == "inbound" else "button.call"
        choices.insert(0, record_button(context, label, f"call back {call.ref}", call, is_primary=was_missed))
    return choices


def _writing_down(context: Context, call: Call) -> list[Choice]:
    return [
        record_button(context, "button.note", f"note {call.ref}", call),
        record_button(context, "button.ticket", _ticket(call), call),
    ]


def _ticket(call: Call) -> str:
    return f"ticket for {call.ref}"
