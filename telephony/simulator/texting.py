"""A text to a number of the account, and what the product answers to it."""

from __future__ import annotations

from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from telephony.simulator import documents, messages
from telephony.simulator.documents import Failed, Goto
from telephony.simulator.exchange import Exchange, Text
from telephony.simulator.messages import EVENTS, Message
from telephony.simulator.reports import Callback

STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
START = {"start", "yes", "unstop"}
STOPPED = "You have successfully been unsubscribed. You will not receive any more messages. Reply START to resubscribe."
STARTED = "You have successfully been re-subscribed to messages. Reply STOP to unsubscribe."
MESSAGE_ATTRIBUTES = {"to", "from", "action", "method", "statusCallback"}
MOST_DOCUMENTS = 10


async def receive(exchange: Exchange, message: Message) -> None:
    """STOP and START are heeded before the product hears of them."""
    _heed(exchange, message)
    config, params = exchange.numbers[message.to], _params(message)
    url, fallback = config.sms_url, Goto(config.sms_fallback_url)
    for _document in range(MOST_DOCUMENTS):
        if not url:
            return
        try:
            found = await documents.fetch(exchange, Goto(url), params, fallback, message.name, may_be_empty=True)
        except Failed:
            return
        url = _carry_out(exchange, *found, message)
    exchange.complain(f"the answers to a text lead to each other without end, at last {url}")


def _params(message: Message) -> dict[str, str]:
    return message.params() | {
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "Body": message.body,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(message.segments),
        **{f"MediaUrl{number}": url for number, url in enumerate(message.media)},
        **{f"MediaContentType{number}": "image/jpeg" for number in range(len(message.media))},
    }


def _heed(exchange: Exchange, message: Message) -> None:
    """In English only, as the carrier does by itself."""
    word, pair = message.body.strip().casefold(), (message.from_, message.to)
    answer = ""
    if word in STOP:
        exchange.opted_out.add(pair)
        answer = STOPPED
    elif word in START and pair in exchange.opted_out:
        exchange.opted_out.discard(pair)
        answer = STARTED
    if answer:
        exchange.handset(message.from_).texts.append(Text(message.to, message.from_, answer, by_carrier=True))


def _carry_out(exchange: Exchange, root: Element, base: str, message: Message) -> str:
    """The address to go on at, if any."""
    for element in root:
        match element.tag:
            case "Redirect":
                return urljoin(base, (element.text or "").strip())
            case "Message" if not set(element.attrib) - MESSAGE_ATTRIBUTES:
                _reply(exchange, element, base, message)
            case _:
                exchange.complain(f"12200 <{element.tag}> with {sorted(element.attrib)} answers no text")
    return ""


def _reply(exchange: Exchange, element: Element, base: str, message: Message) -> None:
    """To somebody who has just sent STOP it is not sent, and nobody is told: it was never asked for over REST."""
    body = "".join(child.text or "" for child in element if child.tag == "Body") or (element.text or "").strip()
    media = tuple((child.text or "").strip() for child in element if child.tag == "Media")
    from_, to = element.get("from", message.to), element.get("to", message.from_)
    url = element.get("statusCallback") or element.get("action")
    callback = Callback(urljoin(base, url), events=EVENTS) if url else messages.NOBODY
    reply = messages.make(exchange, from_, to, body, "outbound-reply", media=media, callback=callback)
    if (to, from_) in exchange.opted_out:
        reply.error_code = 21610
        reply.become("failed")
    else:
        messages.send(reply)
