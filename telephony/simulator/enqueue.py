"""A caller waits in a queue: what they hear, and how the waiting ends."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.simulator import queues, script
from telephony.simulator.bridge import BridgeOver, talk
from telephony.simulator.call import Call, Redirected
from telephony.simulator.documents import Failed, Goto
from telephony.simulator.phone import HungUp
from telephony.simulator.queues import Dequeued, Member, Queue
from telephony.simulator.spoken import Left
from telephony.simulator.verbs import FROM_QUEUE, QUEUE_WAIT, Page, UnknownVerb, text_of, verb

# A document that has run out is asked for again, but not without a breath.
ROUND_SECONDS = 1.0


@verb("Enqueue", "action method waitUrl waitUrlMethod maxQueueSize")
async def enqueue(call: Call, element: Element, page: Page) -> Goto | None:
    queue = queues.find_or_make(call.exchange, text_of(element))
    if len(queue.members) >= min(queue.max_size, int(element.get("maxQueueSize", queue.max_size))):
        return _action(element, page, {"QueueResult": "queue-full"})
    member = queue.join(call)
    told = {"QueueSid": queue.sid}
    try:
        result = await _wait(call, element, page, queue, member)
    except (HungUp, Redirected) as ended:
        result = "hangup" if isinstance(ended, HungUp) else "redirected"
        if member not in queue.members:
            result = "bridged" if result == "hangup" else "redirected-from-bridged"
        queue.leave(member)
        action = _action(element, page, told | {"QueueResult": result, "QueueTime": str(member.seconds)})
        if action is not None:
            await script.ask_in_vain(call, action)
        raise
    finally:
        queue.leave(member)
        call.pastime = "listening"
        call.disregard(Dequeued)
    return _action(element, page, told | {"QueueResult": result, "QueueTime": str(member.seconds)})


async def _wait(call: Call, element: Element, page: Page, queue: Queue, member: Member) -> str:
    """The result, as the action is told it: when the caller was put through, not before that has ended."""
    url = element.get("waitUrl")
    address = page.address(url) if url else ""
    call.pastime = "queued"
    try:
        while True:
            if address:
                asked = Goto(address, queue.params(member), element.get("waitUrlMethod", "POST"))
                await script.play(call, asked, QUEUE_WAIT)
                await call.pass_time("queued", ROUND_SECONDS)
            else:
                await call.expect("queued")
    except Left:
        return "leave"
    except Failed:
        return "error"
    except UnknownVerb as unknown:
        call.exchange.complain(str(unknown))
        return "error"
    except Dequeued as dequeued:
        call.pastime = "listening"
        await _be_put_through(call, dequeued)
        return "bridged"


async def _be_put_through(call: Call, dequeued: Dequeued) -> None:
    """Whoever dialled the queue may be gone before the caller has heard that they are connected."""
    bridge = dequeued.bridge
    try:
        if dequeued.first is not None:
            await script.play(call, dequeued.first, FROM_QUEUE)
        bridge.begin()
        await talk(call, bridge)
    except BridgeOver:
        pass
    finally:
        bridge.end()
        call.disregard(BridgeOver)


def _action(element: Element, page: Page, params: dict[str, str]) -> Goto | None:
    url = element.get("action")
    return Goto(page.address(url), params, element.get("method", "POST")) if url else None
