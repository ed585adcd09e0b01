"""Calls: made, looked at, sent elsewhere and ended."""

from __future__ import annotations

from telephony.simulator import recordings, ringing, script
from telephony.simulator.call import Call
from telephony.simulator.documents import Goto
from telephony.simulator.network import Network
from telephony.simulator.phone import HungUp
from telephony.simulator.reports import Callback
from telephony.simulator.rest.endpoint import (
    NUMBER_OR_SIP,
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
    "To From Url Twiml Method FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod StatusCallbackEvent"
    " Timeout SendDigits MachineDetection MachineDetectionTimeout Record RecordingChannels RecordingStatusCallback"
    " RecordingStatusCallbackMethod RecordingStatusCallbackEvent"
)
UPDATE = names("Url Twiml Method Status FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod")
NOT_IN_PROGRESS = Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")


def create(asked: Asked) -> Answer:
    """The phone rings when the answer is on its way."""
    if asked.has("Url") == asked.has("Twiml"):
        raise Refusal(400, 21205, "Exactly one of Url and Twiml is wanted", is_mistake=True)
    goto = Goto(asked.get("Url"), method=asked.get("Method", "POST"), twiml=asked.get("Twiml"))
    seconds = float(asked.get("Timeout") or ringing.RING_SECONDS)
    recording = asked.callback("Recording")
    call = place(asked, Goto(asked.get("FallbackUrl"), method=asked.get("FallbackMethod", "POST")))

    async def live() -> None:
        await ringing.until_answered(call, seconds, detects_machine=asked.has("MachineDetection"))
        if asked.get("SendDigits"):
            call.hear_sound(asked.get("SendDigits"))
        if asked.is_true("Record"):
            recordings.start(
                call.exchange, "OutboundAPI", call.name, recording, call_sid=call.sid, channels=asked.channels
            )
        await script.run(call, goto)

    def ring() -> None:
        ringing.begin(call)
        call.start(live)

    return Answer(201, shown(asked.network, call), ring)


def place(asked: Asked, fallback: Goto) -> Call:
    """A call to somebody out there, which does not ring yet. Raises Refusal."""
    network, to, from_ = asked.network, asked.get("To"), asked.get("From")
    if not NUMBER_OR_SIP.fullmatch(to):
        raise Refusal(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if to.startswith("+") and from_ not in network.numbers:
        raise Refusal(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    call = Call(network, from_, to, "outbound-api", callback=asked.callback(), fallback=fallback)
    network.calls[call.sid] = call
    return call


def fetch(asked: Asked) -> Answer:
    return Answer(200, shown(asked.network, find(asked)))


def list_(asked: Asked) -> Answer:
    wanted = {name: asked.get(name) for name in ("Status", "To", "From", "ParentCallSid") if asked.get(name)}
    rows = []
    for call in asked.network.calls.values():
        row = shown(asked.network, call)
        is_of = {"Status": row["status"], "To": call.to, "From": call.from_, "ParentCallSid": row["parent_call_sid"]}
        if all(is_of[name] == value for name, value in wanted.items()):
            rows.append(row)
    return listed(asked, "Calls", "calls", rows)


def update(asked: Asked) -> Answer:
    if sum(asked.has(name) for name in ("Url", "Twiml", "Status")) != 1:
        raise Refusal(400, 20001, "Exactly one of Url, Twiml and Status is wanted", is_mistake=True)
    call, status = find(asked), asked.get("Status")
    if call.is_over or (status == "canceled" and call.status == "in-progress"):
        raise NOT_IN_PROGRESS
    if not status and call.status != "in-progress":
        raise NOT_IN_PROGRESS
    if asked.has("StatusCallback"):
        call.callback = Callback(asked.get("StatusCallback"), asked.get("StatusCallbackMethod", "POST"))
    if asked.has("FallbackUrl"):
        call.fallback = Goto(asked.get("FallbackUrl"), method=asked.get("FallbackMethod", "POST"))
    goto = Goto(asked.get("Url"), method=asked.get("Method", "POST"), twiml=asked.get("Twiml"))

    def carry_out() -> None:
        if status:
            call.interrupt(HungUp())
        else:
            call.redirect(goto)

    return Answer(200, shown(asked.network, call), carry_out)


def find(asked: Asked) -> Call:
    found = asked.network.calls.get(asked.where["call"])
    if found is None:
        raise not_found(asked.where["call"])
    return found


def shown(network: Network, call: Call) -> Json:
    status = "queued" if call.status == "initiated" else call.status
    return {
        "sid": call.sid,
        "account_sid": network.account_sid,
        "parent_call_sid": call.parent.sid if call.parent is not None else None,
        "phone_number_sid": None,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from_,
        "from_formatted": call.from_,
        "status": status,
        "direction": call.direction,
        "date_created": date(call.created_at),
        "date_updated": date(network.clock.now()),
        "start_time": date(call.answered_at),
        "end_time": date(call.ended_at),
        "duration": str(call.seconds) if call.is_over else None,
        "answered_by": call.answered_by or None,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "price": None,
        "price_unit": "USD",
        "uri": uri(network, "Calls", call.sid),
        "subresource_uris": {"recordings": uri(network, "Calls", call.sid, "Recordings")},
    }


ENDPOINTS = [
    Endpoint("POST", "Calls", create, CREATE, {"To": 21201, "From": 21213}, is_create=True),
    Endpoint("GET", "Calls", list_, names("Status To From ParentCallSid") | PAGING),
    Endpoint("GET", "Calls/{call}", fetch),
    Endpoint("POST", "Calls/{call}", update, UPDATE),
]
