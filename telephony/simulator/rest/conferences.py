"""Conferences, as the account's owner sees and ends them."""

from __future__ import annotations

from telephony.simulator import announcements
from telephony.simulator.conference import Conference
from telephony.simulator.documents import Goto
from telephony.simulator.network import Network
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


def list_(asked: Asked) -> Answer:
    """A second late, as the real one may be."""
    name, wanted = asked.get("FriendlyName"), asked.get("Status")
    rows = []
    for room in asked.network.conferences.values():
        status = room.seen()
        if status is not None and name in {"", room.name} and wanted in {"", status}:
            rows.append(shown(asked.network, room) | {"status": status})
    return listed(asked, "Conferences", "conferences", rows)


def fetch(asked: Asked) -> Answer:
    return Answer(200, shown(asked.network, find(asked)))


def update(asked: Asked) -> Answer:
    room, status = find(asked), asked.get("Status")
    if status not in {"", "completed"}:
        raise Refusal(400, 20001, f"A conference cannot become {status}", is_mistake=True)
    if room.status == "completed":
        raise not_found(room.sid)
    url = asked.get("AnnounceUrl")
    announcement = Goto(url, method=asked.get("AnnounceMethod", "POST"))

    def carry_out() -> None:
        if url:
            announcements.announce(room, announcement)
        if status:
            room.end_by_request()

    return Answer(200, shown(asked.network, room) | ({"status": "completed"} if status else {}), carry_out)


def find(asked: Asked) -> Conference:
    found = asked.network.conferences.get(asked.where["conference"])
    if found is None:
        raise not_found(asked.where["conference"])
    return found


def shown(network: Network, room: Conference) -> Json:
    below = {kind: uri(network, "Conferences", room.sid, kind.capitalize()) for kind in ("participants", "recordings")}
    return {
        "sid": room.sid,
        "account_sid": network.account_sid,
        "friendly_name": room.name,
        "status": room.status,
        "region": "de1",
        "reason_conference_ended": room.reason or None,
        "call_sid_ending_conference": room.ended_by or None,
        "date_created": date(room.created_at),
        "date_updated": date(room.changed_at),
        "api_version": "2010-04-01",
        "uri": uri(network, "Conferences", room.sid),
        "subresource_uris": below,
    }


ENDPOINTS = [
    Endpoint("GET", "Conferences", list_, names("FriendlyName Status") | PAGING),
    Endpoint("GET", "Conferences/{conference}", fetch),
    Endpoint("POST", "Conferences/{conference}", update, names("Status AnnounceUrl AnnounceMethod")),
]
