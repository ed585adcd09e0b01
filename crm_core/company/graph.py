"""The graph of the phone menu: whoever is in it gets out, comes everywhere, and is never sent in circles unasked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from crm_core.company.nodes import JoinQueue, Menu, Transfer, Voicemail
from crm_core.company.part import Fault
from crm_core.company.ways import Way, ways_of

if TYPE_CHECKING:
    from crm_core.company.phone import Phone


def faults_of(phone: Phone) -> list[Fault]:
    """What is wrong with it. While it leads to nodes that are not there, nothing else can be told."""
    ways = {name: ways_of(phone, name) for name in phone.nodes}
    unknown = [*_unknown_entries(phone), *_unknown_targets(ways)]
    if unknown:
        return [*unknown, *_doubled_keys(phone)]
    return [
        *_person(phone),
        *_doubled_keys(phone),
        *_calls_itself(phone),
        *_dead_ends(ways),
        *_unreachable(phone, ways),
        *_circles(ways),
    ]


def _unknown_entries(phone: Phone) -> Iterator[Fault]:
    for key, name in phone.entries.items():
        if name not in phone.nodes:
            yield Fault((key,), f"leads to a node that is not described: {name}")


def _unknown_targets(ways: Mapping[str, list[Way]]) -> Iterator[Fault]:
    for name, leading in ways.items():
        for way in leading:
            # Where a node names no target of its own, an entry was complained about already.
            if way.to is not None and way.to not in ways and way.at and not way.is_rescue:
                yield Fault(("nodes", name, *way.at), f"leads to a node that is not described: {way.to}")


def _person(phone: Phone) -> Iterator[Fault]:
    person = phone.nodes[phone.person]
    if not isinstance(person, JoinQueue | Voicemail):
        yield Fault(("person",), "must be a queue or a voicemail: it is where `0` leads")
    elif person.proof is not None:
        yield Fault(("nodes", phone.person, "proof"), "asks for proof, but `0` leads here for who has none")


def _doubled_keys(phone: Phone) -> Iterator[Fault]:
    for name, node in phone.nodes.items():
        if not isinstance(node, Menu):
            continue
        taken: set[str] = set()
        for number, option in enumerate(node.options):
            if option.key in taken:
                yield Fault(("nodes", name, "options", number, "key"), f"key {option.key} is taken already")
            taken.add(option.key)
            if option.key == phone.agent_key:
                yield Fault(
                    ("nodes", name, "options", number, "key"), f"key {option.key} is the one of colleagues (agent_key)"
                )


def _calls_itself(phone: Phone) -> Iterator[Fault]:
    for name, node in phone.nodes.items():
        if isinstance(node, Transfer) and node.to == phone.number:
            yield Fault(("nodes", name, "to"), "the line would ring itself")


def _dead_ends(ways: Mapping[str, list[Way]]) -> Iterator[Fault]:
    """Who does as they are told must get out: being misunderstood three times does not count as an exit."""
    leaving = {name for name, leading in ways.items() if any(way.to is None for way in leading)}
    while more := {
        name
        for name, leading in ways.items()
        if name not in leaving and any(way.to in leaving and not way.is_rescue for way in leading)
    }:
        leaving |= more
    for name in ways:
        if name not in leaving:
            yield Fault(("nodes", name), "is a dead end: no way from here leads to an end")


def _unreachable(phone: Phone, ways: Mapping[str, list[Way]]) -> Iterator[Fault]:
    reached = _reached(ways, phone.entries.values())
    for name in ways:
        if name not in reached:
            yield Fault(("nodes", name), "is never reached: no way leads here")


def _reached(ways: Mapping[str, list[Way]], entries: Iterable[str]) -> set[str]:
    reached, todo = set(entries), list(entries)
    while todo:
        for way in ways[todo.pop()]:
            if way.to is not None and way.to not in reached:
                reached.add(way.to)
                todo.append(way.to)
    return reached


def _circles(ways: Mapping[str, list[Way]]) -> Iterator[Fault]:
    """Ways that are taken without asking must not come back to where they began. Each circle is named once."""
    silent = {name: [way for way in leading if way.is_silent] for name, leading in ways.items()}
    named: set[str] = set()
    for name in silent:
        circle = _circle(silent, name) if name not in named else None
        if circle is not None:
            named |= set(circle)
            yield Fault(("nodes", name), f"goes in circles without asking: {' → '.join([*circle, name])}")


def _circle(silent: Mapping[str, list[Way]], start: str) -> list[str] | None:
    """The shortest way from a node back to it."""
    came_from: dict[str, str] = {}
    todo = [start]
    for name in todo:
        for way in silent[name]:
            if way.to == start:
                path = [name]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if way.to is not None and way.to not in came_from:
                came_from[way.to] = name
                todo.append(way.to)
    return None
