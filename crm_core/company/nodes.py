"""What a line is made of: the kinds of node, and where each leads, as offhook.yml describes them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from crm_core.company.branching import Case
from crm_core.company.part import LocalText, Part
from crm_core.company.support import PLACEHOLDER

# What a link, and the text around it, may name.
LINK_PLACEHOLDERS = ("company.name", "contact.ref", "call.ref", "link")

Answer: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Number: TypeAlias = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
# A word of Python, so that the field has another name than the file.
Else: TypeAlias = Annotated[str | None, Field(alias="else")]


class NodePart(Part):
    """`proof`: what a caller needs to come here. A PIN is asked for on the way; who cannot prove it meets a person."""

    proof: Literal["caller-id", "pin"] | None = None


class Say(NodePart):
    do: Literal["say"]
    prompt: LocalText
    goto: str


class Option(Part):
    """One way out of a menu: a key, and the words that mean the same."""

    key: Annotated[str, Field(pattern=r"^[1-9]$")]
    words: dict[str, list[str]] = {}
    goto: str


class Menu(NodePart):
    """`else`: where it goes on after three misunderstandings, instead of `person`."""

    do: Literal["menu"]
    prompt: LocalText
    options: Annotated[list[Option], Field(min_length=1)]
    otherwise: Else = None


class CollectDigits(NodePart):
    """Kept with the call as `name`, which `label` shows to the team. Read back unless `confirm: false`."""

    do: Literal["collect-digits"]
    name: Answer
    label: LocalText = {}
    prompt: LocalText
    min: Annotated[int, Field(ge=1, le=40)] = 1
    max: Annotated[int, Field(ge=1, le=40)] = 20
    confirm: bool = True
    goto: str
    otherwise: Else = None

    @model_validator(mode="after")
    def _span(self) -> CollectDigits:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


class CollectWords(NodePart):
    """As collect-digits. `hints`: words by language that the recogniser should expect."""

    do: Literal["collect-words"]
    name: Answer
    label: LocalText = {}
    prompt: LocalText
    hints: dict[str, list[str]] = {}
    confirm: bool = True
    goto: str
    otherwise: Else = None


class Branch(NodePart):
    """The first case that holds; the caller hears nothing of it."""

    do: Literal["branch"]
    when: Annotated[list[Case], Field(min_length=1)]
    otherwise: Annotated[str, Field(alias="else")]


class MyTickets(NodePart):
    """`proof` is for the status, `notes` for having read aloud what was written. `goto`: where key 1 leads, `else`
    where who has no ticket goes on; without them back to the beginning.
    """

    do: Literal["my-tickets"]
    proof: Literal["caller-id", "pin"] | None = "caller-id"
    notes: Literal["caller-id", "pin", "never"] = "pin"
    goto: str | None = None
    otherwise: Else = None


class OpenTicket(NodePart):
    """Without `goto` back to the beginning."""

    do: Literal["open-ticket"]
    queue: str | None = None
    goto: str | None = None


class JoinQueue(NodePart):
    """`else`: where it goes on while nobody is there; without it to a message."""

    do: Literal["queue"]
    queue: str
    otherwise: Else = None


class Voicemail(NodePart):
    do: Literal["voicemail"]
    prompt: LocalText | None = None


class CallbackWish(NodePart):
    """`appointment`: the caller chooses among three times. `else`: for who gives no number; without it a message."""

    do: Literal["callback"]
    appointment: bool = False
    otherwise: Else = None


class Rate(NodePart):
    """From 1 to 5: the ticket of the call when it is resolved, else the call. Without `goto` the call ends."""

    do: Literal["rate"]
    prompt: LocalText | None = None
    goto: str | None = None


class Transfer(NodePart):
    """To another number, with `else` when nobody answers there (without it to `person`); or to another node."""

    do: Literal["transfer"]
    prompt: LocalText | None = None
    to: Number | None = None
    goto: str | None = None
    otherwise: Else = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Transfer:
        if (self.to is None) == (self.goto is None):
            raise ValueError("name either a number (`to`) or a node (`goto`)")
        if self.goto is not None and self.otherwise is not None:
            raise ValueError("a node always answers: leave out `else`")
        return self


def _nameable(text: str) -> str:
    unknown = sorted(set(PLACEHOLDER.findall(text)) - set(LINK_PLACEHOLDERS))
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in LINK_PLACEHOLDERS)
        raise ValueError(f"nothing fills {{{unknown[0]}}}; there are: {known}")
    return text


def _leads_out(link: str) -> str:
    if "{link}" in link:
        raise ValueError("a link cannot hold itself: {link} belongs into the text")
    return _nameable(link)


def _with_link(text: LocalText) -> LocalText:
    for language, written in text.items():
        if "{link}" not in _nameable(written):
            raise ValueError(f"the {language} text lacks {{link}}")
    return text


class TextLink(NodePart):
    """An SMS with a link, to the number that calls or the one that is asked for. Without `goto` the call ends.

    `else`: where it goes on when no SMS may or can be sent.
    """

    do: Literal["text-me-a-link"]
    link: Annotated[str, Field(pattern=r"^https://\S+$"), AfterValidator(_leads_out)]
    text: Annotated[LocalText, AfterValidator(_with_link)]
    goto: str | None = None
    otherwise: Else = None


class HangUp(NodePart):
    do: Literal["hang-up"]
    prompt: LocalText | None = None


Node: TypeAlias = Annotated[
    Say
    | Menu
    | CollectDigits
    | CollectWords
    | Branch
    | MyTickets
    | OpenTicket
    | JoinQueue
    | Voicemail
    | CallbackWish
    | Rate
    | Transfer
    | TextLink
    | HangUp,
    Field(discriminator="do"),
]
