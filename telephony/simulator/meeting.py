"""A call in a conference, from joining to leaving."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.simulator import conference, script
from telephony.simulator.call import Call, Redirected
from telephony.simulator.conference import Conference, Participant, RoomChanged, RoomLeft
from telephony.simulator.documents import Failed, Goto
from telephony.simulator.phone import SILENCE
from telephony.simulator.record import callback_of
from telephony.simulator.reports import Callback
from telephony.simulator.verbs import CONFERENCE_WAIT, Page, is_true, noun, text_of

noun(
    "Conference",
    "muted beep startConferenceOnEnter endConferenceOnExit participantLabel coach waitUrl waitMethod maxParticipants"
    " record trim region jitterBufferSize statusCallback statusCallbackEvent statusCallbackMethod"
    " recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent",
)


class Refused(Exception):
    """The call cannot join; the text is Twilio's error."""


async def meet(call: Call, element: Element, page: Page, dial: Element) -> dict[str, str]:
    """The outcome, as the action of the dialling verb is told it."""
    room = conference.find_or_open(call.exchange, text_of(element))
    if not room.participants:
        _set_up(room, element, page)
    limit = dial.get("timeLimit")
    try:
        join(room, _participant(call, element, page))
    except Refused as refused:
        call.exchange.complain(str(refused))
        return {"DialCallStatus": "failed"}
    ends_on_star = is_true(dial, "hangupOnStar")
    await stay(call, room, ends_on_star=ends_on_star, seconds=float(limit) if limit is not None else None)
    return {"DialCallStatus": "answered"}


def join(room: Conference, participant: Participant) -> None:
    """Raises Refused."""
    if participant.coaches and room.find(participant.coaches) is None:
        raise Refused(f"13240 {participant.coaches} is not in the conference {room.name}")
    if participant.label and room.find(participant.label) is not None:
        raise Refused(f"16025 {participant.label} is in the conference {room.name} already")
    if len(room.here) >= room.max_participants:
        raise Refused(f"13244 the conference {room.name} is full")
    room.join(participant)


async def stay(call: Call, room: Conference, *, ends_on_star: bool = False, seconds: float | None = None) -> None:
    """Until the participant leaves or has to."""
    participant = room.find(call.sid)
    assert participant is not None
    until = call.in_seconds(seconds) if seconds is not None else None
    reason, playing = "participant_hung_up", None
    try:
        while True:
            try:
                music = _music(room, participant)
                call.pastime = _doing(room, participant)
                if music is not playing:
                    playing = music
                    await _hear(call, music)
                given = await call.expect(call.pastime, until)
                if given.kind == "say":
                    room.speak(call, given.value)
                elif (given.kind == "press" and given.value == "*" and ends_on_star) or (given == SILENCE and until):
                    return
            except RoomChanged:
                continue
    except RoomLeft:
        return
    except Redirected:
        reason = "participant_updated_via_api"
        raise
    except Failed:
        reason = "participant_add_failed"
    finally:
        call.pastime = "listening"
        room.leave(participant, reason)
        call.disregard(RoomChanged, RoomLeft)


def _doing(room: Conference, participant: Participant) -> str:
    return f"on hold in {room.name}" if participant.is_on_hold else f"in conference {room.name}"


def _music(room: Conference, participant: Participant) -> Goto | None:
    if participant.is_on_hold:
        return participant.holding
    return None if room.has_started else participant.waiting


async def _hear(call: Call, music: Goto | None) -> None:
    """Once: when its document has run out, there is silence."""
    if music is not None:
        await script.play(call, music, CONFERENCE_WAIT)


def _set_up(room: Conference, element: Element, page: Page) -> None:
    """By the first who comes; what others say of the conference itself is ignored."""
    url = element.get("statusCallback")
    room.callback = Callback(
        page.address(url) if url else "",
        element.get("statusCallbackMethod", "POST"),
        frozenset(element.get("statusCallbackEvent", "").split()),
    )
    room.max_participants = int(element.get("maxParticipants", room.max_participants))
    if element.get("record") == "record-from-start":
        room.record = callback_of(element, page)


def _participant(call: Call, element: Element, page: Page) -> Participant:
    url = element.get("waitUrl")
    return Participant(
        call,
        label=element.get("participantLabel", ""),
        is_muted=is_true(element, "muted"),
        coaches=element.get("coach", ""),
        starts=is_true(element, "startConferenceOnEnter", default=True),
        ends=is_true(element, "endConferenceOnExit"),
        beep=element.get("beep", "true"),
        waiting=Goto(page.address(url), method=element.get("waitMethod", "POST")) if url else None,
    )
