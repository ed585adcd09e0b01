"""Which verbs, nouns and attributes of TwiML the simulator knows. What it does not know it refuses loudly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from telephony.simulator.call import Call
from telephony.simulator.documents import Goto

# What the voice may be told beside words.
SPEECH = {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}


@dataclass(frozen=True)
class Setting:
    """Where a document runs and what may stand in it. `takes_time`: even with a virtual clock what is spoken lasts."""

    name: str
    verbs: frozenset[str] | None = None
    takes_time: bool = False


SPOKEN = frozenset({"Say", "Play", "Pause"})
IN_CALL = Setting("a call")
QUEUE_WAIT = Setting("a queue's waitUrl", SPOKEN | {"Gather", "Hangup", "Leave", "Redirect", "Record"}, takes_time=True)
CONFERENCE_WAIT = Setting("a conference's music", SPOKEN | {"Redirect"}, takes_time=True)
WHISPER = Setting("a called person's url", SPOKEN | {"Gather", "Hangup", "Redirect", "Record"})
FROM_QUEUE = Setting("a queue's url", SPOKEN | {"Redirect"})
ANNOUNCEMENT = Setting("an announcement", SPOKEN)


@dataclass(frozen=True)
class Page:
    """A document as it was fetched: relative addresses in it are relative to `base`."""

    root: Element
    base: str
    setting: Setting

    def address(self, url: str | None) -> str:
        """Of an attribute; the document's own address where it is missing. What is no address comes back as it is."""
        if url is None:
            return self.base
        try:
            return urljoin(self.base, url)
        except ValueError:
            return url


Run = Callable[[Call, Element, Page], Awaitable[Goto | None]]


@dataclass(frozen=True)
class Known:
    attributes: frozenset[str]
    children: frozenset[str]


class UnknownVerb(Exception):
    pass


RUN: dict[str, Run] = {}
KNOWN: dict[str, Known] = {}


def verb(name: str, attributes: str = "", children: str = "") -> Callable[[Run], Run]:
    """Registers what carries out a verb. Names are separated by blanks."""

    def register(run: Run) -> Run:
        RUN[name] = run
        noun(name, attributes, children)
        return run

    return register


def noun(name: str, attributes: str = "", children: str = "") -> None:
    KNOWN[name] = Known(frozenset(attributes.split()), frozenset(children.split()))


def complaints(element: Element, setting: Setting | None = None) -> list[str]:
    """About attributes, which are ignored. Raises UnknownVerb for what cannot be carried out or may not stand here."""
    tag = element.tag
    if setting is not None and (tag not in RUN or (setting.verbs is not None and tag not in setting.verbs)):
        raise UnknownVerb(f"12200 <{tag}> in {setting.name}")
    known = KNOWN[tag]
    found = [f"12200 <{tag}>: unknown attribute {name}" for name in element.attrib if name not in known.attributes]
    for child in element:
        if child.tag in SPEECH and tag == "Say":
            continue
        if child.tag not in known.children:
            raise UnknownVerb(f"12200 <{child.tag}> in <{tag}>")
        found += complaints(child)
    return found


def is_true(element: Element, name: str, *, default: bool = False) -> bool:
    return element.get(name, str(default).lower()) == "true"


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
