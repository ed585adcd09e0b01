"""Queues and who waits in them."""

from __future__ import annotations

from telephony.simulator.documents import Goto
from telephony.simulator.network import Network
from telephony.simulator.queues import Member, Queue
from telephony.simulator.rest.endpoint import PAGING, Answer, Asked, Endpoint, Json, date, listed, names, not_found, uri


def list_(asked: Asked) -> Answer:
    return listed(asked, "Queues", "queues", [shown(asked.network, queue) for queue in asked.network.queues.values()])


def fetch(asked: Asked) -> Answer:
    return Answer(200, shown(asked.network, _find(asked)))


def list_members(asked: Asked) -> Answer:
    queue = _find(asked)
    rows = [_shown_member(asked.network, queue, member) for member in reversed(queue.members)]
    return listed(asked, f"Queues/{queue.sid}/Members", "queue_members", rows)


def fetch_member(asked: Asked) -> Answer:
    queue, member = _find_member(asked)
    return Answer(200, _shown_member(asked.network, queue, member))


def dequeue(asked: Asked) -> Answer:
    """The caller goes on at another document."""
    queue, member = _find_member(asked)
    body = _shown_member(asked.network, queue, member)
    goto = Goto(asked.get("Url"), method=asked.get("Method", "POST"))
    return Answer(200, body, lambda: member.call.redirect(goto))


def shown(network: Network, queue: Queue) -> Json:
    return {
        "sid": queue.sid,
        "account_sid": network.account_sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "average_wait_time": queue.average_seconds,
        "max_size": queue.max_size,
        "date_created": date(queue.created_at),
        "date_updated": date(network.clock.now()),
        "uri": uri(network, "Queues", queue.sid),
    }


def _shown_member(network: Network, queue: Queue, member: Member) -> Json:
    return {
        "call_sid": member.call.sid,
        "queue_sid": queue.sid,
        "date_enqueued": date(member.since),
        "position": queue.members.index(member) + 1,
        "wait_time": member.seconds,
        "uri": uri(network, "Queues", queue.sid, "Members", member.call.sid),
    }


def _find(asked: Asked) -> Queue:
    found = asked.network.queues.get(asked.where["queue"])
    if found is None:
        raise not_found(asked.where["queue"])
    return found


def _find_member(asked: Asked) -> tuple[Queue, Member]:
    queue = _find(asked)
    member = queue.find(asked.where["call"])
    if member is None:
        raise not_found(asked.where["call"])
    return queue, member


ENDPOINTS = [
    Endpoint("GET", "Queues", list_, PAGING),
    Endpoint("GET", "Queues/{queue}", fetch),
    Endpoint("GET", "Queues/{queue}/Members", list_members, PAGING),
    Endpoint("GET", "Queues/{queue}/Members/{call}", fetch_member),
    Endpoint("POST", "Queues/{queue}/Members/{call}", dequeue, names("Url Method"), {"Url": 20001}),
]
