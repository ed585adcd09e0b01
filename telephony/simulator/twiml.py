"""The interpreter: carries out one document after the other, verb by verb, loudly refusing what it does not know."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.simulator.call import HungUp, Redirected, SimulatedCall, absolute, new_sid

PAUSE_SECONDS = 1.0
GATHER_SECONDS = 5.0


class UnknownVerb(Exception):
    pass


class Left(Exception):
    """The caller left the queue."""


async def run(call: SimulatedCall, url: str, **params: str) -> None:
    """From the first document until the call has nothing left to do."""
    following: tuple[str, dict[str, str]] | None = (url, params)
    while following is not None:
        try:
            base, extra = following
            document = await call.fetch(base, **extra)
            # The carrier picks up when the first document is there.
            call.status = "in-progress"
            following = await _document(call, document, base) if document is not None else None
        except Redirected as redirect:
            following = (redirect.url, {})


Following = tuple[str, dict[str, str]] | None


async def _document(call: SimulatedCall, document: Element, base: str) -> Following:
    """Where to go on, or None when the document ran out: then the call ends."""
    for verb in document:
        following = await _verb(call, verb, base)
        if following is not None:
            return following
    return None


async def _verb(call: SimulatedCall, verb: Element, base: str) -> Following:
    match verb.tag:
        case "Say":
            call.hear(verb)
            return None
        case "Play":
            return None
        case "Pause":
            return None
        case "Gather":
            return await _gather(call, verb, base)
        case "Record":
            return await _record(call, verb, base)
        case "Enqueue":
            return await _enqueue(call, verb, base)
        case "Dial":
            return await _dial(call, verb, base)
        case "Redirect":
            return absolute(base, (verb.text or "").strip()), {}
        case "Leave":
            raise Left
        case "Hangup" | "Reject":
            raise HungUp
        case _:
            raise UnknownVerb(verb.tag)


async def _gather(call: SimulatedCall, verb: Element, base: str) -> Following:
    for child in verb:
        if child.tag not in {"Say", "Play", "Pause"}:
            raise UnknownVerb(f"{child.tag} in Gather")
        if child.tag == "Say":
            call.hear(child)
    action = absolute(base, verb.get("action", base))
    inputs = verb.get("input", "dtmf").split()
    seconds = float(verb.get("timeout", GATHER_SECONDS)) + _speaking_seconds(verb)
    most, keys = int(verb.get("numDigits", "0")), ""
    while True:
        given = await call.next_input("gathering", seconds)
        if given.kind == "press" and "dtmf" in inputs:
            is_finished = most != 1 and given.value == verb.get("finishOnKey", "#")
            keys += "" if is_finished else given.value
            if is_finished or len(keys) == most:
                return action, {"Digits": keys, "msg": "Gather End"}
            continue
        if given.kind == "wait" and keys:
            return action, {"Digits": keys, "msg": "Gather End"}
        if given.kind in {"say", "begin"} and "speech" in inputs:
            await _partial(call, verb, base, given.value)
            if given.kind == "say":
                return action, {"SpeechResult": given.value, "Confidence": "0.92"}
        if given.kind == "wait":
            is_told = verb.get("actionOnEmptyResult") == "true"
            return (action, {}) if is_told else None


def _speaking_seconds(verb: Element) -> float:
    """In real time nobody answers before the prompts are spoken: about fourteen characters a second."""
    return sum(len("".join(child.itertext())) for child in verb) / 14


async def _partial(call: SimulatedCall, verb: Element, base: str, text: str) -> None:
    url = verb.get("partialResultCallback")
    if not url:
        return
    words = text.split()
    for sequence, end in enumerate(sorted({max(1, len(words) // 2), len(words)})):
        params = {"UnstableSpeechResult": " ".join(words[:end]), "SequenceNumber": str(sequence), "Stability": "0.8"}
        await call.exchange.deliverer.post(absolute(base, url), {**call.params(), **params})


async def _record(call: SimulatedCall, verb: Element, base: str) -> Following:
    sid = new_sid("RE")
    spoken = 0
    try:
        while True:
            given = await call.next_input("recording", float(verb.get("timeout", GATHER_SECONDS)) + spoken)
            if given.kind == "say":
                spoken += max(1, len(given.value) // 14)
            elif spoken or given.kind in {"press", "wait"}:
                break
    except HungUp:
        if spoken:
            await _recorded(call, verb, base, sid, spoken)
        raise
    if not spoken:
        return None
    params = await _recorded(call, verb, base, sid, spoken)
    return absolute(base, verb.get("action", base)), {**params, "Digits": "#"}


async def _recorded(call: SimulatedCall, verb: Element, base: str, sid: str, seconds: int) -> dict[str, str]:
    params = {
        "RecordingSid": sid,
        "RecordingUrl": f"{call.exchange.api_url}/2010-04-01/Accounts/{call.exchange.account_sid}/Recordings/{sid}",
        "RecordingDuration": str(seconds),
    }
    callback = verb.get("recordingStatusCallback")
    if callback:
        more = {**params, "RecordingStatus": "completed"}
        await call.exchange.deliverer.post(absolute(base, callback), {**call.params(), **more})
    return params


async def _enqueue(call: SimulatedCall, verb: Element, base: str) -> Following:
    name = (verb.text or "").strip()
    waiting = call.exchange.queue(name)
    waiting.append(call)
    action = verb.get("action")
    result = "error"
    try:
        await _wait_in_queue(call, name, absolute(base, verb.get("waitUrl", "")))
    except Left:
        result = "leave"
    except (HungUp, Redirected) as ended:
        waiting.remove(call)
        result = "hangup" if isinstance(ended, HungUp) else "redirected"
        if action:
            params = {**call.params(), "QueueResult": result, "QueueTime": "1"}
            await call.exchange.deliverer.post(absolute(base, action), params)
        raise
    waiting.remove(call)
    return (absolute(base, action), {"QueueResult": result, "QueueTime": "1"}) if action else None


async def _wait_in_queue(call: SimulatedCall, name: str, wait_url: str) -> None:
    """Until the caller leaves: the wait document over and over."""
    following: Following = (wait_url, {})
    while True:
        base, extra = following or (wait_url, {})
        waiting = call.exchange.queue(name)
        params = {
            "QueuePosition": str(waiting.index(call) + 1),
            "CurrentQueueSize": str(len(waiting)),
            "QueueTime": "1",
            "AvgQueueTime": "1",
            "QueueSid": "QU" + "0" * 32,
        }
        document = await call.fetch(base, **params, **extra)
        if document is None:
            raise Left
        following = await _document(call, document, base)
        if following is None:
            await call.next_input("queued", PAUSE_SECONDS)


async def _dial(call: SimulatedCall, verb: Element, base: str) -> Following:
    number = verb.find("Number")
    if number is not None:
        return await _ring_outside(call, verb, (number.text or "").strip(), base)
    conference = verb.find("Conference")
    if conference is None:
        raise UnknownVerb("Dial without Conference or Number")
    name = (conference.text or "").strip()
    room = call.exchange.rooms.setdefault(name, [])
    room.append(call)
    try:
        while True:
            given = await call.next_input(f"in conference {name}")
            if given.kind == "conference-over":
                break
    finally:
        if call in room:
            room.remove(call)
            if conference.get("endConferenceOnExit") == "true":
                call.exchange.end_conference(name)
    action = verb.get("action")
    return (absolute(base, action), {"DialCallStatus": "completed"}) if action else None


async def _ring_outside(call: SimulatedCall, verb: Element, number: str, base: str) -> Following:
    """A phone outside of the account: `answer` lets it pick up, silence lets it ring in vain or hang up."""
    given = await call.next_input(f"ringing {number}", float(verb.get("timeout", 30)))
    while given.kind not in {"answer", "wait"}:
        given = await call.next_input(f"ringing {number}", float(verb.get("timeout", 30)))
    status = "no-answer"
    if given.kind == "answer":
        status = "completed"
        await call.next_input(f"talking to {number}")
    action = verb.get("action")
    return (absolute(base, action), {"DialCallStatus": status}) if action else None
