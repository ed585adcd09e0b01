"""The lines and their menus, as offhook.yml describes them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from crm_core.company.part import LocalText, Part


class Option(Part):
    """One way out of a menu: a key, and the words that mean the same."""

    key: Annotated[str, Field(pattern=r"^[1-9]$")]
    words: dict[str, list[str]] = {}
    goto: str


class Menu(Part):
    do: Literal["menu"]
    prompt: LocalText
    options: list[Option]


class MyTickets(Part):
    do: Literal["my-tickets"]


class OpenTicket(Part):
    do: Literal["open-ticket"]


class JoinQueue(Part):
    do: Literal["queue"]
    queue: str


class Voicemail(Part):
    do: Literal["voicemail"]


class CallbackWish(Part):
    do: Literal["callback"]


Node: TypeAlias = Annotated[
    Menu | MyTickets | OpenTicket | JoinQueue | Voicemail | CallbackWish, Field(discriminator="do")
]


class Phone(Part):
    """`start` is the first node in opening hours, `closed` outside them, `person` where `0` leads."""

    number: str
    greeting: LocalText
    start: str
    closed: str
    person: str
    nodes: dict[str, Node]

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Phone:
        wanted = {self.start, self.closed, self.person}
        for node in self.nodes.values():
            if isinstance(node, Menu):
                wanted |= {option.goto for option in node.options}
        missing = sorted(wanted - self.nodes.keys())
        if missing:
            raise ValueError(f"phone leads to nodes that are not described: {', '.join(missing)}")
        if not isinstance(self.nodes[self.person], JoinQueue | Voicemail):
            raise ValueError("phone.person must be a queue or a voicemail: it is where `0` leads")
        return self
