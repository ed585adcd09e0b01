"""Texts: sent, looked at and deleted."""

from __future__ import annotations

from telephony.simulator import messages
from telephony.simulator.messages import EVENTS, Message
from telephony.simulator.network import Network
from telephony.simulator.reports import Callback
from telephony.simulator.rest.endpoint import (
    E164,
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

LONGEST_BODY = 1600


def create(asked: Asked) -> Answer:
    network, to, from_, body = asked.network, asked.get("To"), asked.get("From"), asked.get("Body")
    if not E164.fullmatch(to):
        raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if from_ not in network.numbers:
        raise Refusal(400, 21606, f"The 'From' phone number provided ({from_}) is not a valid, message-capable number")
    if not body and not asked.all("MediaUrl"):
        raise Refusal(400, 21602, "Message body is required.", is_mistake=True)
    if len(body) > LONGEST_BODY:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if (to, from_) in network.opted_out:
        raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
    message = messages.make(
        network,
        from_,
        to,
        body,
        "outbound-api",
        media=tuple(asked.all("MediaUrl")),
        callback=Callback(asked.get("StatusCallback"), events=EVENTS),
    )
    shown_now = shown(network, message)
    messages.send(message)
    return Answer(201, shown_now)


def fetch(asked: Asked) -> Answer:
    return Answer(200, shown(asked.network, _find(asked)))


def list_(asked: Asked) -> Answer:
    network, to, from_ = asked.network, asked.get("To"), asked.get("From")
    rows = [
        shown(network, message)
        for message in network.messages.values()
        if to in {"", message.to} and from_ in {"", message.from_} and not message.is_deleted
    ]
    return listed(asked, "Messages", "messages", rows)


def delete(asked: Asked) -> Answer:
    _find(asked).is_deleted = True
    return Answer(204)


def shown(network: Network, message: Message) -> Json:
    is_bad = message.status in {"undelivered", "failed"}
    return {
        "sid": message.sid,
        "account_sid": network.account_sid,
        "messaging_service_sid": None,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "direction": message.direction,
        "status": message.status,
        "num_segments": str(message.segments),
        "num_media": str(len(message.media)),
        "error_code": message.error_code if is_bad else None,
        "error_message": f"Error {message.error_code}" if is_bad else None,
        "date_created": date(message.created_at),
        "date_updated": date(message.changed_at),
        "date_sent": date(message.changed_at) if message.status != "queued" else None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": uri(network, "Messages", message.sid),
        "subresource_uris": {"media": uri(network, "Messages", message.sid, "Media")},
    }


def _find(asked: Asked) -> Message:
    found = asked.network.messages.get(asked.where["message"])
    if found is None or found.is_deleted:
        raise not_found(asked.where["message"])
    return found


ENDPOINTS = [
    Endpoint(
        "POST",
        "Messages",
        create,
        names("To From Body MediaUrl StatusCallback"),
        {"To": 21604, "From": 21603},
        is_create=True,
    ),
    Endpoint("GET", "Messages", list_, names("To From") | PAGING),
    Endpoint("GET", "Messages/{message}", fetch),
    Endpoint("DELETE", "Messages/{message}", delete),
]
