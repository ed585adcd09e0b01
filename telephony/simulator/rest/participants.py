"""Who is in a conference: added, muted, held, coached and removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telephony.simulator import announcements, conference, meeting, recordings, ringing, script
from telephony.simulator.call import Call, Unanswered
from telephony.simulator.conference import VIEW_SECONDS, Conference, Participant, RoomChanged
from telephony.simulator.documents import NOWHERE, Goto
from telephony.simulator.network import Network
from telephony.simulator.phone import HungUp
from telephony.simulator.rest import calls, conferences
from telephony.simulator.rest.endpoint import (
    PAGING,
    Answer,
    Asked,
    Endpoint,
    Json,
    Refusal,
    date,
    listed,
    names,
    not_found,
    uri,
)

CREATE = names(
    "From To StatusCallback StatusCallbackMethod StatusCallbackEvent Label Timeout Muted Beep StartConferenceOnEnter"
    " EndConferenceOnExit WaitUrl WaitMethod EarlyMedia MaxParticipants Coaching CallSidToCoach CallerId"
    " MachineDetection ConferenceRecord ConferenceStatusCallback ConferenceStatusCallbackMethod"
    " ConferenceStatusCallbackEvent ConferenceRecordingStatusCallback ConferenceRecordingStatusCallbackMethod"
    " ConferenceRecordingStatusCallbackEvent Record RecordingChannels RecordingStatusCallback"
    " RecordingStatusCallbackMethod RecordingStatusCallbackEvent"
)
UPDATE = names(
    "Muted Hold HoldUrl HoldMethod AnnounceUrl AnnounceMethod BeepOnExit EndConferenceOnExit Coaching CallSidToCoach"
)
SID = re.compile(r"CF[0-9a-fA-F]{32}")
STATUS = {"queued": "queued", "initiated": "connecting", "ringing": "ringing", "in-progress": "connected"}


def create(asked: Asked) -> Answer:
    """Somebody is called and joins when they answer. The conference is named by its SID, or by a name of its own."""
    network, name = asked.network, asked.where["conference"]
    seconds = float(asked.get("Timeout") or ringing.RING_SECONDS)
    recording = asked.callback("Recording") if asked.is_true("Record") else None
    room = network.conferences.get(name)
    if (room is None and SID.fullmatch(name)) or (room is not None and room.status == "completed"):
        raise not_found(name)
    coached = asked.get("CallSidToCoach")
    if coached and (room is None or room.find(coached) is None):
        raise Refusal(400, 13240, f"{coached} is not in the conference")
    call = calls.place(asked, NOWHERE)
    room = room or conference.find_or_open(network, name)
    if not room.participants:
        _set_up(asked, room)
    participant = _participant(asked, call)
    room.participants.append(participant)
    call.extra = {"ConferenceSid": room.sid, "FriendlyName": room.name}

    def ring() -> None:
        ringing.begin(call)
        call.start(lambda: script.or_elsewhere(call, live()))

    async def live() -> None:
        with _taken_back(room, participant):
            await ringing.until_answered(call, seconds, detects_machine=asked.has("MachineDetection"))
        if recording is not None:
            recordings.start(network, "OutboundAPI", call.name, recording, call_sid=call.sid, channels=asked.channels)
        meeting.join(room, participant)
        await meeting.stay(call, room)

    return Answer(201, shown(network, room, participant), ring)


@contextmanager
def _taken_back(room: Conference, participant: Participant) -> Iterator[None]:
    """Who does not answer never was in the conference."""
    try:
        yield
    except (Unanswered, HungUp) as cause:
        room.participants.remove(participant)
        if room.status != "completed":
            told = {
                "ParticipantCallStatus": str(cause) or "canceled",
                "ReasonParticipantLeft": "participant_add_failed",
            }
            room.tell("participant-leave", participant, **told)
        raise


def list_(asked: Asked) -> Answer:
    """A second late, as the real one may be."""
    network, room = asked.network, conferences.find(asked)
    before = network.clock.now() - timedelta(seconds=VIEW_SECONDS)
    rows = []
    for participant in room.participants:
        joined, left = participant.joined_at, participant.left_at
        is_seen = joined is not None and joined <= before and (left is None or left > before)
        row = shown(network, room, participant)
        wanted = {name: asked.get(name) for name in ("Muted", "Hold", "Coaching") if asked.has(name)}
        if is_seen and all(str(row[name.lower()]).lower() == value.lower() for name, value in wanted.items()):
            rows.append(row)
    return listed(asked, f"Conferences/{room.sid}/Participants", "participants", rows)


def fetch(asked: Asked) -> Answer:
    room, participant = _find(asked)
    return Answer(200, shown(asked.network, room, participant))


def update(asked: Asked) -> Answer:
    room, participant = _find(asked)
    coached = asked.get("CallSidToCoach", participant.coaches)
    if asked.has("CallSidToCoach") and room.find(coached) is None:
        raise Refusal(400, 13240, f"{coached} is not in the conference")
    if asked.is_true("Coaching") and not coached:
        raise Refusal(400, 20001, "Coaching needs CallSidToCoach", is_mistake=True)
    events = [*_mute(asked, participant), *_modify(asked, participant, coached), *_hold(asked, participant)]
    url = asked.get("AnnounceUrl")

    def tell() -> None:
        for event in events:
            room.tell(event, participant)
            participant.call.interrupt(RoomChanged())
        if url:
            announcements.announce(room, Goto(url, method=asked.get("AnnounceMethod", "POST")), participant)

    return Answer(200, shown(asked.network, room, participant), tell)


def _mute(asked: Asked, participant: Participant) -> list[str]:
    """The events to be told, as with the others."""
    if not asked.has("Muted") or asked.is_true("Muted") == participant.is_muted:
        return []
    participant.is_muted = asked.is_true("Muted")
    return ["participant-mute" if participant.is_muted else "participant-unmute"]


def _hold(asked: Asked, participant: Participant) -> list[str]:
    if not asked.has("Hold") or asked.is_true("Hold") == participant.is_on_hold:
        return []
    participant.is_on_hold, url = asked.is_true("Hold"), asked.get("HoldUrl")
    participant.holding = Goto(url, method=asked.get("HoldMethod", "GET")) if url else None
    return ["participant-hold" if participant.is_on_hold else "participant-unhold"]


def _modify(asked: Asked, participant: Participant, coached: str) -> list[str]:
    if not any(asked.has(name) for name in ("EndConferenceOnExit", "Coaching", "CallSidToCoach", "BeepOnExit")):
        return []
    if asked.has("EndConferenceOnExit"):
        participant.ends = asked.is_true("EndConferenceOnExit")
    if asked.has("Coaching") or asked.has("CallSidToCoach"):
        participant.coaches = "" if asked.get("Coaching").lower() == "false" else coached
    if asked.has("BeepOnExit"):
        participant.beep = "onExit" if asked.is_true("BeepOnExit") else "false"
    return ["participant-modify"]


def delete(asked: Asked) -> Answer:
    room, participant = _find(asked)
    return Answer(204, then=lambda: room.kick(participant))


def shown(network: Network, room: Conference, participant: Participant) -> Json:
    call = participant.call
    return {
        "account_sid": network.account_sid,
        "call_sid": call.sid,
        "conference_sid": room.sid,
        "label": participant.label or None,
        "muted": participant.is_muted,
        "hold": participant.is_on_hold,
        "coaching": bool(participant.coaches),
        "call_sid_to_coach": participant.coaches or None,
        "start_conference_on_enter": participant.starts,
        "end_conference_on_exit": participant.ends,
        "status": STATUS.get(call.status, "complete"),
        "queue_time": "0",
        "date_created": date(participant.joined_at or call.created_at),
        "date_updated": date(room.changed_at),
        "uri": uri(network, "Conferences", room.sid, "Participants", call.sid),
    }


def _find(asked: Asked) -> tuple[Conference, Participant]:
    room = conferences.find(asked)
    found = room.find(asked.where["call"])
    if found is None:
        raise not_found(asked.where["call"])
    return room, found


def _set_up(asked: Asked, room: Conference) -> None:
    room.callback = asked.callback("Conference", default="")
    room.max_participants = int(asked.get("MaxParticipants") or room.max_participants)
    if asked.get("ConferenceRecord") in {"true", "record-from-start"}:
        room.record = asked.callback("ConferenceRecording")


def _participant(asked: Asked, call: Call) -> Participant:
    wait = asked.get("WaitUrl")
    return Participant(
        call,
        label=asked.get("Label"),
        is_muted=asked.is_true("Muted"),
        coaches=asked.get("CallSidToCoach"),
        starts=asked.get("StartConferenceOnEnter", "true").lower() == "true",
        ends=asked.is_true("EndConferenceOnExit"),
        beep=asked.get("Beep", "true"),
        waiting=Goto(wait, method=asked.get("WaitMethod", "POST")) if wait else None,
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "Conferences/{conference}/Participants",
        create,
        CREATE,
        {"From": 21213, "To": 21201},
        is_create=True,
    ),
    Endpoint("GET", "Conferences/{conference}/Participants", list_, names("Muted Hold Coaching") | PAGING),
    Endpoint("GET", "Conferences/{conference}/Participants/{call}", fetch),
    Endpoint("POST", "Conferences/{conference}/Participants/{call}", update, UPDATE),
    Endpoint("DELETE", "Conferences/{conference}/Participants/{call}", delete),
]
