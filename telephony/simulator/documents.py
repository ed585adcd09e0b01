"""How a document of the product's is had: asked for, from the fallback where that fails, and read."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from telephony.simulator.delivery import WebhookDelivery
from telephony.simulator.exchange import Exchange


@dataclass(frozen=True)
class Goto:
    """Where to go on. `twiml`: the document itself, instead of an address."""

    url: str = ""
    params: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    twiml: str = ""


NOWHERE = Goto()


class Failed(Exception):
    """A document that was not there or could not be read; the text is Twilio's number for the error."""


async def fetch(
    exchange: Exchange, goto: Goto, params: dict[str, str], fallback: Goto, of: str, *, may_be_empty: bool = False
) -> tuple[Element, str]:
    """The document and its address. `of`: a lasting name of who wants it. Raises Failed."""
    if goto.twiml:
        return _parsed(exchange, goto.twiml.encode(), "Twiml"), ""
    delivery = await ask(exchange, goto, params, of)
    try:
        return _read(exchange, delivery, may_be_empty=may_be_empty), goto.url
    except Failed as error:
        if not fallback.url or fallback.url == goto.url:
            raise
        told = {"ErrorCode": str(error), "ErrorUrl": goto.url}
    last = Goto(fallback.url, told, fallback.method)
    delivery = await ask(exchange, last, params, of)
    return _read(exchange, delivery, may_be_empty=may_be_empty), last.url


async def ask(exchange: Exchange, goto: Goto, params: dict[str, str], of: str) -> WebhookDelivery:
    """A repeated request has to be answered alike."""
    asked, token = {**params, **goto.params}, exchange.new_token()
    first = await exchange.deliverer.send(goto.url, asked, token, method=goto.method, kind="document")
    if exchange.chaos is None or not exchange.chaos.doubles(f"document of {of}"):
        return first
    second = await exchange.deliverer.send(goto.url, asked, token, method=goto.method, kind="document")
    if first.is_document and second.is_document and first.body != second.body:
        exchange.complain(f"a repeated request was answered differently: {goto.url}")
    return second


def _read(exchange: Exchange, delivery: WebhookDelivery, *, may_be_empty: bool) -> Element:
    if delivery.is_audio:
        root = Element("Response")
        ElementTree.SubElement(root, "Play").text = delivery.url
        return root
    if may_be_empty and 200 <= delivery.status < 300 and not delivery.body.strip():
        return Element("Response")
    if not delivery.is_document:
        code = "11205" if delivery.status == 0 else "11200"
        exchange.complain(f"{code} {delivery.url}: {delivery.status} {delivery.body[:200]!r}")
        raise Failed(code)
    return _parsed(exchange, delivery.body, delivery.url)


def _parsed(exchange: Exchange, body: bytes, where: str) -> Element:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (the product's own document, on loopback)
    except ElementTree.ParseError as error:
        exchange.complain(f"12100 {where}: {error}")
        raise Failed("12100") from error
    if root.tag != "Response":
        exchange.complain(f"12102 {where}: <{root.tag}> instead of <Response>")
        raise Failed("12102")
    return root
