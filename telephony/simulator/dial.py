"""A caller is put through: to somebody whose phone rings, to the first in a queue, or into a conference."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from telephony.simulator import queues, recordings, script
from telephony.simulator.attempts import Attempts, NobodyAnswered, PutThrough
from telephony.simulator.bridge import Bridge, talk
from telephony.simulator.call import Call, Redirected
from telephony.simulator.documents import Goto
from telephony.simulator.meeting import meet
from telephony.simulator.phone import SILENCE, HungUp
from telephony.simulator.queues import Dequeued, Queue, SomebodyWaits
from telephony.simulator.record import callback_of
from telephony.simulator.recordings import Recording
from telephony.simulator.verbs import Page, UnknownVerb, is_true, noun, text_of, verb

RING_SECONDS = 30.0
Outcome = dict[str, str]

noun("Number", "url method sendDigits statusCallback statusCallbackEvent statusCallbackMethod")
noun("Sip", "url method username password statusCallback statusCallbackEvent statusCallbackMethod")
noun("Queue", "url method")


@verb(
    "Dial",
    "action method timeout timeLimit hangupOnStar callerId record trim answerOnBridge sequential ringTone"
    " recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent",
    "Number Sip Queue Conference",
)
async def dial(call: Call, element: Element, page: Page) -> Goto | None:
    """The action is asked when the caller is alone again, also when they hung up themselves: then for nothing."""
    outcome: Outcome = {"DialCallStatus": "completed"}
    try:
        outcome |= await _put_through(call, element, page, outcome)
    except (HungUp, Redirected) as ended:
        action = _action(element, page, outcome)
        if action is not None and isinstance(ended, HungUp):
            await script.ask_in_vain(call, action)
        raise
    return _action(element, page, outcome)


async def _put_through(call: Call, element: Element, page: Page, outcome: Outcome) -> Outcome:
    targets = list(element)
    if not targets:
        targets = [SubElement(Element("Dial"), "Number")]
        targets[0].text = text_of(element)
    match targets[0].tag:
        case "Conference":
            _alone(targets)
            outcome["DialCallStatus"] = "answered"
            return await meet(call, targets[0], page, element)
        case "Queue":
            _alone(targets)
            return await _take_from_queue(call, element, targets[0], page, outcome)
        case _:
            return await _ring(call, element, targets, page, outcome)


async def _ring(call: Call, element: Element, targets: list[Element], page: Page, outcome: Outcome) -> Outcome:
    groups = [[target] for target in targets] if is_true(element, "sequential") else [targets]
    told: Outcome = {}
    for group in groups:
        attempts = Attempts(call, element.get("callerId", call.from_), _seconds(element), page)
        await _attempt(call, element, group, page, attempts, outcome)
        told = _told(attempts)
        if attempts.winner is not None:
            break
    return told


async def _attempt(
    call: Call, element: Element, targets: list[Element], page: Page, attempts: Attempts, outcome: Outcome
) -> None:
    outcome["DialCallStatus"] = "no-answer"
    try:
        for target in targets:
            attempts.ring(target)
        await _until_somebody_answers(call, element)
    except PutThrough:
        outcome["DialCallStatus"] = "completed"
        await _talk(call, element, page, attempts.bridge, outcome)
    except NobodyAnswered:
        pass
    finally:
        attempts.stop()
        call.disregard(PutThrough, NobodyAnswered)


def _seconds(element: Element) -> float:
    return float(element.get("timeout", RING_SECONDS))


async def _until_somebody_answers(call: Call, element: Element) -> None:
    while True:
        given = await call.expect("hearing it ring")
        if given.kind == "press" and given.value == "*" and is_true(element, "hangupOnStar"):
            raise NobodyAnswered


def _told(attempts: Attempts) -> Outcome:
    call = attempts.winner or attempts.calls[-1]
    told = {"DialCallStatus": attempts.status, "DialCallSid": call.sid}
    told["DialBridged"] = str(attempts.winner is not None).lower()
    return told | ({"DialCallDuration": str(call.seconds)} if call.answered_at is not None else {})


async def _talk(call: Call, element: Element, page: Page, bridge: Bridge | None, outcome: Outcome) -> None:
    assert bridge is not None
    call.pick_up()
    recording = _start_recording(call, element, page)
    limit = element.get("timeLimit")
    try:
        await talk(
            call,
            bridge,
            ends_on_star=is_true(element, "hangupOnStar"),
            seconds=float(limit) if limit is not None else None,
        )
    finally:
        if recording is not None:
            recording.finish()
            outcome["RecordingUrl"] = recording.url
            outcome["RecordingDuration"] = str(recording.seconds)


def _start_recording(call: Call, element: Element, page: Page) -> Recording | None:
    wanted = element.get("record", "do-not-record")
    if wanted == "do-not-record":
        return None
    channels = 2 if wanted.endswith("dual") else 1
    callback = callback_of(element, page)
    return recordings.start(call.exchange, "DialVerb", call.name, callback, call_sid=call.sid, channels=channels)


async def _take_from_queue(call: Call, element: Element, target: Element, page: Page, outcome: Outcome) -> Outcome:
    """The first who waits, or who comes until the time is up."""
    queue = queues.find(call.exchange, text_of(target))
    if queue is None:
        return {"DialCallStatus": "failed"}
    told = {"QueueSid": queue.sid}
    if not queue.members and not await _somebody_waits(call, queue, element):
        return told | {"DialCallStatus": "no-answer"}
    member = queue.members[0]
    queue.leave(member)
    bridge = Bridge(call, member.call)
    url = target.get("url")
    about = {"QueueSid": queue.sid, "QueueTime": str(member.seconds), "DequeingCallSid": call.sid}
    first = Goto(page.address(url), about, target.get("method", "POST")) if url else None
    member.call.interrupt(Dequeued(bridge, first))
    await _talk(call, element, page, bridge, outcome)
    return told | {"DialCallStatus": "completed", "DialCallSid": member.call.sid}


async def _somebody_waits(call: Call, queue: Queue, element: Element) -> bool:
    seconds = element.get("timeout")
    until = call.in_seconds(float(seconds)) if seconds is not None else None
    queue.dialling.append(call)
    try:
        while await call.expect("waiting for a caller", until) != SILENCE:
            continue
    except SomebodyWaits:
        return bool(queue.members)
    finally:
        queue.dialling.remove(call)
        call.disregard(SomebodyWaits)
    return False


def _alone(targets: list[Element]) -> None:
    if len(targets) > 1:
        raise UnknownVerb(f"12200 <{targets[0].tag}> stands alone in <Dial>")


def _action(element: Element, page: Page, outcome: Outcome) -> Goto | None:
    url = element.get("action")
    return Goto(page.address(url), dict(outcome), element.get("method", "POST")) if url else None
