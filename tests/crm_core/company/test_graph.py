"""Checked against a plain second reading of the raw file: nothing of the product's own graph is used in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from crm_core.company import Company, Phone
from crm_core.company.graph import faults_of

LINK = {"de": "{link}", "en": "{link}"}
TEXT = {"de": "Ja?", "en": "Yes?"}
REASONS = {
    "not described": "unknown",
    "must be a queue": "person",
    "is taken already": "key",
    "ring itself": "itself",
    "dead end": "dead end",
    "never reached": "unreachable",
    "in circles": "circle",
}


def _node(target: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A node of any kind; `else` may be left out where the file allows it."""
    option = st.fixed_dictionaries({"key": st.sampled_from("12345"), "goto": target})
    case = st.fixed_dictionaries({"emergency": st.booleans(), "goto": target})

    def kind(do: str, *, may: bool = False, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({"do": st.just(do), **fields}, optional={"else": target} if may else {})

    return st.one_of(
        kind("say", prompt=st.just(TEXT), goto=target),
        kind("transfer", goto=target),
        kind("branch", when=st.lists(case, min_size=1, max_size=2), may=True).filter(lambda node: "else" in node),
        kind("menu", may=True, prompt=st.just(TEXT), options=st.lists(option, min_size=1, max_size=3)),
        kind("collect-digits", may=True, name=st.just("a"), prompt=st.just(TEXT), goto=target),
        kind("collect-words", may=True, name=st.just("a"), prompt=st.just(TEXT), goto=target),
        kind("my-tickets", may=True, goto=target),
        kind("my-tickets"),
        kind("open-ticket"),
        kind("queue", may=True, queue=st.just("support")),
        kind("transfer", may=True, to=st.sampled_from(["+493023125299"] * 5 + ["+493023125100"])),
        kind("rate", goto=target),
        kind("text-me-a-link", may=True, link=st.just("https://a.b"), text=st.just(LINK), goto=target),
        kind("text-me-a-link", may=True, link=st.just("https://a.b"), text=st.just(LINK)),
        st.sampled_from([{"do": "voicemail"}, {"do": "hang-up"}, {"do": "rate"}, {"do": "callback"}]),
    )


@st.composite
def _phones(draw: st.DrawFn) -> dict[str, Any]:
    """A chain of nodes with other ways between them, so that many are in order and the others nearly so."""
    names = [f"n{number}" for number in range(draw(st.integers(2, 7)))]
    nowhere = ["nowhere"] if draw(st.integers(0, 9)) == 0 else []
    target = st.sampled_from(names + nowhere)
    nodes = {name: draw(_node(target)) for name in names}
    nodes["n0"] = draw(st.sampled_from([{"do": "voicemail"}, {"do": "queue", "queue": "support"}]))
    if draw(st.integers(0, 4)):
        for name, following in zip(names[1:], [*names[2:], "n0"], strict=True):
            place = next((key for key in ("goto", "else") if key in nodes[name]), None)
            if place is not None:
                nodes[name][place] = following
            elif "options" in nodes[name]:
                nodes[name]["options"][0]["goto"] = following
    raw: dict[str, Any] = {"number": "+493023125100", "greeting": TEXT, "nodes": nodes}
    raw |= {"start": "n1", "closed": draw(target), "person": "n0" if draw(st.integers(0, 9)) else "n1"}
    return raw | ({"after": draw(target)} if draw(st.booleans()) else {})


def _ways(raw: dict[str, Any], name: str) -> list[tuple[str | None, str]]:
    """Where a node leads and how: `told` (the caller answered), `silent`, `failed` (nobody relies on it)."""
    node, person = raw["nodes"][name], raw["person"]
    homes = [raw["start"], raw["closed"]]
    goto, other = node.get("goto"), node.get("else")
    match node["do"]:
        case "say":
            return [(goto, "silent")]
        case "branch":
            return [(case["goto"], "silent") for case in node["when"]] + [(other, "silent")]
        case "menu":
            rescue = [(other, "told")] if other else [(person, "failed")]
            return [(option["goto"], "told") for option in node["options"]] + rescue
        case "collect-digits" | "collect-words":
            return [(goto, "told"), (other, "told") if other else (person, "failed")]
        case "my-tickets":
            without = [other] if other else [person if home == name else home for home in homes]
            on = [goto] if goto else homes
            return [(one, "told") for one in on] + [(one, "silent") for one in without] + [(person, "failed")]
        case "open-ticket":
            return [(None, "told"), *((home, "told") for home in homes), (person, "failed")]
        case "transfer" if goto:
            return [(goto, "silent")]
        case "transfer":
            # It rings at once, and nobody was asked before.
            return [(None, "silent"), (other, "silent") if other else (person, "failed")]
        case "rate" if goto:
            return [(None, "told"), (goto, "told"), (person, "failed")]
        case "text-me-a-link" if goto:
            return [(goto, "silent")] + ([(other, "silent")] if other else [])
        case _:
            return [(None, "told")] + ([(other, "silent")] if other else [])


def _closure(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """By name, what can be reached in one step or more."""
    reached = {name: set(to) for name, to in edges.items()}
    for middle in edges:
        for first in edges:
            if middle in reached[first]:
                reached[first] |= reached[middle]
    return reached


def _edges(raw: dict[str, Any], *kinds: str) -> dict[str, set[str]]:
    return {name: {to for to, kind in _ways(raw, name) if to and kind in kinds} for name in raw["nodes"]}


def _expected(raw: dict[str, Any]) -> set[str]:
    nodes = raw["nodes"]
    entries = [raw[key] for key in ("start", "closed", "person", "after") if key in raw]
    keys = [[option["key"] for option in node.get("options", [])] for node in nodes.values()]
    found = {"key"} if any(len(set(taken)) < len(taken) for taken in keys) else set()
    targets = {to for name in nodes for to, kind in _ways(raw, name) if to and kind != "failed"}
    if not {*entries, *targets} <= nodes.keys():
        return found | {"unknown"}
    person = nodes[raw["person"]]
    found |= {"person"} if person["do"] not in {"queue", "voicemail"} else set()
    found |= {"itself"} if any(node.get("to") == raw["number"] for node in nodes.values()) else set()
    ends = {name for name in nodes if any(to is None for to, _kind in _ways(raw, name))}
    relied_on = _closure(_edges(raw, "told", "silent"))
    found |= {"dead end"} if any(name not in ends and not relied_on[name] & ends for name in nodes) else set()
    all_ways = _closure(_edges(raw, "told", "silent", "failed"))
    reached = set(entries).union(*(all_ways[name] for name in entries))
    found |= {"unreachable"} if reached != set(nodes) else set()
    # A number that nobody answers leads on without a question, also to the person.
    silent = _edges(raw, "silent")
    for name, node in nodes.items():
        if node["do"] == "transfer" and "to" in node:
            silent[name].add(node.get("else", raw["person"]))
    found |= {"circle"} if any(name in to for name, to in _closure(silent).items()) else set()
    return found


@given(_phones())
@settings(max_examples=200, deadline=None)
def test_a_menu_is_taken_if_and_only_if_everybody_gets_out(raw: dict[str, Any]) -> None:
    expected = _expected(raw)
    event("in order" if not expected else "refused")
    try:
        phone = Phone.model_validate(raw)
    except ValidationError as refused:
        text = str(refused)
        assert {name for words, name in REASONS.items() if words in text} == expected
    else:
        assert expected == set()
        assert faults_of(phone) == []


def _fault(nodes: dict[str, Any], **more: Any) -> str:
    raw = {"number": "+493023125100", "greeting": TEXT, "start": "a", "closed": "a", "person": "p", **more}
    with pytest.raises(ValidationError) as refused:
        Phone.model_validate({**raw, "nodes": {"p": {"do": "voicemail"}, **nodes}})
    [error] = refused.value.errors()
    return str(error["msg"])


def _say(goto: str) -> dict[str, Any]:
    return {"do": "say", "prompt": TEXT, "goto": goto}


def test_circles_are_named_with_their_way() -> None:
    branch = {"do": "branch", "when": [{"hours": "open", "goto": "b"}], "else": "p"}
    assert "nodes.a: goes in circles without asking: a → b → c → a" in _fault(
        {"a": branch, "b": _say("c"), "c": _say("a")}
    )


def test_a_menu_that_only_leads_back_is_a_dead_end() -> None:
    menu = {"do": "menu", "prompt": TEXT, "options": [{"key": "1", "goto": "b"}]}
    assert "nodes.a: is a dead end" in _fault({"a": menu, "b": _say("a")})


def test_who_begins_at_a_branch_to_the_tickets_is_not_sent_in_circles() -> None:
    """Without a ticket the caller comes back to the branch, which leads to the tickets."""
    branch = {"do": "branch", "when": [{"contact": "known", "goto": "tickets"}], "else": "p"}
    assert "a → tickets → a" in _fault({"a": branch, "tickets": {"do": "my-tickets"}})
    assert "a → tickets → a" not in _fault({"a": branch, "tickets": {"do": "my-tickets", "else": "nowhere"}})


def test_the_sample_line_lets_everybody_out(company: Company) -> None:
    assert faults_of(company.phone) == []
