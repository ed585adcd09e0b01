"""What a drawing of the phone menu shows, however it is drawn: boxes, arrows, and where callers come in."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import assert_never

from crm_core.company import (
    Branch,
    CallbackWish,
    CollectDigits,
    CollectWords,
    HangUp,
    JoinQueue,
    Menu,
    MyTickets,
    Node,
    OpenTicket,
    Phone,
    Rate,
    Say,
    TextLink,
    Transfer,
    Voicemail,
)
from crm_core.company.ways import ways_of

LONGEST_TEXT = 110
BEGINNING = "beginning"
ENTRIES = {"start": "open", "closed": "closed", "person": "key 0", "after": "after a talk"}


class Role(enum.Enum):
    ASKS = enum.auto()
    PASSES = enum.auto()
    PERSON = enum.auto()
    ENDS = enum.auto()


@dataclass(frozen=True, slots=True)
class Box:
    """`text`: what is said there, or what it is about."""

    name: str
    kind: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """Without a `target` it leads back to the beginning, whichever that is at the hour."""

    source: str
    target: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`entries`: what brings callers in, and to which box. `rescue`: where who is not understood ends up."""

    boxes: list[Box]
    arrows: list[Arrow]
    entries: list[tuple[str, str]]
    rescue: str

    def leading_from(self, name: str) -> list[Arrow]:
        return [arrow for arrow in self.arrows if arrow.source == name]


def plan_of(phone: Phone, language: str) -> Plan:
    """Ways between the same two boxes are one arrow. What `0` and misunderstandings do is said once."""
    boxes = [Box(name, node.do, _role(node), _text(node, language)) for name, node in phone.nodes.items()]
    labels: dict[tuple[str, str | None], list[str]] = {}
    for name in phone.nodes:
        for way in ways_of(phone, name):
            if way.to is not None and not way.is_rescue:
                said = labels.setdefault((name, way.to if way.at else None), [])
                said += [way.label] if way.label and way.label not in said else []
    arrows = [Arrow(source, to, ", ".join(said)) for (source, to), said in labels.items()]
    entries: dict[str, list[str]] = {}
    for key, name in phone.entries.items():
        entries.setdefault(name, []).append(ENTRIES[key])
    return Plan(boxes, arrows, [(", ".join(said), name) for name, said in entries.items()], phone.person)


def _role(node: Node) -> Role:
    match node:
        case Menu() | CollectDigits() | CollectWords() | MyTickets() | OpenTicket() | Rate():
            return Role.ASKS
        case Say() | Branch():
            return Role.PASSES
        case TextLink():
            return Role.PASSES if node.goto is not None else Role.ENDS
        case JoinQueue():
            return Role.PERSON
        case Transfer():
            return Role.PERSON if node.to is not None else Role.PASSES
        case Voicemail() | CallbackWish() | HangUp():
            return Role.ENDS
        case _:
            assert_never(node)


def _text(node: Node, language: str) -> str:
    match node:
        case Say() | Menu() | CollectDigits() | CollectWords():
            text = node.prompt.get(language, "")
        case Voicemail() | HangUp() | Rate():
            text = node.prompt.get(language, "") if node.prompt is not None else ""
        case JoinQueue():
            text = node.queue
        case TextLink():
            text = node.link
        case Transfer():
            text = node.to or (node.prompt or {}).get(language, "")
        case Branch() | MyTickets() | OpenTicket() | CallbackWish():
            text = ""
        case _:
            assert_never(node)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1].rstrip() + "…"
