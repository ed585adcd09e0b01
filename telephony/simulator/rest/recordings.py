"""Recordings of calls and conferences: started, paused, stopped, looked at, deleted. Their files are in `media`."""

from __future__ import annotations

from telephony.simulator import recordings
from telephony.simulator.network import Network
from telephony.simulator.recordings import Recording
from telephony.simulator.rest import calls
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

START = names(
    "RecordingStatusCallback RecordingStatusCallbackMethod RecordingStatusCallbackEvent RecordingChannels"
    " RecordingTrack Trim"
)
# The one that runs, whatever its SID.
CURRENT = "Twilio.CURRENT"


def start(asked: Asked) -> Answer:
    call = calls.find(asked)
    if call.status != "in-progress":
        raise Refusal(400, 21220, "Requested resource is not eligible for recording")
    recording = recordings.start(
        asked.network,
        "StartCallRecordingAPI",
        call.name,
        asked.callback("Recording"),
        call_sid=call.sid,
        channels=asked.channels,
    )
    return Answer(201, shown(asked, recording))


def update(asked: Asked) -> Answer:
    recording, status = _find(asked), asked.get("Status")
    if not recording.is_running:
        raise Refusal(400, 21220, "The recording is over")
    if status == "paused":
        recording.pause(asked.get("PauseBehavior", "silence"))
    elif status == "in-progress":
        recording.resume()
    elif status == "stopped":
        recording.finish()
    else:
        raise Refusal(400, 20001, f"A recording cannot become {status}", is_mistake=True)
    return Answer(200, shown(asked, recording) | {"status": status})


def fetch(asked: Asked) -> Answer:
    return Answer(200, shown(asked, _find(asked)))


def list_(asked: Asked) -> Answer:
    rows = [shown(asked, recording) for recording in _of(asked) if recording.status != "absent"]
    return listed(asked, "/".join([*_above(asked), "Recordings"]), "recordings", rows)


def delete(asked: Asked) -> Answer:
    recording = _find(asked)
    recording.is_deleted = True
    asked.network.deleted_recordings.append(recording.sid)
    return Answer(204)


def shown(asked: Asked, recording: Recording) -> Json:
    network, above = asked.network, _above(asked)
    row: Json = {
        "sid": recording.sid,
        "account_sid": network.account_sid,
        "call_sid": recording.call_sid or None,
        "conference_sid": recording.conference_sid or None,
        "channels": recording.channels,
        "status": recording.status,
        "source": recording.source,
        "duration": str(-1 if recording.is_running else recording.seconds),
        "start_time": date(recording.started_at),
        "date_created": date(recording.started_at),
        "date_updated": date(recording.changed_at),
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "encryption_details": None,
        "api_version": "2010-04-01",
        "uri": uri(network, *above, "Recordings", recording.sid),
    }
    if above[:1] == ["Calls"]:
        row["track"] = "both"
    elif not above:
        row["media_url"] = recording.url
        row["subresource_uris"] = {"transcriptions": uri(network, "Recordings", recording.sid, "Transcriptions")}
    return row


def living(network: Network, sid: str) -> Recording:
    """Raises Refusal for one that is unknown or deleted."""
    found = network.recordings.get(sid)
    if found is None or found.is_deleted:
        raise not_found(sid)
    return found


def _above(asked: Asked) -> list[str]:
    """Whose recordings are meant: a call's, a conference's, or the account's."""
    for name, kind in (("call", "Calls"), ("conference", "Conferences")):
        if name in asked.where:
            return [kind, asked.where[name]]
    return []


def _of(asked: Asked) -> list[Recording]:
    call = asked.where.get("call") or asked.get("CallSid")
    conference = asked.where.get("conference") or asked.get("ConferenceSid")
    return [
        recording
        for recording in asked.network.recordings.values()
        if call in {"", recording.call_sid}
        and conference in {"", recording.conference_sid}
        and not recording.is_deleted
    ]


def _find(asked: Asked) -> Recording:
    sid = asked.where["recording"]
    candidates = [found for found in _of(asked) if found.sid == sid or (sid == CURRENT and found.is_running)]
    if not candidates:
        raise not_found(sid)
    return candidates[-1]


WHOSE = names("CallSid ConferenceSid")
CHANGE = names("Status PauseBehavior")
ENDPOINTS = [
    Endpoint("GET", "Recordings", list_, WHOSE | PAGING),
    Endpoint("GET", "Recordings/{recording}", fetch),
    Endpoint("DELETE", "Recordings/{recording}", delete),
    Endpoint("POST", "Calls/{call}/Recordings", start, START, is_create=True),
    *(
        endpoint
        for of in ("Calls/{call}", "Conferences/{conference}")
        for endpoint in (
            Endpoint("GET", f"{of}/Recordings", list_, PAGING),
            Endpoint("GET", f"{of}/Recordings/{{recording}}", fetch),
            Endpoint("POST", f"{of}/Recordings/{{recording}}", update, CHANGE, {"Status": 20001}),
            Endpoint("DELETE", f"{of}/Recordings/{{recording}}", delete),
        )
    ),
]
