"""What in the phone menu must fit the rest of the company file: languages, queues, branches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_core.company.branching import Case
from crm_core.company.nodes import Branch, CollectDigits, CollectWords, JoinQueue, Menu, Node, OpenTicket
from crm_core.company.part import Fault, LocalText, Path

if TYPE_CHECKING:
    from crm_core.company.file import Company

LANGUAGE_KEY = "9"


def spoken_texts(company: Company) -> Iterator[tuple[Path, LocalText]]:
    """What callers hear or read."""
    yield ("phone", "greeting"), company.phone.greeting
    if company.phone.blocked is not None:
        yield ("phone", "blocked"), company.phone.blocked
    for name, node in company.phone.nodes.items():
        for key in ("prompt", "text"):
            text = getattr(node, key, None)
            if text is not None:
                yield ("phone", "nodes", name, key), text


def unfitting(company: Company) -> Iterator[Fault]:
    collected = {node.name for node in company.phone.nodes.values() if isinstance(node, CollectDigits | CollectWords)}
    for name, node in company.phone.nodes.items():
        at: Path = ("phone", "nodes", name)
        if isinstance(node, JoinQueue | OpenTicket):
            yield from _queue(company, (*at, "queue"), node.queue)
        if isinstance(node, Branch):
            for number, case in enumerate(node.when):
                yield from _case(company, (*at, "when", number), case, collected)
        if len(company.languages) > 1:
            yield from _language_key(at, node)


def _case(company: Company, at: Path, case: Case, collected: set[str]) -> Iterator[Fault]:
    yield from _queue(company, (*at, "queue"), case.queue)
    if case.branch is not None and case.branch not in company.branches:
        yield Fault((*at, "branch"), f"names a branch that is not described: {case.branch}")
    if case.language is not None and case.language not in company.languages:
        yield Fault((*at, "language"), f"names a language that nobody is spoken to in: {case.language}")
    if case.collected is not None and case.collected not in collected:
        yield Fault((*at, "collected"), f"names an answer that no node collects: {case.collected}")


def _queue(company: Company, at: Path, queue: str | None) -> Iterator[Fault]:
    if queue is not None and queue not in company.queues:
        yield Fault(at, f"names a queue that is not described: {queue}")


def _language_key(at: Path, node: Node) -> Iterator[Fault]:
    for number, option in enumerate(node.options if isinstance(node, Menu) else []):
        if option.key == LANGUAGE_KEY:
            yield Fault((*at, "options", number, "key"), f"key {LANGUAGE_KEY} changes the language")
