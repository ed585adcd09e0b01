"""Checks a TwiML document: verbs, attributes and their values as published, and what may stand inside what."""

import re
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree

from tests.contracts.location import load

Place = Literal["call", "queue-wait", "conference-wait", "whisper"]

SAY_INNER = {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
SPOKEN = {"Say", "Play", "Pause"}
CALL_VERBS = SPOKEN | {
    "Connect",
    "Dial",
    "Echo",
    "Enqueue",
    "Gather",
    "Hangup",
    "Leave",
    "Pay",
    "Prompt",
    "Record",
    "Redirect",
    "Refer",
    "Reject",
    "Sms",
    "Start",
    "Stop",
}
TARGETS = {"Number", "Sip", "Client", "Conference", "Queue", "Application", "WhatsApp"}
CONNECTIONS = {
    "Stream",
    "Room",
    "ConversationRelay",
    "Conversation",
    "VirtualAgent",
    "Assistant",
    "AiSession",
    "ConversationRelaySession",
}
CHILDREN = {
    "Response": CALL_VERBS,
    "Gather": SPOKEN,
    "Prompt": SPOKEN,
    "Dial": TARGETS,
    "Enqueue": {"Task"},
    "Connect": CONNECTIONS,
    "Start": {"Stream", "Siprec", "Transcription", "Recording"},
    "Stop": {"Stream", "Siprec", "Transcription", "Recording"},
    "Stream": {"Parameter"},
    "Siprec": {"Parameter"},
    "Transcription": {"Config", "Parameter"},
    "ConversationRelay": {"Language", "Parameter"},
    "Assistant": {"Language", "Parameter"},
    "VirtualAgent": {"Config", "Parameter"},
    "Client": {"Identity", "Parameter"},
    "Application": {"ApplicationSid", "Parameter"},
    "Refer": {"Sip"},
    "Pay": {"Prompt", "Parameter"},
    "Say": SAY_INNER,
    "Message": {"Body", "Media"},
} | dict.fromkeys(("emphasis", "lang", "p", "prosody", "s"), SAY_INNER)
# What Twilio runs while a caller waits, or to the called person before the bridge, may hold fewer verbs.
VERBS_AT: dict[str, set[str]] = {
    "call": CALL_VERBS,
    "queue-wait": SPOKEN | {"Gather", "Hangup", "Leave", "Redirect", "Record"},
    "conference-wait": SPOKEN | {"Redirect"},
    "whisper": SPOKEN | {"Gather", "Hangup", "Redirect", "Record"},
}
TEXT_ALLOWED = {"Say", "Play", "Redirect", "Sms", "Dial", "Enqueue", "Message", "Task"} | SAY_INNER - {"break"}
TEXT_REQUIRED = {
    "Number",
    "Sip",
    "Conference",
    "Queue",
    "WhatsApp",
    "Redirect",
    "Body",
    "Media",
    "Identity",
    "Room",
    "ApplicationSid",
    "Sms",
}
BARE = {"Hangup", "Leave", "Echo", "Response", "Stop", "Body", "Media", "Identity", "ApplicationSid", "p", "s"}
MESSAGING = {
    "Message": {"to": "string", "from": "string", "action": "string", "method": "string", "statusCallback": "string"}
}
# Twilio refuses a document above 64 kB and a <Say> above 4096 characters.
LARGEST, LONGEST_SAY = 64 * 1024, 4096
ADDRESSES = re.compile(r"(action|url|.*Url|.*Callback)$")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def check(xml: str, place: Place = "call") -> list[str]:
    """Violations of a document. `place`: in the call, on a waitUrl, or on a Number's url."""
    try:
        root = ElementTree.fromstring(xml.encode())
    except ElementTree.ParseError as problem:
        return [f"not XML: {problem}"]
    if root.tag != "Response":
        return [f"the root is <{root.tag}>, not <Response>"]
    found = [f"larger than {LARGEST} bytes"] if len(xml.encode()) > LARGEST else []
    return found + list(_root(root, place)) + [line for verb in root for line in _element(verb)]


def _root(root: ElementTree.Element, place: Place) -> Iterator[str]:
    verbs = {verb.tag for verb in root}
    allowed = VERBS_AT[place]
    if "Message" in verbs:
        allowed = {"Message", "Redirect"}
    yield from (f"<{tag}> may not stand in <Response> ({place})" for tag in sorted(verbs - allowed))
    yield from (f"Response: unknown attribute {name}" for name in root.attrib)
    if _own_text(root):
        yield "<Response> holds text outside of verbs"


def _element(element: ElementTree.Element) -> Iterator[str]:
    tag = element.tag
    yield from _attributes(element)
    allowed = CHILDREN.get(tag, set())
    yield from (f"<{child.tag}> may not stand in <{tag}>" for child in element if child.tag not in allowed)
    text = _own_text(element)
    if text and tag not in TEXT_ALLOWED | TEXT_REQUIRED:
        yield f"<{tag}> may not hold text"
    if not text and tag in TEXT_REQUIRED and not (tag == "Sip" and len(element)):
        yield f"<{tag}> is empty"
    yield from _rules(element, text)
    for child in element:
        yield from _element(child)


def _own_text(element: ElementTree.Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _published_name(tag: str) -> str:
    """SSML tags are listed as SsmlBreak, SsmlSayAs and so on."""
    return "Ssml" + "".join(part.capitalize() for part in tag.split("-")) if tag in SAY_INNER else tag


def _attributes(element: ElementTree.Element) -> Iterator[str]:
    published = load("twiml/attributes.json")
    known = {**published["attributes"], **MESSAGING}.get(_published_name(element.tag))
    if known is None and element.tag not in BARE:
        yield f"<{element.tag}> is unknown"
        return
    for raw_name, value in element.attrib.items():
        name = "xml:lang" if raw_name == XML_LANG else raw_name
        if name not in (known or {}):
            yield f"{element.tag}: unknown attribute {name}"
        elif problem := _value_problem(name, (known or {})[name], value, published["enums"]):
            yield f"{element.tag}.{name}: {problem}"


def _value_problem(name: str, kind: str, value: str, enums: dict[str, list[str]]) -> str:
    several = kind.endswith("[]")
    kind = kind.removesuffix("[]")
    values = value.split() if several else [value]
    if several and (not values or "," in value):
        return f"{value!r} must be words with blanks between"
    if kind == "boolean" and value not in ("true", "false"):
        return f"{value!r} is not true or false"
    if kind == "number" and not all(re.fullmatch(r"\d+(\.\d+)?", one) for one in values):
        return f"{value!r} is no number"
    if kind in enums and not all(one in enums[kind] for one in values):
        return f"{value!r} is not allowed"
    if name.lower().endswith("method") and value not in ("GET", "POST"):
        return f"{value!r} is not GET or POST"
    if ADDRESSES.match(name) and not re.fullmatch(r"((https?|wss?)://[^/\s]+|/|\?|[\w.-]+)\S*", value):
        return f"{value!r} is no address"
    return ""


def _rules(element: ElementTree.Element, text: str) -> Iterator[str]:
    children = [child.tag for child in element]
    match element.tag:
        case "Dial":
            yield from _dial(children, text)
        case "Connect" if len(children) != 1:
            yield "<Connect> needs exactly one connection"
        case "Start" | "Stop" if not children:
            yield f"<{element.tag}> needs something to start or stop"
        case "Enqueue" if bool(element.get("workflowSid")) == bool(text):
            yield "<Enqueue> needs either a queue name or workflowSid"
        case "Enqueue" if len(text) > 64:
            yield "<Enqueue>: a queue name has at most 64 characters"
        case "Play" if not text and not element.get("digits"):
            yield "<Play> needs an address or digits"
        case "Say" if not text and not children:
            yield "<Say> says nothing"
        case "Say" if len("".join(element.itertext())) > LONGEST_SAY:
            yield f"<Say> is longer than {LONGEST_SAY} characters"
        case "Gather" if not re.fullmatch(r"[0-9*#]?", element.get("finishOnKey", "")):
            yield "<Gather>: finishOnKey is one key or none"
        case "Stream" | "ConversationRelay" if element.get("url") and not element.get("url", "").startswith("wss://"):
            yield f"<{element.tag}>: url must be wss://"
        case "Message" if not text and not children:
            yield "<Message> is empty"


def _dial(children: list[str], text: str) -> Iterator[str]:
    alone = {"Conference", "Queue", "Application", "WhatsApp"}
    if not children and not text:
        yield "<Dial> calls nobody"
    if children and text:
        yield "<Dial> holds a number as text and a noun"
    if len(children) > 1 and alone & set(children):
        yield "<Dial>: a conference or queue stands alone"
    if len(children) > 10:
        yield "<Dial>: at most ten targets at once"
