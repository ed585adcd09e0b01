"""Where each node of the phone menu leads: the edges of the graph that is drawn and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from crm_core.company.nodes import (
    Branch,
    CallbackWish,
    CollectDigits,
    CollectWords,
    HangUp,
    JoinQueue,
    Menu,
    MyTickets,
    OpenTicket,
    Rate,
    Say,
    TextLink,
    Transfer,
    Voicemail,
)
from crm_core.company.part import Path

if TYPE_CHECKING:
    from crm_core.company.phone import Phone


@dataclass(frozen=True, slots=True)
class Way:
    """`to` is None where the menu ends. `at`: where in the node it stands. `is_silent`: taken without asking first.

    `is_rescue`: taken by who is not understood, so nothing that a caller can rely on.
    """

    label: str
    to: str | None
    at: Path = ()
    is_silent: bool = False
    is_rescue: bool = False


def ways_of(phone: Phone, name: str) -> list[Way]:
    """All that lead out of a node, in the order of the file."""
    node = phone.nodes[name]
    match node:
        case Say():
            return [Way("", node.goto, ("goto",), is_silent=True)]
        case Menu():
            options = [
                Way(option.key, option.goto, ("options", number, "goto")) for number, option in enumerate(node.options)
            ]
            return [*options, _misunderstood(phone, node.otherwise)]
        case CollectDigits() | CollectWords():
            return [Way(f"{node.name} given", node.goto, ("goto",)), _misunderstood(phone, node.otherwise)]
        case Branch():
            cases = [
                Way(", ".join(case.conditions), case.goto, ("when", number, "goto"), is_silent=True)
                for number, case in enumerate(node.when)
            ]
            return [*cases, Way("else", node.otherwise, ("else",), is_silent=True)]
        case MyTickets():
            return [*_on(phone, "1", node.goto), *_without_ticket(phone, name, node), _misunderstood(phone, None)]
        case OpenTicket():
            return [*_after_sending(phone, node), _misunderstood(phone, None)]
        case JoinQueue():
            return [Way(f"waits in {node.queue}", None), *_otherwise("nobody there", node.otherwise)]
        case Voicemail():
            return [Way("leaves a message", None)]
        case CallbackWish():
            return [Way("is called back", None), *_otherwise("no number", node.otherwise)]
        case Rate():
            return [Way("rated", node.goto, ("goto",)), Way("says nothing", None), _misunderstood(phone, None)]
        case Transfer():
            return _transfer(phone, node)
        case TextLink():
            sent = Way("sent", node.goto, ("goto",), is_silent=True)
            return [sent, *_otherwise("cannot be sent", node.otherwise)]
        case HangUp():
            return [Way("hangs up", None)]
        case _:
            assert_never(node)


def _misunderstood(phone: Phone, otherwise: str | None) -> Way:
    return Way("3 misunderstandings", otherwise or phone.person, ("else",), is_rescue=otherwise is None)


def _otherwise(label: str, otherwise: str | None) -> list[Way]:
    """Without it the caller leaves a message, which is an end."""
    return [Way(label, otherwise, ("else",), is_silent=True)] if otherwise is not None else []


def _on(phone: Phone, label: str, goto: str | None) -> list[Way]:
    """Back to the beginning when the node names nothing else."""
    return [Way(label, goto, ("goto",))] if goto is not None else [Way(label, home) for home in phone.homes]


def _after_sending(phone: Phone, node: OpenTicket) -> list[Way]:
    """Silence means that nothing more is wanted, unless the node leads on."""
    more = _on(phone, "sent" if node.goto is not None else "something more", node.goto)
    return more if node.goto is not None else [Way("nothing more", None), *more]


def _without_ticket(phone: Phone, name: str, node: MyTickets) -> list[Way]:
    """Who begins here goes to `person`."""
    if node.otherwise is not None:
        return [Way("no ticket", node.otherwise, ("else",), is_silent=True)]
    homes = (phone.person if home == name else home for home in phone.homes)
    return [Way("no ticket", home, is_silent=True) for home in dict.fromkeys(homes)]


def _transfer(phone: Phone, node: Transfer) -> list[Way]:
    if node.goto is not None:
        return [Way("", node.goto, ("goto",), is_silent=True)]
    unanswered = Way(
        "nobody answers", node.otherwise or phone.person, ("else",), is_silent=True, is_rescue=node.otherwise is None
    )
    return [Way(f"rings {node.to}", None), unanswered]
